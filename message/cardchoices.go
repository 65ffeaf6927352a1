package message

// VoteInteraction is a card with one question, whose options are ticked: vote_interaction.
// [Result.ResponseCode] updates it.
//
// Source: vendor's document message/send, vote_interaction.
type VoteInteraction struct {
	Source Source
	// TaskID is required: at most 128 bytes of [0-9A-Za-z_-@], and the app must not have used it for
	// another card. Every event of the card has it.
	TaskID       string
	MainTitle    MainTitle // its Title is required
	Checkbox     Checkbox
	SubmitButton SubmitButton
	// ReplaceText stands where the submit button was. In an update only.
	ReplaceText string
}

func (VoteInteraction) kind() kind { return cardKind() }

func (VoteInteraction) cardType() string { return "vote_interaction" }

func (c VoteInteraction) check(f *fields) { checkSent(c, f) }

func (c VoteInteraction) payload() any { return c.wire() }

func (c VoteInteraction) checkCard(p part) {
	c.Source.check(p.at("source"))
	checkTaskID(p, c.TaskID, true, "")
	c.MainTitle.check(p.at("main_title"), true)
	c.Checkbox.check(p.at("checkbox"))
	c.SubmitButton.check(p.at("submit_button"))
	checkReplaceText(p, c.ReplaceText)
}

func (c VoteInteraction) wire() templateCard {
	return templateCard{
		CardType:     c.cardType(),
		Source:       c.Source,
		TaskID:       c.TaskID,
		MainTitle:    c.MainTitle,
		Checkbox:     c.Checkbox.wire(),
		SubmitButton: &c.SubmitButton,
		ReplaceText:  c.ReplaceText,
	}
}

// MultipleInteraction is a card with up to three selections: multiple_interaction.
// [Result.ResponseCode] updates it.
//
// Source: vendor's document message/send, multiple_interaction.
type MultipleInteraction struct {
	Source Source
	// TaskID is required: at most 128 bytes of [0-9A-Za-z_-@], and the app must not have used it for
	// another card. Every event of the card has it.
	TaskID       string
	MainTitle    MainTitle   // its Title is required
	SelectList   []Selection // 1 to 3
	SubmitButton SubmitButton
	// ReplaceText stands where the submit button was. In an update only.
	ReplaceText string
}

func (MultipleInteraction) kind() kind { return cardKind() }

func (MultipleInteraction) cardType() string { return "multiple_interaction" }

func (c MultipleInteraction) check(f *fields) { checkSent(c, f) }

func (c MultipleInteraction) payload() any { return c.wire() }

func (c MultipleInteraction) checkCard(p part) {
	c.Source.check(p.at("source"))
	checkTaskID(p, c.TaskID, true, "")
	c.MainTitle.check(p.at("main_title"), true)
	p.count("select_list", len(c.SelectList), 1, 3)
	seen := make(map[string]bool)
	for i, s := range c.SelectList {
		q := p.item("select_list", i)
		s.check(q, 13)
		q.unique("question_key", s.QuestionKey, seen)
	}
	c.SubmitButton.check(p.at("submit_button"))
	checkReplaceText(p, c.ReplaceText)
}

func (c MultipleInteraction) wire() templateCard {
	return templateCard{
		CardType:     c.cardType(),
		Source:       c.Source,
		TaskID:       c.TaskID,
		MainTitle:    c.MainTitle,
		SelectList:   c.SelectList,
		SubmitButton: &c.SubmitButton,
		ReplaceText:  c.ReplaceText,
	}
}
