package callback

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The vendor's limits of replies, in bytes: what is longer it cuts.
const (
	maxReplyText   = 2048
	maxTitle       = 128
	maxDescription = 512
	maxArticles    = 8
)

// A Reply is a passive reply (被动回复): what the member sees at once, in the
// answer to the request. nil is an empty answer: nothing is shown. A function
// for Config.Late finds out what it got with a type switch. The package comment
// has the table of what answers what; a reply that does not fit its message
// makes the handler fail, since WeCom would drop it in silence.
type Reply interface {
	// msgType is the vendor's name.
	msgType() string
	answers(audience) bool
	// check says what is wrong; only then it is encoded.
	check(audience) error
}

// An appReply can answer messages to an app.
type appReply interface {
	Reply
	// appendXML appends the elements behind MsgType.
	appendXML(buf []byte) []byte
}

// TextReply answers a message, or one of the events that take replies, with a
// text. Line breaks and <a href="…"> work, so what comes from outside must be
// escaped as package message does it. Over 2048 bytes it is cut before a
// character: WeCom would cut inside one. "" shows nothing.
type TextReply string

// UpdateButton answers a [*CardEvent]: the buttons of the tapped card cannot be
// tapped again and show this text instead. It changes the card of this member
// alone.
type UpdateButton string

// UpdateTaskCard answers a [*TaskCardClick] as UpdateButton does a CardEvent;
// 18 bytes at best.
type UpdateTaskCard string

func (TextReply) msgType() string      { return "text" }
func (UpdateButton) msgType() string   { return "update_button" }
func (UpdateTaskCard) msgType() string { return "update_taskcard" }

func (TextReply) answers(to audience) bool {
	return to.anything() || to.takesMessages() || to == botWelcome
}
func (UpdateButton) answers(to audience) bool   { return to.anything() || to == card }
func (UpdateTaskCard) answers(to audience) bool { return to.anything() || to == taskCard }

func (TextReply) check(audience) error        { return nil }
func (r UpdateButton) check(audience) error   { return required("ReplaceName", string(r)) }
func (r UpdateTaskCard) check(audience) error { return required("ReplaceName", string(r)) }

func (r TextReply) appendXML(buf []byte) []byte {
	return appendElement(buf, "Content", r.content())
}

func (r TextReply) content() string { return cut(string(r), maxReplyText) }

func (r UpdateButton) appendXML(buf []byte) []byte {
	return appendInside(buf, "Button", "ReplaceName", string(r))
}

func (r UpdateTaskCard) appendXML(buf []byte) []byte {
	return appendInside(buf, "TaskCard", "ReplaceName", string(r))
}

func required(name, value string) error {
	if value == "" {
		return errors.New(name + " is empty")
	}
	return nil
}

// cut ends a text before the character that would go beyond limit. It cleans
// before, since that may make the text longer.
func cut(s string, limit int) string {
	s = clean(s)
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// nothing tells a reply that shows nothing.
func nothing(r Reply) bool { return r == nil || r == TextReply("") }

// encodeReply is the reply to a message of head, before encryption; empty if
// there is nothing to show.
func encodeReply(head *Header, to target, r Reply, now time.Time) ([]byte, error) {
	if nothing(r) {
		return nil, nil
	}
	out, err := encodeFor(head, to, r, now)
	if err != nil {
		return nil, fmt.Errorf("reply %s: %w", r.msgType(), err)
	}
	return out, nil
}

func encodeFor(head *Header, to target, r Reply, now time.Time) ([]byte, error) {
	if !r.answers(to.audience) {
		return nil, errNoReply
	}
	if err := r.check(to.audience); err != nil {
		return nil, err
	}
	if to.form == formBot {
		return encodeBotReply(r)
	}
	out, err := encodeAppReply(head, r, now)
	if err == nil && to.form == formJSON {
		return xmlToJSON(out)
	}
	return out, err
}

var errNoReply = errors.New("WeCom shows no such reply to this kind of message: see the table of package callback, or send it as a message of its own")

func encodeAppReply(head *Header, r Reply, now time.Time) ([]byte, error) {
	app, ok := r.(appReply)
	if !ok {
		return nil, errors.New("is for smart bots only")
	}
	buf := make([]byte, 0, 512)
	buf = append(buf, "<xml>"...)
	buf = appendElement(buf, "ToUserName", head.FromUser)
	buf = appendElement(buf, "FromUserName", head.ToUser)
	buf = append(buf, "<CreateTime>"...)
	buf = strconv.AppendInt(buf, now.Unix(), 10)
	buf = append(buf, "</CreateTime>"...)
	buf = appendElement(buf, "MsgType", r.msgType())
	buf = app.appendXML(buf)
	return append(buf, "</xml>"...), nil
}

// appendInside writes an element with one element in it.
func appendInside(buf []byte, parent, name, value string) []byte {
	buf = append(append(append(buf, '<'), parent...), '>')
	buf = appendElement(buf, name, value)
	return append(append(append(buf, "</"...), parent...), '>')
}

// appendElement writes a CDATA section that no content can leave.
func appendElement(buf []byte, name, value string) []byte {
	buf = append(append(append(buf, '<'), name...), '>')
	buf = append(buf, cdataOpen...)
	for value = clean(value); ; {
		n := strings.Index(value, cdataClose)
		if n < 0 {
			break
		}
		buf = append(buf, value[:n+2]...)
		buf = append(buf, "]]><![CDATA["...)
		value = value[n+2:]
	}
	buf = append(buf, value...)
	buf = append(buf, cdataClose...)
	return append(append(append(buf, "</"...), name...), '>')
}
