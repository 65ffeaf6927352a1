package wecomtest

import "time"

// recallable is how long a message can be recalled (vendor's document:
// message/recall).
const recallable = 24 * time.Hour

// sentBook remembers what has been sent, for recall, duplicate check and the
// rule that a task_id is not used twice.
type sentBook struct {
	messages   map[string]sentMessage
	duplicates map[duplicateKey]duplicate
	tasks      map[taskKey]string // the message whose card it is
}

type sentMessage struct {
	agent *Agent
	at    time.Time
}

type duplicateKey struct {
	agent *Agent
	body  [32]byte
}

type duplicate struct {
	answer sendAnswer
	until  time.Time
}

type taskKey struct {
	agent *Agent
	id    string
}

func (b *sentBook) init() {
	b.messages = map[string]sentMessage{}
	b.duplicates = map[duplicateKey]duplicate{}
	b.tasks = map[taskKey]string{}
}

func (b *sentBook) remember(a *Agent, msgID, taskID string) {
	b.messages[msgID] = sentMessage{agent: a, at: time.Now()}
	if taskID != "" {
		b.tasks[taskKey{a, taskID}] = msgID
	}
}

// duplicate finds the answer to the same bytes of the same app within the
// interval. What the vendor answers is not documented; the earlier answer is
// one of the possible ones.
func (b *sentBook) duplicate(key duplicateKey) (sendAnswer, bool) {
	d, ok := b.duplicates[key]
	return d.answer, ok && time.Now().Before(d.until)
}

func (b *sentBook) suppress(key duplicateKey, answer sendAnswer, interval time.Duration) {
	b.duplicates[key] = duplicate{answer, time.Now().Add(interval)}
}

// recallMessage takes a message off the phones (vendor's document:
// message/recall).
func (s *Server) recallMessage(c *call) (any, *refusal) {
	body, refused := s.object(c)
	if refused != nil {
		return nil, refused
	}
	id, ok := body.text("msgid")
	if !ok || id == "" {
		return nil, refuse(40058, "msgid")
	}
	m, ok := s.sent.messages[id]
	switch {
	case !ok || m.agent != c.agent:
		return nil, refuse(40058, "msgid")
	case time.Since(m.at) > recallable:
		return nil, refuse(42052, "")
	}
	s.phones.recall(id)
	return nil, nil
}
