package callback

// The kinds of JSON values, by the words of errors.
const (
	textKind   = "a string"
	numberKind = "a number"
	boolKind   = "a boolean"
	objectKind = "an object"
	listKind   = "a list"
)

// The limits of cards that are not a recommendation.
const (
	maxCardKey  = 1024 // bytes
	maxOptionID = 128
	maxTaskID   = 128
)

// A cardField is a field of a card by its names in JSON (vendor's document
// "模板卡片消息") and in XML ("被动回复消息格式"). max is in bytes or entries; 0 is
// none.
type cardField struct {
	json, xml string
	kind      string
	max       int
	fields    cardObject
}

type cardObject []cardField

func text(json, xml string) cardField { return cardField{json: json, xml: xml, kind: textKind} }

func limited(json, xml string, most int) cardField {
	return cardField{json: json, xml: xml, kind: textKind, max: most}
}

func number(json, xml string) cardField { return cardField{json: json, xml: xml, kind: numberKind} }

func boolean(json, xml string) cardField { return cardField{json: json, xml: xml, kind: boolKind} }

func object(json, xml string, fields ...cardField) cardField {
	return cardField{json: json, xml: xml, kind: objectKind, fields: fields}
}

// list has an element of its name for each entry.
func list(json, xml string, most int, fields ...cardField) cardField {
	return cardField{json: json, xml: xml, kind: listKind, max: most, fields: fields}
}

// link has the fields that stand in many objects: where a tap leads.
func link(more ...cardField) []cardField {
	return append([]cardField{
		number("type", "Type"), text("url", "Url"), text("appid", "AppId"), text("pagepath", "PagePath"),
	}, more...)
}

var (
	cardTitle = []cardField{text("title", "Title"), text("desc", "Desc")}
	cardKey   = limited("key", "Key", maxCardKey)
	question  = limited("question_key", "QuestionKey", maxCardKey)
	option    = []cardField{limited("id", "Id", maxOptionID), text("text", "Text"), boolean("is_checked", "IsChecked")}
	selection = []cardField{
		question, text("title", "Title"), list("option_list", "OptionList", 10, option[:2]...),
		text("selected_id", "SelectedId"), boolean("disable", "Disable"),
	}
)

var cardFields = cardObject{
	text("card_type", "CardType"),
	object("source", "Source", text("icon_url", "IconUrl"), text("desc", "Desc"), number("desc_color", "DescColor")),
	object("action_menu", "ActionMenu", text("desc", "Desc"), list("action_list", "ActionList", 3, text("text", "Text"), cardKey)),
	limited("task_id", "TaskId", maxTaskID),
	object("main_title", "MainTitle", cardTitle...),
	object("quote_area", "QuoteArea", link(text("title", "Title"), text("quote_text", "QuoteText"))...),
	object("emphasis_content", "EmphasisContent", cardTitle...),
	text("sub_title_text", "SubTitleText"),
	object("image_text_area", "ImageTextArea", link(text("title", "Title"), text("desc", "Desc"), text("image_url", "ImageUrl"))...),
	object("card_image", "CardImage", text("url", "Url"), number("aspect_ratio", "AspectRatio")),
	list("vertical_content_list", "VerticalContentList", 4, cardTitle...),
	list("horizontal_content_list", "HorizontalContentList", 6, number("type", "Type"), text("keyname", "KeyName"), text("value", "Value"),
		text("url", "Url"), text("media_id", "MediaId"), text("userid", "UserId")),
	list("jump_list", "JumpList", 3, link(text("title", "Title"), text("question", "Question"))...),
	object("card_action", "CardAction", link()...),
	object("button_selection", "ButtonSelection", selection...),
	list("button_list", "ButtonList", 6, number("type", "Type"), text("text", "Text"), number("style", "Style"), cardKey, text("url", "Url")),
	object("checkbox", "CheckBox", question, list("option_list", "OptionList", 20, option...), boolean("disable", "Disable"), number("mode", "Mode")),
	list("select_list", "SelectList", 3, selection...),
	object("submit_button", "SubmitButton", text("text", "Text"), cardKey),
	text("replace_text", "ReplaceText"),
}
