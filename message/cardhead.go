package message

// Source says at the top of a card where it comes from.
type Source struct {
	IconURL   string    `json:"icon_url,omitempty"` // a picture of 72*72
	Desc      string    `json:"desc,omitempty"`     // 20 characters at best
	DescColor DescColor `json:"desc_color,omitempty"`
}

// DescColor is the colour of [Source].Desc.
type DescColor int

// The colours that the vendor has.
const (
	DescGrey  DescColor = 0
	DescBlack DescColor = 1
	DescRed   DescColor = 2
	DescGreen DescColor = 3
)

func (s Source) check(p part) {
	if s.IconURL != "" {
		p.url("icon_url", s.IconURL)
	}
	p.text("desc", s.Desc, 20)
	if s.DescColor < DescGrey || s.DescColor > DescGreen {
		p.bad("desc_color", "%d is unknown: use DescGrey, DescBlack, DescRed or DescGreen", s.DescColor)
	}
}

// MainTitle is the headline of a card.
type MainTitle struct {
	Title string `json:"title,omitempty"` // 36 characters at best
	Desc  string `json:"desc,omitempty"`  // 44 characters at best
}

// check demands a title of every kind but text_notice.
func (m MainTitle) check(p part, required bool) {
	if required && m.Title == "" {
		p.bad("title", "is required")
	}
	p.text("title", m.Title, 36)
	p.text("desc", m.Desc, 44)
}

// ActionMenu is the menu in the upper right corner of a card.
type ActionMenu struct {
	Desc       string       `json:"desc,omitempty"`
	ActionList []MenuAction `json:"action_list"` // 1 to 3
}

// MenuAction is an entry of an [ActionMenu]. A tap is an event template_card_menu_event.
type MenuAction struct {
	Text string `json:"text"` // required
	Key  string `json:"key"`  // required, at most 1024 bytes, unique in the menu: the event's EventKey
}

func (m ActionMenu) none() bool { return m.Desc == "" && len(m.ActionList) == 0 }

func (m ActionMenu) check(p part) {
	if m.none() {
		return
	}
	p.text("desc", m.Desc, 0)
	p.count("action_list", len(m.ActionList), 1, 3)
	seen := make(map[string]bool)
	for i, a := range m.ActionList {
		q := p.item("action_list", i)
		q.required("text", a.Text, 0)
		q.key("key", a.Key, maxCardKey)
		q.unique("key", a.Key, seen)
	}
}
