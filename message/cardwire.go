package message

// templateCard is a card of any kind as it goes over the wire, in the vendor's names and in the
// order of its document.
type templateCard struct {
	CardType              string            `json:"card_type"`
	Source                Source            `json:"source,omitzero"`
	ActionMenu            *ActionMenu       `json:"action_menu,omitempty"`
	TaskID                string            `json:"task_id,omitempty"`
	MainTitle             MainTitle         `json:"main_title,omitzero"`
	QuoteArea             wireQuote         `json:"quote_area,omitzero"`
	EmphasisContent       EmphasisContent   `json:"emphasis_content,omitzero"`
	SubTitleText          string            `json:"sub_title_text,omitempty"`
	ImageTextArea         wireImageText     `json:"image_text_area,omitzero"`
	CardImage             CardImage         `json:"card_image,omitzero"`
	VerticalContentList   []VerticalContent `json:"vertical_content_list,omitempty"`
	HorizontalContentList []wireHorizontal  `json:"horizontal_content_list,omitempty"`
	JumpList              []wireJump        `json:"jump_list,omitempty"`
	CardAction            wireTarget        `json:"card_action,omitzero"`
	ButtonSelection       *Selection        `json:"button_selection,omitempty"`
	ButtonList            []wireButton      `json:"button_list,omitempty"`
	Checkbox              *wireCheckbox     `json:"checkbox,omitempty"`
	SelectList            []Selection       `json:"select_list,omitempty"`
	SubmitButton          *SubmitButton     `json:"submit_button,omitempty"`
	ReplaceText           string            `json:"replace_text,omitempty"`
}

// The types below have the number that the vendor calls type, which the exported ones say by what
// they hold.

type wireTarget struct {
	Type     int    `json:"type,omitempty"`
	URL      string `json:"url,omitempty"`
	AppID    string `json:"appid,omitempty"`
	PagePath string `json:"pagepath,omitempty"`
}

type wireDetail struct {
	Type    int    `json:"type,omitempty"`
	URL     string `json:"url,omitempty"`
	MediaID string `json:"media_id,omitempty"`
	UserID  string `json:"userid,omitempty"`
}

type wireQuote struct {
	wireTarget
	Title     string `json:"title,omitempty"`
	QuoteText string `json:"quote_text,omitempty"`
}

func (q QuoteArea) wire() wireQuote { return wireQuote{targetOf(q.Opens), q.Title, q.QuoteText} }

type wireImageText struct {
	wireTarget
	Title    string `json:"title,omitempty"`
	Desc     string `json:"desc,omitempty"`
	ImageURL string `json:"image_url,omitempty"`
}

func (a ImageTextArea) wire() wireImageText {
	return wireImageText{targetOf(a.Opens), a.Title, a.Desc, a.ImageURL}
}

type wireHorizontal struct {
	KeyName string `json:"keyname"`
	Value   string `json:"value,omitempty"`
	wireDetail
}

func (h HorizontalContent) wire() wireHorizontal {
	return wireHorizontal{h.KeyName, h.Value, detailOf(h.Opens)}
}

type wireJump struct {
	Title string `json:"title"`
	wireTarget
}

func (j Jump) wire() wireJump { return wireJump{j.Title, targetOf(j.Opens)} }

type wireButton struct {
	Type  int    `json:"type,omitempty"`
	Text  string `json:"text"`
	Style int    `json:"style,omitempty"`
	Key   string `json:"key,omitempty"`
	URL   string `json:"url,omitempty"`
}

func (b Button) wire() wireButton {
	w := wireButton{Text: b.Text, Style: b.Style, Key: b.Key, URL: b.URL}
	if b.URL != "" {
		w.Type = 1
	}
	return w
}

type wireCheckbox struct {
	QuestionKey string        `json:"question_key"`
	Mode        int           `json:"mode,omitempty"`
	OptionList  []CheckOption `json:"option_list"`
	Disable     bool          `json:"disable,omitempty"`
}

func (c Checkbox) wire() *wireCheckbox {
	return &wireCheckbox{c.QuestionKey, flag(c.Multiple), c.OptionList, c.Disable}
}

func (m ActionMenu) wire() *ActionMenu {
	if m.none() {
		return nil
	}
	return &m
}

func (s Selection) wire() *Selection {
	if s.none() {
		return nil
	}
	return &s
}

// wires converts a list.
func wires[T interface{ wire() W }, W any](list []T) []W {
	out := make([]W, len(list))
	for i, v := range list {
		out[i] = v.wire()
	}
	return out
}
