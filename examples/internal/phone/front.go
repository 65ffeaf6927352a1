package phone

import (
	"net/http"
	"strings"

	"github.com/bkwecom/wecom/wecomtest"
)

// contact is a member on the front page.
type contact struct {
	wecomtest.User
	Last *line
}

// Preview is how the last line begins.
func (c contact) Preview() string {
	l := c.Last
	switch {
	case l == nil:
		return "还没有消息"
	case l.Note != "":
		return l.Note
	case l.Card != nil:
		return "[卡片] " + l.Card.heading()
	case l.Media != nil:
		return "[" + l.Media.Name + "]"
	case len(l.Boxes) > 0:
		return l.Boxes[0].Title
	}
	var b strings.Builder
	for _, p := range l.Parts {
		b.WriteString(p.Text)
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

func (h *handler) contacts() (all []contact) {
	for _, u := range h.cfg.WeCom.Users() {
		c := contact{User: u}
		if lines := h.chat(u); len(lines) > 0 {
			c.Last = &lines[len(lines)-1]
		}
		all = append(all, c)
	}
	return all
}

func (h *handler) front(w http.ResponseWriter, _ *http.Request) { h.showFront(w, "") }

func (h *handler) showFront(w http.ResponseWriter, result string) {
	h.show(w, "front.html", view{Users: h.contacts(), Actions: h.cfg.Actions, Result: result})
}

func (h *handler) action(w http.ResponseWriter, r *http.Request) {
	for _, a := range h.cfg.Actions {
		if a.Name != r.PathValue("name") {
			continue
		}
		result, err := a.Do(r.Context())
		if err != nil {
			result = err.Error()
		}
		h.showFront(w, result)
		return
	}
	http.NotFound(w, r)
}
