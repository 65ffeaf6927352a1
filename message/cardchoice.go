package message

// Selection is a list of which the member picks one entry: button_selection, and an entry of
// select_list.
type Selection struct {
	// QuestionKey is required, at most 1024 bytes, and unique in the card: it comes back in the event.
	QuestionKey string   `json:"question_key"`
	Title       string   `json:"title,omitempty"` // in a select_list 13 characters at best
	OptionList  []Option `json:"option_list"`     // 1 to 10
	// SelectedID is the option that is picked at first; empty is the first one.
	SelectedID string `json:"selected_id,omitempty"`
	// Disable shows the selection and takes no change. In an update only.
	Disable bool `json:"disable,omitempty"`
}

// Option is an entry of a [Selection].
type Option struct {
	ID   string `json:"id"`   // required, at most 128 bytes, unique in the list
	Text string `json:"text"` // required, 16 characters at best
}

func (s Selection) none() bool {
	return s.QuestionKey == "" && s.Title == "" && len(s.OptionList) == 0 && s.SelectedID == "" && !s.Disable
}

func (s Selection) check(p part, title int) {
	p.key("question_key", s.QuestionKey, maxCardKey)
	p.text("title", s.Title, title)
	p.count("option_list", len(s.OptionList), 1, 10)
	seen := make(map[string]bool)
	for i, o := range s.OptionList {
		q := p.item("option_list", i)
		q.key("id", o.ID, maxOptionID)
		q.unique("id", o.ID, seen)
		q.required("text", o.Text, 16)
	}
	if s.SelectedID != "" && !seen[s.SelectedID] {
		p.bad("selected_id", "is the id of no option: the phone would show the first one")
	}
	checkUpdateOnly(p, "disable", s.Disable)
}

// Checkbox is the question of a [VoteInteraction].
type Checkbox struct {
	// QuestionKey is required, at most 1024 bytes: it comes back in the event.
	QuestionKey string
	Multiple    bool          // more than one option may be ticked
	OptionList  []CheckOption // 1 to 20
	// Disable shows the options and takes no change. In an update only.
	Disable bool
}

// CheckOption is an entry of a [Checkbox].
type CheckOption struct {
	ID        string `json:"id"`   // required, at most 128 bytes, unique in the list
	Text      string `json:"text"` // required, 17 characters at best
	IsChecked bool   `json:"is_checked"`
}

func (c Checkbox) check(p part) {
	p.key("question_key", c.QuestionKey, maxCardKey)
	p.count("option_list", len(c.OptionList), 1, 20)
	seen, checked := make(map[string]bool), false
	for i, o := range c.OptionList {
		q := p.item("option_list", i)
		q.key("id", o.ID, maxOptionID)
		q.unique("id", o.ID, seen)
		q.required("text", o.Text, 17)
		if o.IsChecked && checked && !c.Multiple {
			q.bad("is_checked", "is a second tick where one may be: set Checkbox.Multiple")
		}
		checked = checked || o.IsChecked
	}
	checkUpdateOnly(p, "disable", c.Disable)
}
