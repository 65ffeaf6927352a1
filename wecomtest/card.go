package wecomtest

// TemplateCard is a template card as a phone shows it: what its kind does not
// have was ignored. In JSON it has the names of message/send, in XML those of the
// passive reply update_template_card (vendor's documents: "模板卡片消息", "被动回复消息格式").
type TemplateCard struct {
	CardType              string              `json:"card_type" xml:"CardType"`
	Source                *CardSource         `json:"source,omitempty" xml:"Source"`
	ActionMenu            *ActionMenu         `json:"action_menu,omitempty" xml:"ActionMenu"`
	TaskID                string              `json:"task_id,omitempty" xml:"TaskId"`
	MainTitle             *CardText           `json:"main_title,omitempty" xml:"MainTitle"`
	QuoteArea             *QuoteArea          `json:"quote_area,omitempty" xml:"QuoteArea"`
	EmphasisContent       *CardText           `json:"emphasis_content,omitempty" xml:"EmphasisContent"`
	SubTitleText          string              `json:"sub_title_text,omitempty" xml:"SubTitleText"`
	ImageTextArea         *ImageTextArea      `json:"image_text_area,omitempty" xml:"ImageTextArea"`
	CardImage             *CardImage          `json:"card_image,omitempty" xml:"CardImage"`
	VerticalContentList   []CardText          `json:"vertical_content_list,omitempty" xml:"VerticalContentList"`
	HorizontalContentList []HorizontalContent `json:"horizontal_content_list,omitempty" xml:"HorizontalContentList"`
	JumpList              []Jump              `json:"jump_list,omitempty" xml:"JumpList"`
	CardAction            *CardLink           `json:"card_action,omitempty" xml:"CardAction"`
	ButtonSelection       *Selector           `json:"button_selection,omitempty" xml:"ButtonSelection"`
	ButtonList            []CardButton        `json:"button_list,omitempty" xml:"ButtonList"`
	CheckBox              *CheckBox           `json:"checkbox,omitempty" xml:"CheckBox"`
	SelectList            []Selector          `json:"select_list,omitempty" xml:"SelectList"`
	SubmitButton          *CardKey            `json:"submit_button,omitempty" xml:"SubmitButton"`
	ReplaceText           string              `json:"replace_text,omitempty" xml:"ReplaceText"` // updates only
}

// CardSource is the line above a card. DescColor is 0 grey, 1 black, 2 red, 3
// green.
type CardSource struct {
	IconURL   string `json:"icon_url,omitempty" xml:"IconUrl"`
	Desc      string `json:"desc,omitempty" xml:"Desc"`
	DescColor int    `json:"desc_color,omitempty" xml:"DescColor"`
}

// ActionMenu is the menu in a card's corner.
type ActionMenu struct {
	Desc       string    `json:"desc,omitempty" xml:"Desc"`
	ActionList []CardKey `json:"action_list,omitempty" xml:"ActionList"`
}

// CardKey is a menu entry or a submit button.
type CardKey struct {
	Text string `json:"text,omitempty" xml:"Text"`
	Key  string `json:"key,omitempty" xml:"Key"`
}

// CardText is a title with a description.
type CardText struct {
	Title string `json:"title,omitempty" xml:"Title"`
	Desc  string `json:"desc,omitempty" xml:"Desc"`
}

// CardLink is where a tap leads: Type 0 nowhere, 1 to URL, 2 to a mini program.
type CardLink struct {
	Type     int    `json:"type,omitempty" xml:"Type"`
	URL      string `json:"url,omitempty" xml:"Url"`
	AppID    string `json:"appid,omitempty" xml:"AppId"`
	PagePath string `json:"pagepath,omitempty" xml:"PagePath"`
}

// QuoteArea is a quotation.
type QuoteArea struct {
	CardLink
	Title     string `json:"title,omitempty" xml:"Title"`
	QuoteText string `json:"quote_text,omitempty" xml:"QuoteText"`
}

// ImageTextArea is a picture with text at its side.
type ImageTextArea struct {
	CardLink
	CardText
	ImageURL string `json:"image_url,omitempty" xml:"ImageUrl"`
}

// CardImage is the large picture; an AspectRatio of 0 means 1.3.
type CardImage struct {
	URL         string  `json:"url,omitempty" xml:"Url"`
	AspectRatio float64 `json:"aspect_ratio,omitempty" xml:"AspectRatio"`
}

