package phone

import (
	"net/url"
	"slices"
	"strings"

	"github.com/bkwecom/wecom/wecomtest"
)

// A question of a card, as a form shows it.
type question struct {
	Field    string
	Title    string
	Kind     string // select, radio or checkbox
	Disabled bool
	Options  []option

	key string
}

type option struct {
	ID, Text string
	Chosen   bool
}

// Questions are those of any kind of card, with what is chosen before the
// member does anything.
func (c *card) Questions() (all []question) {
	if c.ButtonSelection != nil {
		all = append(all, selector(*c.ButtonSelection))
	}
	if c.CheckBox != nil {
		all = append(all, vote(*c.CheckBox))
	}
	for _, s := range c.SelectList {
		all = append(all, selector(s))
	}
	return all
}

func ask(key, title string, disabled bool) question {
	return question{Field: "q:" + key, Title: title, Disabled: disabled, Kind: "select", key: key}
}

// selector has its first option chosen unless it names another of its own
// (vendor's document: template_card, selected_id).
func selector(s wecomtest.Selector) question {
	q := ask(s.QuestionKey, s.Title, s.Disable)
	chosen := max(0, slices.IndexFunc(s.OptionList, func(o wecomtest.CardOption) bool { return o.ID == s.SelectedID }))
	for i, o := range s.OptionList {
		q.Options = append(q.Options, option{o.ID, o.Text, i == chosen})
	}
	return q
}

func vote(b wecomtest.CheckBox) question {
	q := ask(b.QuestionKey, "", b.Disable)
	if q.Kind = "radio"; b.Mode == 1 {
		q.Kind = "checkbox"
	}
	for _, o := range b.OptionList {
		q.Options = append(q.Options, option{o.ID, o.Text, o.IsChecked})
	}
	return q
}

// spell names what was chosen, as the member reads it.
func (c *card) spell(chosen []wecomtest.Selection) string {
	var texts []string
	for _, q := range c.Questions() {
		for _, s := range chosen {
			for _, o := range q.Options {
				if s.QuestionKey == q.key && slices.Contains(s.OptionIDs, o.ID) {
					texts = append(texts, o.Text)
				}
			}
		}
	}
	return strings.Join(texts, "、")
}

// answers are what the form says, as far as the card has such options; what is
// disabled stays as it is shown. ok is false if a question has no answer.
func (c *card) answers(form url.Values) (all []wecomtest.Selection, ok bool) {
	for _, q := range c.Questions() {
		s := wecomtest.Selection{QuestionKey: q.key}
		for _, o := range q.Options {
			chosen := o.Chosen
			if !q.Disabled && (q.Kind != "select" || form.Has(q.Field)) {
				chosen = slices.Contains(form[q.Field], o.ID)
			}
			if chosen && (q.Kind == "checkbox" || len(s.OptionIDs) == 0) {
				s.OptionIDs = append(s.OptionIDs, o.ID)
			}
		}
		if len(s.OptionIDs) == 0 {
			return nil, false
		}
		all = append(all, s)
	}
	return all, true
}
