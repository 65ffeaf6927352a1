package callback

// Taps on cards that the app sent. Vendor's document: "事件格式", 模板卡片事件推送.
type (
	// CardEvent (template_card_event) is a tap on a button of a template card, or
	// the submission of a vote or selection. [UpdateButton] and
	// [UpdateTemplateCard] answer it.
	CardEvent struct {
		Header
		Key          string // of the button, at most 1024 bytes
		TaskID       string // of the card, at most 128 bytes
		CardType     string // "button_interaction", "vote_interaction", "multiple_interaction"
		ResponseCode string // updates the card once, within 72 hours; anybody who has it can, so do not log it
		Selected     []Selected
	}
	// CardMenu (template_card_menu_event) is a tap on an entry of the menu in a
	// card's corner (action_menu). Its fields are those of [CardEvent].
	CardMenu struct {
		Header
		Key, TaskID, CardType, ResponseCode string
	}
	// TaskCardClick (taskcard_click) is a tap on a button of a task card (msgtype
	// taskcard), which template cards have superseded. [UpdateTaskCard] answers it.
	TaskCardClick struct {
		Header
		Key, TaskID string
	}
)

// Selected is what the member chose for one question of a card.
type Selected struct {
	QuestionKey string
	OptionIDs   []string
}

func readCardEvent(h Header, g group) Message {
	m := &CardEvent{Header: h, Key: g.text("EventKey"), TaskID: g.text("TaskId"), CardType: g.text("CardType"), ResponseCode: g.text("ResponseCode")}
	for item := range g.sub("SelectedItems").each("SelectedItem") {
		s := Selected{QuestionKey: item.text("QuestionKey")}
		for _, e := range item.all {
			if e.name == "OptionIds" || e.name == "OpitonIds" { // as the documents once printed it
				s.OptionIDs = append(s.OptionIDs, optionIDs(e)...)
			}
		}
		m.Selected = append(m.Selected, s)
	}
	return m
}

func optionIDs(list element) (ids []string) {
	for _, e := range inside(list) {
		if e.name == "OptionId" || e.name == "OpitonId" {
			ids = append(ids, e.text())
		}
	}
	return ids
}

func readCardMenu(h Header, g group) Message {
	return &CardMenu{h, g.text("EventKey"), g.text("TaskId"), g.text("CardType"), g.text("ResponseCode")}
}

func readTaskCardClick(h Header, g group) Message {
	return &TaskCardClick{h, g.text("EventKey"), g.text("TaskId")}
}
