package phone

import (
	"github.com/bkwecom/wecom/wecomtest"
)

// A card is a template card as it is now, on one member's phone.
type card struct {
	*wecomtest.TemplateCard
	Owner    string // whose phone it is on
	Tappable bool   // the owner can do something with it
	Replaced string // what an update put in the place of its buttons
	link     func(address string) string
}

func (h *handler) card(u wecomtest.User, m wecomtest.Message) *card {
	return &card{
		TemplateCard: m.Card, Owner: u.ID, Replaced: m.Replaced,
		Tappable: h.writes(u),
		link:     func(address string) string { return h.link(u, address) },
	}
}

// shows finds the card that a tap for a task is on; nil if there is none. An app
// has one for each task.
func (h *handler) shows(u wecomtest.User, task string) *card {
	for _, m := range h.inbox(u) {
		if m.Card != nil && m.TaskID == task && !m.Recalled {
			return h.card(u, m)
		}
	}
	return nil
}

// To is where a link leads; "" is nowhere that this machine has.
func (c *card) To(l wecomtest.CardLink) string {
	if l.Type != 1 {
		return ""
	}
	return c.link(l.URL)
}

// Open is To for the parts of a card that have an address alone.
func (c *card) Open(address string) string { return c.link(address) }

// Live says whether the buttons are still there.
func (c *card) Live() bool { return c.Tappable && c.Replaced == "" }

// Asks says whether there are buttons, or were.
func (c *card) Asks() bool { return len(c.ButtonList) > 0 || c.SubmitButton != nil }

// heading is how the card begins, whatever it has.
func (c *card) heading() string {
	if c.MainTitle != nil && c.MainTitle.Title != "" {
		return c.MainTitle.Title
	}
	return c.SubTitleText
}

// label is what the member sees where they tap, which may be in the card's menu;
// "" if there is no such key.
func (c *card) label(key string) (text string, inMenu bool) {
	if c.ActionMenu != nil {
		for _, a := range c.ActionMenu.ActionList {
			if a.Key == key {
				return a.Text, true
			}
		}
	}
	if c.Replaced != "" {
		return "", false
	}
	for _, b := range c.ButtonList {
		if b.Type == 0 && b.Key == key {
			return b.Text, false
		}
	}
	if c.SubmitButton != nil && c.SubmitButton.Key == key {
		return c.SubmitButton.Text, false
	}
	return "", false
}
