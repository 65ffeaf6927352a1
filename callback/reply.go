package callback

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxReplyText is the length in bytes at which the vendor cuts a text.
const maxReplyText = 2048

// A Reply is a passive reply (被动回复): what the member sees at once, in the
// answer to the request. nil is an empty answer: nothing is shown. A function
// for Config.Late finds out what it got with a type switch.
type Reply interface {
	// appendXML appends the elements MsgType and content.
	appendXML(buf []byte) []byte
}

// TextReply answers a message, or one of the events click, view, enter_agent
// and subscribe, with a text. Line breaks and <a href="…"> work, so what comes
// from outside must be escaped as package message does it. Over 2048 bytes it
// is cut before a character: WeCom would cut inside one. "" shows nothing.
type TextReply string

// UpdateButton answers a [*CardEvent]: the buttons of the tapped card cannot be
// tapped again and show this text instead. It changes the card of this member
// alone.
type UpdateButton string

func (r TextReply) appendXML(buf []byte) []byte {
	content := clean(string(r)) // before the cut: it may make the text longer
	if len(content) > maxReplyText {
		n := maxReplyText
		for n > 0 && !utf8.RuneStart(content[n]) {
			n--
		}
		content = content[:n]
	}
	buf = appendElement(buf, "MsgType", "text")
	return appendElement(buf, "Content", content)
}

func (r UpdateButton) appendXML(buf []byte) []byte {
	buf = appendElement(buf, "MsgType", "update_button")
	buf = append(buf, "<Button>"...)
	buf = appendElement(buf, "ReplaceName", string(r))
	return append(buf, "</Button>"...)
}

// replyXML is the reply to m before encryption; empty if there is nothing to
// show.
func replyXML(m *Header, r Reply, now time.Time) []byte {
	if r == nil || r == TextReply("") {
		return nil
	}
	buf := make([]byte, 0, 512)
	buf = append(buf, "<xml>"...)
	buf = appendElement(buf, "ToUserName", m.FromUser)
	buf = appendElement(buf, "FromUserName", m.ToUser)
	buf = append(buf, "<CreateTime>"...)
	buf = strconv.AppendInt(buf, now.Unix(), 10)
	buf = append(buf, "</CreateTime>"...)
	buf = r.appendXML(buf)
	return append(buf, "</xml>"...)
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
