package phone

import "github.com/bkwecom/wecom/wecomtest"

// An entry of the menu opens a page, clicks, unfolds more entries, or does
// something that only a real phone can.
type entry struct {
	Text string
	URL  string
	Key  string
	Sub  []entry
}

// menu is what a member can open without a message.
func (h *handler) menu(u wecomtest.User) (entries []entry) {
	if home := h.link(u, h.cfg.Home); home != "" {
		entries = append(entries, entry{Text: "应用主页", URL: home})
	}
	if h.cfg.Agent == nil {
		return entries
	}
	for _, b := range h.cfg.WeCom.Menu(h.cfg.Agent.ID()) {
		entries = append(entries, h.entry(u, b))
	}
	return entries
}

func (h *handler) entry(u wecomtest.User, b wecomtest.Button) entry {
	e := entry{Text: b.Name}
	switch b.Type {
	case "view":
		e.URL = h.link(u, b.URL)
	case "click":
		e.Key = b.Key
	case "":
		for _, sub := range b.Sub {
			e.Sub = append(e.Sub, h.entry(u, sub))
		}
	}
	return e
}

// clicks finds the button with that key, as the menu is now.
func clicks(entries []entry, key string) (text string, ok bool) {
	for _, e := range entries {
		if e.Key == key && key != "" {
			return e.Text, true
		}
		if text, ok = clicks(e.Sub, key); ok {
			return text, true
		}
	}
	return "", false
}
