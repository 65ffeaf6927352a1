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
	MsgID   string // of message/send; empty for what it did not send
	AgentID int    // 0 for a group robot
	ChatID  string // of appchat/send
	UserID  string // whose phone it is, as spelt in the address book
	MsgType string

	Content     string // text, markdown, markdown_v2
	Title       string // cards, articles (the first), video
	Description string
	URL         string
	ButtonText  string // textcard
	MediaID     string
	Safe        int
	CardType    string // template_card
	TaskID      string

	Card        *TemplateCard // as it is now; to be read only, as all that is pointed to
	Articles    []Article     // news, mpnews
	MiniProgram *MiniProgram
	TaskCard    *TaskCard
	Data        []byte   // a robot's image
	Mentioned   []string // text to a chat: userids or "@all"; by a robot phone numbers, too

	Passive  bool   // the reply to a callback
	Recalled bool   // message/recall took it back: the member does not see it any more
	Replaced string // an update of the card took its buttons away and shows this
	Updates  int    // how often the card was updated
	Robot    bool   // from a group robot

	Time time.Time
	JSON json.RawMessage // the whole request of message/send
	XML  string          // the whole passive reply, decrypted
}

// phoneBook holds what arrived where.
type phoneBook struct {
	inboxes map[string][]Message // by lower-case userid
	dropped map[string]int       // by lower-case userid
	pace    map[paceKey]pace
	changed chan struct{} // closed at every change
}

// paceKey is whose messages to whom are counted; agent nil is all that comes
// through chats.
type paceKey struct {
	agent  *Agent
	userid string
}

// paceLimit drops what comes faster.
type paceLimit struct {
	perMinute, perLong int
	long               time.Duration
}

func memberPace(r Rules) paceLimit { return paceLimit{r.MemberPerMinute, r.MemberPerHour, time.Hour} }

func (b *phoneBook) init() {
	b.inboxes = map[string][]Message{}
	b.dropped = map[string]int{}
	b.pace = map[paceKey]pace{}
	b.changed = make(chan struct{})
}

// send delivers a message, unless the member has had too much already
// (messages-out.md §8).
func (b *phoneBook) send(key paceKey, u User, m Message, limit paceLimit) (arrived bool) {
	now := time.Now()
	recent := b.pace[key].forget(now, limit.long)
	b.pace[key] = recent
	if full(recent.within(now, time.Minute), limit.perMinute) || full(len(recent), limit.perLong) {
		b.dropped[key.userid]++
		return false
	}
	b.pace[key] = append(recent, now)
	b.put(u, m)
	return true
}

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
		if m := &box[i]; m.AgentID == agentID && m.TaskID != "" && m.TaskID == taskID {
			return m
		}
	}
	return nil
}

// received returns the cards that a message put on a member's phone.
func (b *phoneBook) received(userid, msgID string) (cards []*Message) {
	box := b.inboxes[strings.ToLower(userid)]
	for i := range box {
		if m := &box[i]; m.MsgID == msgID && m.Card != nil {
			cards = append(cards, m)
		}
	}
	return cards
}

// Inbox lists what is on a member's phone, oldest first: messages sent,
// passive replies, what came in chats. Recalled ones are there and marked. At least the latest 2000
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
		m.Data = bytes.Clone(m.Data)
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
