package message

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// ChatMessage is one message to a group chat.
type ChatMessage struct {
	// Content is Text, Image, Voice, Video, File, TextCard, News, MPNews or Markdown.
	Content Content
	// Mentioned are userids of members whom a Text calls, or [EveryoneMentioned].
	Mentioned []string
	// Safe is Shareable or Confidential. Text, Image, Video, File and MPNews have it.
	Safe Safety
}

// EveryoneMentioned in ChatMessage.Mentioned, RobotText.Mentioned or RobotText.MentionedMobiles
// calls all members of the group.
const EveryoneMentioned = everyone

// chatTypes are the msgtypes of appchat/send.
var chatTypes = []string{"text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown"}

// Send sends m to a chat. It is repeated only when the request was certainly not sent: chats have no
// duplicate check. The answer has no msgid, and nothing recalls the message.
//
// Errors: [*LimitError] and [*FieldError]; from the vendor 86003 (no such chat), 86008 (of another
// app). Source: vendor's document appchat/send.
func (c *Chats) Send(ctx context.Context, chatID string, m ChatMessage) error {
	var f fields
	f.required("chatid", chatID)
	m.check(&f)
	if f.err != nil {
		return f.err
	}
	body, err := m.encode(chatID)
	if err != nil {
		return err
	}
	return c.call(ctx, "send", never, func(ctx context.Context) error {
		return c.API.Call(ctx, http.MethodPost, "/cgi-bin/appchat/send", nil, json.RawMessage(body), nil)
	})
}

func (m ChatMessage) check(f *fields) {
	if absent(m.Content) {
		f.bad("msgtype", "there is no content: set ChatMessage.Content")
		return
	}
	k := m.Content.kind()
	if !slices.Contains(chatTypes, k.msgType) {
		f.bad("msgtype", "a chat takes no %s", k.msgType)
		return
	}
	m.Content.check(f)
	switch {
	case m.Safe == Shareable:
	case k.safe == Shareable:
		f.bad("safe", "%s cannot be confidential: leave ChatMessage.Safe 0", k.msgType)
	case m.Safe != Confidential:
		f.bad("safe", "%d is unknown to chats, which have 0 and 1", m.Safe)
	}
	if len(m.Mentioned) > 0 && k.msgType != "text" {
		f.bad("mentioned_list", "only Text mentions members; in Markdown write <@userid>")
	}
	for i, id := range m.Mentioned {
		checkMentioned(f, "text.mentioned_list["+strconv.Itoa(i)+"]", id)
	}
}

func checkMentioned(f *fields, field, id string) {
	if id != everyone {
		checkMember(f, field, id)
	}
}

// mentioning is a text with its mentioned_list.
type mentioning struct {
	Text
	Mentioned []string `json:"mentioned_list,omitempty"`
}

func (m ChatMessage) encode(chatID string) ([]byte, error) {
	msgType, payload := m.Content.kind().msgType, m.Content.payload()
	if text, ok := payload.(Text); ok {
		payload = mentioning{text, m.Mentioned}
	}
	b, err := appendJSON([]byte(`{"chatid":`), chatID)
	if err != nil {
		return nil, err
	}
	b = appendString(append(b, ','), "msgtype", msgType)
	b = append(append(append(b, '"'), msgType...), `":`...)
	if b, err = appendJSON(b, payload); err != nil {
		return nil, err
	}
	b = appendInt(append(b, ','), "safe", int(m.Safe))
	b[len(b)-1] = '}' // in the place of the last comma
	return b, nil
}