// HorizontalContent is a row of name and value: Type 0 text, 1 URL, 2 file, 3
// member.
type HorizontalContent struct {
	Type    int    `json:"type,omitempty" xml:"Type"`
	KeyName string `json:"keyname,omitempty" xml:"KeyName"`
	Value   string `json:"value,omitempty" xml:"Value"`
	URL     string `json:"url,omitempty" xml:"Url"`
	MediaID string `json:"media_id,omitempty" xml:"MediaId"`
	UserID  string `json:"userid,omitempty" xml:"UserId"`
}

// Jump is a line below a card. Type 3, which asks Question, is for group robots.
type Jump struct {
	CardLink
	Title    string `json:"title,omitempty" xml:"Title"`
	Question string `json:"question,omitempty" xml:"Question"`
}

// Selector is a button_selection or one of a select_list.
type Selector struct {
	QuestionKey string       `json:"question_key,omitempty" xml:"QuestionKey"`
	Title       string       `json:"title,omitempty" xml:"Title"`
	Disable     bool         `json:"disable,omitempty" xml:"Disable"` // updates only
	SelectedID  string       `json:"selected_id,omitempty" xml:"SelectedId"`
	OptionList  []CardOption `json:"option_list,omitempty" xml:"OptionList"`
}

// CardOption is one of a selector's or a checkbox's.
type CardOption struct {
	ID        string `json:"id,omitempty" xml:"Id"`
	Text      string `json:"text,omitempty" xml:"Text"`
	IsChecked bool   `json:"is_checked,omitempty" xml:"IsChecked"` // checkbox only
}

// CardButton is a button: Type 0 calls back with Key, 1 opens URL.
type CardButton struct {
	Type  int    `json:"type,omitempty" xml:"Type"`
	Text  string `json:"text,omitempty" xml:"Text"`
	Style int    `json:"style,omitempty" xml:"Style"`
	Key   string `json:"key,omitempty" xml:"Key"`
	URL   string `json:"url,omitempty" xml:"Url"`
}

// CheckBox is the question of a vote: Mode 0 takes one answer, 1 several.
type CheckBox struct {
	QuestionKey string       `json:"question_key,omitempty" xml:"QuestionKey"`
	Mode        int          `json:"mode,omitempty" xml:"Mode"`
	Disable     bool         `json:"disable,omitempty" xml:"Disable"` // updates only
	OptionList  []CardOption `json:"option_list,omitempty" xml:"OptionList"`
}

func (c *TemplateCard) isNotice() bool {
	return c.CardType == "text_notice" || c.CardType == "news_notice"
}

// keys are those of the buttons or the submit button.
func (c *TemplateCard) keys() (keys []string) {
	for _, b := range c.ButtonList {
		if b.Type == 0 {
			keys = append(keys, b.Key)
		}
	}
	if c.SubmitButton != nil {
		keys = append(keys, c.SubmitButton.Key)
	}
	return keys
}

func (c *TemplateCard) menuKeys() (keys []string) {
	if c.ActionMenu != nil {
		for _, a := range c.ActionMenu.ActionList {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

// calledBack says whether a tap on the card can reach the app: then the vendor
// gives a response_code for it.
func (c *TemplateCard) calledBack() bool { return !c.isNotice() || c.ActionMenu != nil }

// dropUnused removes what a card of this kind does not have, and what only an
// update has.
func (c *TemplateCard) dropUnused(update bool) {
	kind := c.CardType
	if kind != "text_notice" {
		c.EmphasisContent = nil
	}
	if kind != "text_notice" && kind != "button_interaction" {
		c.SubTitleText = ""
	}
	if kind != "news_notice" {
		c.ImageTextArea, c.CardImage, c.VerticalContentList = nil, nil, nil
	}
	if kind == "vote_interaction" || kind == "multiple_interaction" {
		c.ActionMenu, c.QuoteArea, c.HorizontalContentList, c.CardAction = nil, nil, nil, nil
	} else {
		c.SubmitButton = nil
	}
	if kind != "button_interaction" {
		c.ButtonSelection, c.ButtonList = nil, nil
	}
	if kind != "vote_interaction" {
		c.CheckBox = nil
	}
	if kind != "multiple_interaction" {
		c.SelectList = nil
	}
	if c.isNotice() {
		c.ReplaceText = ""
	} else {
		c.JumpList = nil
	}
	if !update {
		c.dropUpdate()
	}
}

func (c *TemplateCard) dropUpdate() {
	c.ReplaceText = ""
	if c.ButtonSelection != nil {
		c.ButtonSelection.Disable = false
	}
	if c.CheckBox != nil {
		c.CheckBox.Disable = false
	}
	for i := range c.SelectList {
		c.SelectList[i].Disable = false
	}
}
