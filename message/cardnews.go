package message

// NewsNotice is a card with a picture: news_notice.
//
// Source: vendor's document message/send, news_notice.
type NewsNotice struct {
	Source     Source
	ActionMenu ActionMenu
	// TaskID is required with an ActionMenu: at most 128 bytes of [0-9A-Za-z_-@], and the app must not
	// have used it for another card.
	TaskID    string
	MainTitle MainTitle // its Title is required
	QuoteArea QuoteArea

	// One of the two pictures is required.
	ImageTextArea ImageTextArea
	CardImage     CardImage

	VerticalContentList   []VerticalContent   // at most 4
	HorizontalContentList []HorizontalContent // at most 6
	JumpList              []Jump              // at most 3

	CardAction Target // what a tap on the card opens; required
}

func (NewsNotice) kind() kind { return cardKind() }

func (NewsNotice) cardType() string { return "news_notice" }

func (c NewsNotice) check(f *fields) { checkSent(c, f) }

func (c NewsNotice) payload() any { return c.wire() }

func (c NewsNotice) checkCard(p part) {
	c.Source.check(p.at("source"))
	c.ActionMenu.check(p.at("action_menu"))
	checkTaskID(p, c.TaskID, !c.ActionMenu.none(), " beside action_menu")
	c.MainTitle.check(p.at("main_title"), true)
	c.QuoteArea.check(p.at("quote_area"))
	if c.ImageTextArea.none() && c.CardImage == (CardImage{}) {
		p.bad("card_image", "is required, or image_text_area")
	}
	c.ImageTextArea.check(p.at("image_text_area"))
	c.CardImage.check(p.at("card_image"))
	checkVertical(p, c.VerticalContentList)
	checkHorizontal(p, c.HorizontalContentList)
	checkJumps(p, c.JumpList)
	checkCardAction(p, c.CardAction)
}

func (c NewsNotice) wire() templateCard {
	return templateCard{
		CardType:              c.cardType(),
		Source:                c.Source,
		ActionMenu:            c.ActionMenu.wire(),
		TaskID:                c.TaskID,
		MainTitle:             c.MainTitle,
		QuoteArea:             c.QuoteArea.wire(),
		ImageTextArea:         c.ImageTextArea.wire(),
		CardImage:             c.CardImage.wire(),
		VerticalContentList:   c.VerticalContentList,
		HorizontalContentList: wires(c.HorizontalContentList),
		JumpList:              wires(c.JumpList),
		CardAction:            targetOf(c.CardAction),
	}
}
