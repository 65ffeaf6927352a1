package message

// ButtonInteraction is a card with buttons, and with a selection if need be: button_interaction.
// [Result.ResponseCode] updates it.
//
// Source: vendor's document message/send, button_interaction.
type ButtonInteraction struct {
	Source     Source
	ActionMenu ActionMenu
	// TaskID is required: at most 128 bytes of [0-9A-Za-z_-@], and the app must not have used it for
	// another card. Every event of the card has it.
	TaskID       string
	MainTitle    MainTitle // its Title is required
	QuoteArea    QuoteArea
	SubTitleText string // 160 characters at best

	HorizontalContentList []HorizontalContent // at most 6
	CardAction            Target              // what a tap on the card opens

	ButtonSelection Selection
	ButtonList      []Button // 1 to 6

	// ReplaceText stands where the buttons were. In an update only.
	ReplaceText string
}

func (ButtonInteraction) kind() kind { return cardKind() }

func (ButtonInteraction) cardType() string { return "button_interaction" }

func (c ButtonInteraction) check(f *fields) { checkSent(c, f) }

func (c ButtonInteraction) payload() any { return c.wire() }

func (c ButtonInteraction) checkCard(p part) {
	c.Source.check(p.at("source"))
	c.ActionMenu.check(p.at("action_menu"))
	checkTaskID(p, c.TaskID, true, "")
	c.MainTitle.check(p.at("main_title"), true)
	c.QuoteArea.check(p.at("quote_area"))
	p.text("sub_title_text", c.SubTitleText, 160)
	checkHorizontal(p, c.HorizontalContentList)
	checkTarget(p.at("card_action"), c.CardAction)
	if !c.ButtonSelection.none() {
		c.ButtonSelection.check(p.at("button_selection"), 0)
	}
	checkButtons(p, c.ButtonList)
	checkReplaceText(p, c.ReplaceText)
}

func (c ButtonInteraction) wire() templateCard {
	return templateCard{
		CardType:              c.cardType(),
		Source:                c.Source,
		ActionMenu:            c.ActionMenu.wire(),
		TaskID:                c.TaskID,
		MainTitle:             c.MainTitle,
		QuoteArea:             c.QuoteArea.wire(),
		SubTitleText:          c.SubTitleText,
		HorizontalContentList: wires(c.HorizontalContentList),
		CardAction:            targetOf(c.CardAction),
		ButtonSelection:       c.ButtonSelection.wire(),
		ButtonList:            wires(c.ButtonList),
		ReplaceText:           c.ReplaceText,
	}
}

// checkReplaceText: the vendor's document gives it no length.
func checkReplaceText(p part, s string) {
	checkUpdateOnly(p, "replace_text", s != "")
	p.text("replace_text", s, 0)
}
