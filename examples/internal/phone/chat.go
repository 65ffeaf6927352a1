package phone

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

// A line of a member's chat with the app is one of a note, a text, a picture or
// file, boxes, or a card.
type line struct {
	Time  time.Time
	Apart bool // long after the line before: the time stands between them
	Own   bool // written by the member

	Note  string
	Parts []part
	Media *media
	Boxes []box
	Card  *card

	changes int // a line that is shown otherwise than before has another number
}

// pause is when a chat shows the time again.
const pause = 3 * time.Minute

// chat is what has arrived on a phone and what its owner has done, oldest first.
func (h *handler) chat(u wecomtest.User) []line {
	lines := h.diary.of(u.ID)
	for _, m := range h.inbox(u) {
		lines = append(lines, h.line(u, m))
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.Time.Compare(b.Time) })
	for i := range lines {
		lines[i].Apart = i == 0 || lines[i].Time.Sub(lines[i-1].Time) >= pause
	}
	return lines
}

// inbox is what the app has sent, and for no app in particular everything.
func (h *handler) inbox(u wecomtest.User) []wecomtest.Message {
	all := h.cfg.WeCom.Inbox(u.ID)
	if h.cfg.Agent == nil {
		return all
	}
	return slices.DeleteFunc(all, func(m wecomtest.Message) bool { return m.AgentID != h.cfg.Agent.ID() })
}

func (h *handler) line(u wecomtest.User, m wecomtest.Message) line {
	l := line{Time: m.Time, changes: m.Updates}
	switch {
	case m.Recalled:
		l.Note, l.changes = "应用撤回了一条消息", l.changes+1
	case m.Card != nil:
		l.Card = h.card(u, m)
	case m.MediaID != "":
		l.Media = h.attached(u, m)
	case m.MsgType == "text":
		l.Parts = split(m.Content)
	case m.MsgType == "markdown" || m.MsgType == "markdown_v2":
		l.Parts = markdown(m.Content)
	default:
		l.Boxes = boxes(m)
	}
	h.lead(u, l.Parts)
	for i := range l.Boxes {
		l.Boxes[i].URL = h.link(u, l.Boxes[i].URL)
	}
	return l
}

// lead lets the links of a text open as the member.
func (h *handler) lead(u wecomtest.User, parts []part) {
	for i := range parts {
		parts[i].URL = h.link(u, parts[i].URL)
	}
}

// link is "" for an address that leads away from this machine: a simulation has
// no business there.
func (h *handler) link(u wecomtest.User, address string) string {
	if !local(address) {
		return ""
	}
	return h.cfg.Open(u.ID, address)
}

// stamp differs when the lines do.
func stamp(lines []line) string {
	sum := fnv.New64a()
	for _, l := range lines {
		fmt.Fprintln(sum, l.Time.UnixNano(), l.changes)
	}
	return fmt.Sprintf("%x", sum.Sum64())
}
