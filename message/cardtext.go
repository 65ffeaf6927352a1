package message

// TextNotice is a card of words, of which one line may be large: text_notice.
//
// Source: vendor's document message/send, text_notice.
type TextNotice struct {
	Source     Source
	ActionMenu ActionMenu
	// TaskID is required with an ActionMenu: at most 128 bytes of [0-9A-Za-z_-@], and the app must not
	// have used it for another card.
	TaskID          string
	MainTitle       MainTitle // its Title, or SubTitleText, is required
	QuoteArea       QuoteArea
	EmphasisContent EmphasisContent
	SubTitleText    string // 160 characters at best

	HorizontalContentList []HorizontalContent // at most 6
	JumpList              []Jump              // at most 3

	CardAction Target // what a tap on the card opens; required
}

func (TextNotice) kind() kind { return cardKind() }

func (TextNotice) cardType() string { return "text_notice" }

func (c TextNotice) check(f *fields) { checkSent(c, f) }

func (c TextNotice) payload() any { return c.wire() }

func (c TextNotice) checkCard(p part) {
	c.Source.check(p.at("source"))
	c.ActionMenu.check(p.at("action_menu"))
	checkTaskID(p, c.TaskID, !c.ActionMenu.none(), " beside action_menu")
	if c.MainTitle.Title == "" && c.SubTitleText == "" {
		p.bad("main_title.title", "is required, or sub_title_text")
	}
	c.MainTitle.check(p.at("main_title"), false)
	c.QuoteArea.check(p.at("quote_area"))
	c.EmphasisContent.check(p.at("emphasis_content"))
	p.text("sub_title_text", c.SubTitleText, 160)
	checkHorizontal(p, c.HorizontalContentList)
	checkJumps(p, c.JumpList)
	checkCardAction(p, c.CardAction)
}

func (c TextNotice) wire() templateCard {
	return templateCard{
		CardType:              c.cardType(),
		Source:                c.Source,
		ActionMenu:            c.ActionMenu.wire(),
		TaskID:                c.TaskID,
		MainTitle:             c.MainTitle,
		QuoteArea:             c.QuoteArea.wire(),
		EmphasisContent:       c.EmphasisContent,
		SubTitleText:          c.SubTitleText,
		HorizontalContentList: wires(c.HorizontalContentList),
		JumpList:              wires(c.JumpList),
		CardAction:            targetOf(c.CardAction),
	}
}

// checkCardAction is for the notices: their card must open something.
func checkCardAction(p part, t Target) {
	if absent(t) {
		p.bad("card_action", "is required: set CardAction to a URL or a MiniProgram")
		return
	}
	t.checkTarget(p.at("card_action"))
}
