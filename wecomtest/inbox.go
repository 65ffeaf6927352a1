package wecomtest

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"
)

// keptMessages bounds the phone of a member of a server that stays up.
const keptMessages = 2000

// Message is one message on a member's phone, as it is shown there: what the
// vendor cuts is cut.
type Message struct {
	MsgID   string // of message/send; empty for a passive reply
	AgentID int
	UserID  string // whose phone it is, as spelt in the address book
	MsgType string

	Content     string // text, markdown
	Title       string // cards, articles (the first), video
	Description string
	URL         string
	ButtonText  string // textcard
	MediaID     string
	Safe        int
	CardType    string // template_card
	TaskID      string

	Passive  bool   // the reply to a callback
	Recalled bool   // message/recall took it back: the member does not see it any more
	Replaced string // an update_button reply took the card's buttons away and shows this

	Time time.Time
	JSON json.RawMessage // the whole request of message/send
	XML  string          // the whole passive reply, decrypted

	card *card
}

// phoneBook holds what arrived where.
type phoneBook struct {
	inboxes map[string][]Message    // by lower-case userid
	dropped map[string]int          // by lower-case userid
	pace    map[paceKey][]time.Time // sends of the last hour
	changed chan struct{}           // closed at every change
}

type paceKey struct {
	agent  *Agent
	userid string
}

func (b *phoneBook) init() {
	b.inboxes = map[string][]Message{}
	b.dropped = map[string]int{}
	b.pace = map[paceKey][]time.Time{}
	b.changed = make(chan struct{})
}

// send delivers what message/send took, unless the member has had too much of
// the app (messages-out.md §8).
func (b *phoneBook) send(a *Agent, u User, m Message, rules Rules) {
	key := paceKey{a, strings.ToLower(u.ID)}
	now := time.Now()
	var hour []time.Time
	minute := 0
	for _, t := range b.pace[key] {
		if now.Sub(t) < time.Hour {
			hour = append(hour, t)
		}
		if now.Sub(t) < time.Minute {
			minute++
		}
	}
	b.pace[key] = hour
	if full(minute, rules.MemberPerMinute) || full(len(hour), rules.MemberPerHour) {
		b.dropped[key.userid]++
		return
	}
	b.pace[key] = append(hour, now)
	b.put(u, m)
}

func full(n, limit int) bool { return limit > 0 && n >= limit }

func (b *phoneBook) put(u User, m Message) {
	key := strings.ToLower(u.ID)
	m.UserID = u.ID
	box := append(b.inboxes[key], m)
	if len(box) >= 2*keptMessages {
		box = append([]Message(nil), box[keptMessages:]...)
	}
	b.inboxes[key] = box
	b.signal()
}

func (b *phoneBook) signal() {
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *phoneBook) recall(msgID string) {
	for _, box := range b.inboxes {
		for i := range box {
			if box[i].MsgID == msgID {
				box[i].Recalled = true
			}
		}
	}
	b.signal()
}

// find returns the latest card with that task_id on the member's phone.
func (b *phoneBook) find(agentID int, userid, taskID string) *Message {
	box := b.inboxes[strings.ToLower(userid)]
	for i := len(box) - 1; i >= 0; i-- {
		if m := &box[i]; m.AgentID == agentID && m.card != nil && m.TaskID == taskID {
			return m
		}
	}
	return nil
}

// Inbox lists what is on a member's phone, oldest first: messages sent and
// passive replies. Recalled ones are there and marked. At least the latest 2000
// are kept.
func (s *Server) Inbox(userid string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phones.snapshot(userid)
}

func (b *phoneBook) snapshot(userid string) []Message {
	var copied []Message
	for _, m := range b.inboxes[strings.ToLower(userid)] {
		m.JSON = bytes.Clone(m.JSON)
		m.card = nil
		copied = append(copied, m)
	}
	return copied
}

// WaitInbox waits until a message on the member's phone matches, one that is
// there already included, and returns the first such. It fails when ctx ends or
// the server closes.
func (s *Server) WaitInbox(ctx context.Context, userid string, match func(Message) bool) (Message, error) {
	for {
		s.mu.Lock()
		box, changed := s.phones.snapshot(userid), s.phones.changed
		s.mu.Unlock()
		for _, m := range box {
			if match(m) {
				return m, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, waitError(userid, len(box), ctx.Err())
		case <-s.base.Done():
			return Message{}, waitError(userid, len(box), errClosed)
		}
	}
}

// Dropped counts the messages that a member never got because the app had sent
// too many within a minute or an hour.
func (s *Server) Dropped(userid string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phones.dropped[strings.ToLower(userid)]
}
