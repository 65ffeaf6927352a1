package callback

import (
	"bytes"
	"crypto/md5" // #nosec G501 -- what the vendor asks for
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// The vendor's limits of a bot's replies.
const (
	maxStream       = 20480 // bytes
	maxStreamImages = 10
	maxFeedbackID   = 256 // bytes
)

// StreamReply answers a message to a smart bot, and each [*BotStream] that asks
// for more of it: the whole text so far, in Markdown. WeCom asks until Finish is
// set, for 6 minutes at most after the member's message. A member can have three
// answers streaming at once.
type StreamReply struct {
	ID      string // of your choice, the same for all parts of an answer
	Finish  bool   // there is no more
	Content string // at most 20480 bytes; a <think> block may stand in front
	// Images are JPG or PNG, at most 10, and only with Finish.
	Images [][]byte
	// FeedbackID comes back in a [*BotFeedback]: at most 256 bytes, "" for no
	// feedback.
	FeedbackID string
	// Card, if not nil, is shown beside the text; see UpdateTemplateCard.Card.
	Card any
}

// CardReply answers a message to a smart bot, or [*BotEnterChat], with a
// template card.
type CardReply struct {
	Card any // see UpdateTemplateCard.Card
}

// A botReply can answer messages to smart bots.
type botReply interface {
	Reply
	botJSON() wireReply
}

func (r StreamReply) msgType() string {
	if r.Card != nil {
		return "stream_with_template_card"
	}
	return "stream"
}

func (CardReply) msgType() string { return "template_card" }

func (StreamReply) answers(to audience) bool { return to == botUnknown || to == botMessage }

func (CardReply) answers(to audience) bool {
	return to == botUnknown || to == botMessage || to == botWelcome
}

func (r StreamReply) check(audience) error {
	switch {
	case r.ID == "":
		return errors.New("stream.id is empty")
	case len(r.Content) > maxStream:
		return fmt.Errorf("stream.content has %d bytes, the limit is %d", len(r.Content), maxStream)
	case len(r.Images) > maxStreamImages:
		return fmt.Errorf("stream.msg_item has %d images, the limit is %d", len(r.Images), maxStreamImages)
	case len(r.Images) > 0 && !r.Finish:
		return errors.New("stream.msg_item is allowed with Finish only")
	case len(r.FeedbackID) > maxFeedbackID:
		return fmt.Errorf("stream.feedback.id has %d bytes, the limit is %d", len(r.FeedbackID), maxFeedbackID)
	case r.Card == nil:
		return nil
	}
	_, err := readCard(r.Card)
	return err
}

func (r CardReply) check(audience) error {
	_, err := readCard(r.Card)
	return err
}

type wireStream struct {
	ID       string        `json:"id"`
	Finish   bool          `json:"finish"`
	Content  string        `json:"content"`
	Items    []wireItem    `json:"msg_item,omitempty"`
	Feedback *wireFeedback `json:"feedback,omitempty"`
}

type wireItem struct {
	MsgType string    `json:"msgtype"`
	Image   wireImage `json:"image"`
}

type wireImage struct {
	Base64 string `json:"base64"`
	MD5    string `json:"md5"`
}

type wireFeedback struct {
	ID string `json:"id"`
}

// wireReply is every reply of a bot, in the vendor's names.
type wireReply struct {
	MsgType      string          `json:"msgtype,omitempty"`
	ResponseType string          `json:"response_type,omitempty"`
	UserIDs      []string        `json:"userids,omitempty"`
	Text         *wireContent    `json:"text,omitempty"`
	Stream       *wireStream     `json:"stream,omitempty"`
	TemplateCard json.RawMessage `json:"template_card,omitempty"`
}

type wireContent struct {
	Content string `json:"content"`
}

func (r TextReply) botJSON() wireReply {
	return wireReply{MsgType: r.msgType(), Text: &wireContent{r.content()}}
}

func (r StreamReply) botJSON() wireReply {
	s := &wireStream{ID: r.ID, Finish: r.Finish, Content: r.Content}
	for _, image := range r.Images {
		sum := md5.Sum(image) // #nosec G401 -- what the vendor asks for
		s.Items = append(s.Items, wireItem{"image", wireImage{base64.StdEncoding.EncodeToString(image), hex.EncodeToString(sum[:])}})
	}
	if r.FeedbackID != "" {
		s.Feedback = &wireFeedback{r.FeedbackID}
	}
	w := wireReply{MsgType: r.msgType(), Stream: s}
	if r.Card != nil {
		w.TemplateCard = cardJSON(r.Card)
	}
	return w
}

func (r CardReply) botJSON() wireReply {
	return wireReply{MsgType: r.msgType(), TemplateCard: cardJSON(r.Card)}
}

func (r UpdateTemplateCard) botJSON() wireReply {
	return wireReply{ResponseType: r.msgType(), UserIDs: r.UserIDs, TemplateCard: cardJSON(r.Card)}
}

func encodeBotReply(r Reply) ([]byte, error) {
	bot, ok := r.(botReply)
	if !ok {
		return nil, errNoReply
	}
	return marshal(bot.botJSON())
}

// cardJSON is that of a card that was checked.
func cardJSON(card any) json.RawMessage {
	c, _ := readCard(card)
	return c.raw
}

// marshal writes JSON that says < as < and not as an escape.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), err
}
