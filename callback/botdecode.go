package callback

import (
	"bytes"
	"encoding/json"
)

// scalar takes a string or a number, as texts that are digits come in both.
type scalar string

// UnmarshalJSON takes a string without its quotes, and everything else as it is.
func (s *scalar) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		return json.Unmarshal(b, (*string)(s))
	}
	*s = scalar(b)
	return nil
}

// wireMessage is every message to a bot.
type wireMessage struct {
	ToUserName  scalar `json:"ToUserName"` // is in messages to apps only
	MsgID       scalar `json:"msgid"`
	AIBotID     string `json:"aibotid"`
	ChatID      string `json:"chatid"`
	ChatType    string `json:"chattype"`
	ResponseURL string `json:"response_url"`
	CreateTime  scalar `json:"create_time"`
	From        struct {
		UserID string `json:"userid"`
		CorpID string `json:"corpid"`
	} `json:"from"`
	wireBody
	Stream struct {
		ID string `json:"id"`
	} `json:"stream"`
	Quote *wireBody `json:"quote"`
	Event wireEvent `json:"event"`
}

type wireBody struct {
	MsgType string      `json:"msgtype"`
	Text    wireContent `json:"text"`
	Voice   wireContent `json:"voice"`
	Image   wireURL     `json:"image"`
	File    wireURL     `json:"file"`
	Video   wireURL     `json:"video"`
	Mixed   struct {
		Items []wireBody `json:"msg_item"`
	} `json:"mixed"`
}

type wireURL struct {
	URL string `json:"url"`
}

type wireEvent struct {
	EventType    string `json:"eventtype"`
	TemplateCard struct {
		CardType string `json:"card_type"`
		EventKey string `json:"event_key"`
		TaskID   string `json:"task_id"`
		Selected struct {
			Items []struct {
				QuestionKey string `json:"question_key"`
				OptionIDs   struct {
					IDs []string `json:"option_id"`
				} `json:"option_ids"`
			} `json:"selected_item"`
		} `json:"selected_items"`
	} `json:"template_card_event"`
	Feedback struct {
		ID      string `json:"id"`
		Type    int    `json:"type"`
		Content string `json:"content"`
		Reasons []int  `json:"inaccurate_reason_list"`
	} `json:"feedback_event"`
}

// decode makes a message of w, which is whole if ok.
func (w *wireMessage) decode(ok bool) Message {
	h := BotHeader{
		Header: Header{ToUser: w.AIBotID, FromUser: w.From.UserID, CreateTime: string(w.CreateTime), MsgID: string(w.MsgID)},
		ChatID: w.ChatID, ChatType: w.ChatType, CorpID: w.From.CorpID, ResponseURL: w.ResponseURL,
	}
	if w.Quote != nil {
		q := w.Quote.item()
		h.Quote = &q
	}
	if ok {
		if m := w.message(h); m != nil {
			return m
		}
	}
	return &Unknown{Header: h.Header, MsgType: w.MsgType, Event: w.Event.EventType}
}

func (w *wireMessage) message(h BotHeader) Message {
	switch w.MsgType {
	case "text":
		return &BotText{h, w.Text.Content}
	case "image":
		return &BotImage{h, w.Image.URL}
	case "mixed":
		return &BotMixed{h, w.item().Items}
	case "voice":
		return &BotVoice{h, w.Voice.Content}
	case "file":
		return &BotFile{h, w.File.URL}
	case "video":
		return &BotVideo{h, w.Video.URL}
	case "stream":
		return &BotStream{h, w.Stream.ID}
	case "event":
		return w.Event.message(h)
	}
	return nil
}

func (e *wireEvent) message(h BotHeader) Message {
	switch e.EventType {
	case "enter_chat":
		return &BotEnterChat{h}
	case "template_card_event":
		c := &e.TemplateCard
		m := &BotCardEvent{BotHeader: h, CardType: c.CardType, Key: c.EventKey, TaskID: c.TaskID}
		for _, s := range c.Selected.Items {
			m.Selected = append(m.Selected, Selected{s.QuestionKey, s.OptionIDs.IDs})
		}
		return m
	case "feedback_event":
		f := &e.Feedback
		return &BotFeedback{h, f.ID, f.Type, f.Content, f.Reasons}
	}
	return nil
}

func (b *wireBody) item() BotItem {
	i := BotItem{MsgType: b.MsgType}
	switch b.MsgType {
	case "text":
		i.Content = b.Text.Content
	case "voice":
		i.Content = b.Voice.Content
	case "image":
		i.URL = b.Image.URL
	case "file":
		i.URL = b.File.URL
	case "video":
		i.URL = b.Video.URL
	case "mixed":
		for _, part := range b.Mixed.Items {
			i.Items = append(i.Items, part.item())
		}
	}
	return i
}
