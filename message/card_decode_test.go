package message_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/bkwecom/wecom/message"
)

// cardJSON is a card as the vendor's document has it: written from the document, not from the
// package's own encoding, and read strictly.
type cardJSON struct {
	CardType        string                    `json:"card_type"`
	Source          message.Source            `json:"source"`
	ActionMenu      message.ActionMenu        `json:"action_menu"`
	TaskID          string                    `json:"task_id"`
	MainTitle       message.MainTitle         `json:"main_title"`
	QuoteArea       quoteJSON                 `json:"quote_area"`
	Emphasis        message.EmphasisContent   `json:"emphasis_content"`
	SubTitle        string                    `json:"sub_title_text"`
	ImageText       imageTextJSON             `json:"image_text_area"`
	CardImage       message.CardImage         `json:"card_image"`
	Vertical        []message.VerticalContent `json:"vertical_content_list"`
	Horizontal      []lineJSON                `json:"horizontal_content_list"`
	Jumps           []jumpJSON                `json:"jump_list"`
	CardAction      targetJSON                `json:"card_action"`
	ButtonSelection message.Selection         `json:"button_selection"`
	Buttons         []buttonJSON              `json:"button_list"`
	Checkbox        checkboxJSON              `json:"checkbox"`
	SelectList      []message.Selection       `json:"select_list"`
	Submit          message.SubmitButton      `json:"submit_button"`
	ReplaceText     string                    `json:"replace_text"`
}

type targetJSON struct {
	Type     int    `json:"type"`
	URL      string `json:"url"`
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath"`
}

type quoteJSON struct {
	targetJSON
	Title     string `json:"title"`
	QuoteText string `json:"quote_text"`
}

type imageTextJSON struct {
	targetJSON
	Title    string `json:"title"`
	Desc     string `json:"desc"`
	ImageURL string `json:"image_url"`
}

type lineJSON struct {
	Type    int    `json:"type"`
	KeyName string `json:"keyname"`
	Value   string `json:"value"`
	URL     string `json:"url"`
	MediaID string `json:"media_id"`
	UserID  string `json:"userid"`
}

type jumpJSON struct {
	targetJSON
	Title string `json:"title"`
}

type buttonJSON struct {
	Type  int    `json:"type"`
	Text  string `json:"text"`
	Style int    `json:"style"`
	Key   string `json:"key"`
	URL   string `json:"url"`
}

type checkboxJSON struct {
	QuestionKey string                `json:"question_key"`
	Mode        int                   `json:"mode"`
	OptionList  []message.CheckOption `json:"option_list"`
	Disable     bool                  `json:"disable"`
}

func (t targetJSON) target() message.Target {
	switch t.Type {
	case 1:
		return message.URL(t.URL)
	case 2:
		return message.MiniProgram{AppID: t.AppID, PagePath: t.PagePath}
	}
	return nil
}

func (l lineJSON) detail() message.Detail {
	switch l.Type {
	case 1:
		return message.URL(l.URL)
	case 2:
		return message.Attachment(l.MediaID)
	case 3:
		return message.Member(l.UserID)
	}
	return nil
}

// card builds the type whose name the sample bears.
func (c cardJSON) card() (message.Card, error) {
	var lines []message.HorizontalContent
	for _, l := range c.Horizontal {
		lines = append(lines, message.HorizontalContent{KeyName: l.KeyName, Value: l.Value, Opens: l.detail()})
	}
	var jumps []message.Jump
	for _, j := range c.Jumps {
		jumps = append(jumps, message.Jump{Title: j.Title, Opens: j.target()})
	}
	var buttons []message.Button
	for _, b := range c.Buttons {
		buttons = append(buttons, message.Button{Text: b.Text, Key: b.Key, URL: b.URL, Style: b.Style})
	}
	quote := message.QuoteArea{Opens: c.QuoteArea.target(), Title: c.QuoteArea.Title, QuoteText: c.QuoteArea.QuoteText}
	switch c.CardType {
	case "text_notice":
		return message.TextNotice{
			Source: c.Source, ActionMenu: c.ActionMenu, TaskID: c.TaskID, MainTitle: c.MainTitle, QuoteArea: quote,
			EmphasisContent: c.Emphasis, SubTitleText: c.SubTitle, HorizontalContentList: lines, JumpList: jumps,
			CardAction: c.CardAction.target(),
		}, nil
	case "news_notice":
		return message.NewsNotice{
			Source: c.Source, ActionMenu: c.ActionMenu, TaskID: c.TaskID, MainTitle: c.MainTitle, QuoteArea: quote,
			ImageTextArea: message.ImageTextArea{
				Opens: c.ImageText.target(), Title: c.ImageText.Title, Desc: c.ImageText.Desc, ImageURL: c.ImageText.ImageURL,
			},
			CardImage: c.CardImage, VerticalContentList: c.Vertical, HorizontalContentList: lines, JumpList: jumps,
			CardAction: c.CardAction.target(),
		}, nil
	case "button_interaction":
		return message.ButtonInteraction{
			Source: c.Source, ActionMenu: c.ActionMenu, TaskID: c.TaskID, MainTitle: c.MainTitle, QuoteArea: quote,
			SubTitleText: c.SubTitle, HorizontalContentList: lines, CardAction: c.CardAction.target(),
			ButtonSelection: c.ButtonSelection, ButtonList: buttons, ReplaceText: c.ReplaceText,
		}, nil
	case "vote_interaction":
		return message.VoteInteraction{
			Source: c.Source, TaskID: c.TaskID, MainTitle: c.MainTitle,
			Checkbox: message.Checkbox{
				QuestionKey: c.Checkbox.QuestionKey, Multiple: c.Checkbox.Mode == 1, OptionList: c.Checkbox.OptionList, Disable: c.Checkbox.Disable,
			},
			SubmitButton: c.Submit, ReplaceText: c.ReplaceText,
		}, nil
	case "multiple_interaction":
		return message.MultipleInteraction{
			Source: c.Source, TaskID: c.TaskID, MainTitle: c.MainTitle, SelectList: c.SelectList, SubmitButton: c.Submit, ReplaceText: c.ReplaceText,
		}, nil
	}
	return nil, fmt.Errorf("card_type %q is none of the vendor's", c.CardType)
}

// strictly refuses names that out does not have, and what follows the value.
func strictly(b []byte, out any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(out); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the value")
	}
	return nil
}
