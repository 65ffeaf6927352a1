package message

// Button is one of a [ButtonInteraction]: with a Key it calls the app back, with a URL it opens a
// page. It has one of the two.
type Button struct {
	Text string // required, 10 characters at best
	// Key has at most 1024 bytes and is unique in the card: the EventKey of the event template_card_event.
	Key string
	URL string
	// Style is one of the vendor's looks, 1 to 4; 0 is the default, 1.
	Style int
}

func checkButtons(p part, list []Button) {
	p.count("button_list", len(list), 1, 6)
	seen := make(map[string]bool)
	for i, b := range list {
		q := p.item("button_list", i)
		q.required("text", b.Text, 10)
		switch {
		case b.Key != "" && b.URL != "":
			q.bad("url", "stands beside a key: a button calls back or opens a page, not both")
		case b.URL != "":
			q.url("url", b.URL)
		case b.Key == "":
			q.bad("key", "is required, or a url")
		}
		if b.Key != "" {
			q.key("key", b.Key, maxCardKey)
			q.unique("key", b.Key, seen)
		}
		if b.Style < 0 || b.Style > 4 {
			q.bad("style", "%d is unknown: it is 1 to 4, or 0 for the default", b.Style)
		}
	}
}

// SubmitButton sends what the member chose.
type SubmitButton struct {
	Text string `json:"text"` // required, 10 characters at best
	Key  string `json:"key"`  // required, at most 1024 bytes: the EventKey of the event template_card_event
}

func (s SubmitButton) check(p part) {
	p.required("text", s.Text, 10)
	p.key("key", s.Key, maxCardKey)
}
