package message

import "time"

// Message is one message to one set of recipients. The zero values of the options are the vendor's
// defaults and are not sent.
type Message struct {
	To      Recipients // who gets it; required
	Content Content    // what it says: one of the kinds that the package comment lists; required

	// Safe restricts sharing. Text, Image, Video, File and MPNews have it.
	Safe Safety
	// IDTranslation replaces $userName=USERID$ and $departmentName=ID$ by the names, for each
	// receiver. Text, TextCard, News, MPNews, MiniProgramNotice and the template cards have it.
	IDTranslation bool
	// DuplicateCheck lets the vendor drop a request that equals one it has had within
	// DuplicateInterval. Only with it is a send repeated when it is not known whether it arrived.
	// Two messages of the same words to the same people are then one message, too: give each a
	// number or a time of its own.
	DuplicateCheck bool
	// DuplicateInterval is 1 s to 4 h in whole seconds; 0 is the vendor's default, 30 min.
	DuplicateInterval time.Duration
}

// Safety is the vendor's safe: who may share a message.
type Safety int

// What a message may have in Safe.
const (
	Shareable    Safety = 0 // everyone may share it
	Confidential Safety = 1 // nobody may, and it carries a watermark
	Internal     Safety = 2 // it may be shared within the company; MPNews only
)

const (
	defaultDuplicateInterval = 1800 * time.Second
	maxDuplicateInterval     = 4 * time.Hour
)

// check reports to f, and returns the recipients as the request holds them.
func (m Message) check(f *fields) receivers {
	to := m.To.check(f)
	if absent(m.Content) {
		f.bad("msgtype", "there is no content: set Message.Content")
		return to
	}
	m.Content.check(f)
	k := m.Content.kind()
	if k.noEveryone && to.users == everyone {
		f.bad("touser", "%s cannot go to @all: name users, parties or tags", k.msgType)
	}
	m.checkOptions(f, k)
	return to
}

func (m Message) checkOptions(f *fields, k kind) {
	switch {
	case m.Safe == Shareable:
	case k.safe == Shareable:
		f.bad("safe", "%s cannot be confidential: leave Message.Safe 0", k.msgType)
	case m.Safe < 0 || m.Safe > k.safe:
		f.bad("safe", "%d is unknown to %s, the highest is %d", m.Safe, k.msgType, k.safe)
	}
	if m.IDTranslation && !k.idTranslation {
		f.bad("enable_id_trans", "%s has no id translation: leave Message.IDTranslation false", k.msgType)
	}
	m.checkInterval(f)
}

func (m Message) checkInterval(f *fields) {
	const field = "duplicate_check_interval"
	switch d := m.DuplicateInterval; {
	case d == 0:
	case !m.DuplicateCheck:
		f.bad(field, "has no effect without Message.DuplicateCheck")
	case d < time.Second || d%time.Second != 0:
		f.bad(field, "%s is not a whole number of seconds from 1", d)
	case d > maxDuplicateInterval:
		f.refuse(&LimitError{Field: field, Limit: int(maxDuplicateInterval / time.Second), Size: int(d / time.Second), Unit: "seconds"})
	}
}
