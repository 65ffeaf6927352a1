package wecomtest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Reply is what an app answered to a callback. For an empty answer, and for the
// text "success", all but Attempts is zero.
type Reply struct {
	MsgType     string
	Content     string // text, as the phone shows it: cut at 2048 bytes
	ReplaceName string // update_button and update_taskcard
	XML         string // the decrypted reply
	Attempts    int    // how many times the callback was sent
	Ignored     bool   // WeCom takes no reply of this kind to such a callback, and shows nothing
}

// ErrReply is matched by the error for an answer with status 200 that is
// neither empty, nor "success", nor a rightly sealed reply. WeCom shows the
// member nothing then.
var ErrReply = errors.New("wecomtest: answer is no passive reply")

// trigger is what a reply is compared with.
type trigger struct {
	XMLName      xml.Name `xml:"xml"`
	FromUserName string
	MsgType      string
	Event        string
	TaskID       string `xml:"TaskId"`
}

// passiveReply is the inner XML of a reply (vendor's document: "被动回复消息格式").
type passiveReply struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string
	FromUserName string
	CreateTime   string
	MsgType      string
	Content      string
	Image        mediaReply
	Voice        mediaReply
	Video        mediaReply
	ArticleCount int
	Articles     struct {
		Item []Article `xml:"item"`
	}
	Button       struct{ ReplaceName string }
	TaskCard     struct{ ReplaceName string }
	TemplateCard *TemplateCard
}

type mediaReply struct {
	MediaID     string `xml:"MediaId"`
	Title       string // video
	Description string // video
}

func (a *Agent) readReply(to *receiving, plain, body []byte) (Reply, error) {
	if len(body) == 0 || string(body) == "success" {
		return Reply{}, nil
	}
	inner, err := to.open(body)
	if err != nil {
		return Reply{}, fmt.Errorf("%w: %w", ErrReply, err)
	}
	var cause trigger
	_ = xml.Unmarshal(plain, &cause) // what Deliver was given may be anything
	var p passiveReply
	if err := decodeXML(inner, &p); err != nil {
		return Reply{}, fmt.Errorf("%w: the decrypted reply: %w", ErrReply, err)
	}
	if err := p.check(a.srv.CorpID, cause.FromUserName); err != nil {
		return Reply{}, fmt.Errorf("%w: the decrypted reply: %w", ErrReply, err)
	}
	r := Reply{MsgType: p.MsgType, XML: string(inner), Ignored: !replyAllowed(cause, p.MsgType)}
	switch p.MsgType {
	case "text":
		r.Content = cutBytes(p.Content, maxText)
	case "update_button":
		r.ReplaceName = p.Button.ReplaceName
	case "update_taskcard":
		r.ReplaceName = p.TaskCard.ReplaceName
	}
	if r.Ignored {
		return r, nil
	}
	if refused := a.show(cause, p, r); refused != nil {
		return Reply{}, fmt.Errorf("%w: the decrypted reply: %s: %s (as errcode %d)", ErrReply, refused.detail, errmsgs[refused.code], refused.code)
	}
	return r, nil
}

// open verifies and decrypts a reply's envelope.
func (to *receiving) open(body []byte) ([]byte, error) {
	e, err := readFlat(body)
	if err != nil {
		return nil, fmt.Errorf("the envelope: %w", err)
	}
	for _, name := range []string{"Encrypt", "MsgSignature", "TimeStamp", "Nonce"} {
		if e[name] == "" {
			return nil, fmt.Errorf("the envelope has no %s", name)
		}
	}
	if _, err := strconv.ParseInt(e["TimeStamp"], 10, 64); err != nil {
		return nil, errors.New("the envelope's TimeStamp is not in Unix seconds")
	}
	return to.codec.Open(e["MsgSignature"], e["TimeStamp"], e["Nonce"], e["Encrypt"])
}

// readFlat reads <xml> with elements that hold text alone, each once.
func readFlat(body []byte) (map[string]string, error) {
	var doc struct {
		XMLName xml.Name `xml:"xml"`
		Fields  []struct {
			XMLName xml.Name
			Text    string     `xml:",chardata"`
			Nested  []struct{} `xml:",any"`
		} `xml:",any"`
	}
	if err := decodeXML(body, &doc); err != nil {
		return nil, err
	}
	fields := map[string]string{}
	for _, f := range doc.Fields {
		if _, twice := fields[f.XMLName.Local]; twice || len(f.Nested) > 0 {
			return nil, fmt.Errorf("%s is there twice or holds elements", f.XMLName.Local)
		}
		fields[f.XMLName.Local] = f.Text
	}
	return fields, nil
}

// decodeXML is xml.Unmarshal, but refuses what comes after the document.
func decodeXML(body []byte, to any) error {
	d := xml.NewDecoder(bytes.NewReader(body))
	if err := xml.NewTokenDecoder(oneSpelling{d}).Decode(to); err != nil {
		return err
	}
	if rest := bytes.TrimSpace(body[d.InputOffset():]); len(rest) > 0 {
		return fmt.Errorf("%d bytes after </xml>", len(rest))
	}
	return nil
}

// oneSpelling reads two names in the one of their documented spellings that the
// structs have (facts: messages-in.md §3.7).
type oneSpelling struct{ *xml.Decoder }

func (r oneSpelling) Token() (xml.Token, error) {
	t, err := r.Decoder.Token()
	switch e := t.(type) {
	case xml.StartElement:
		e.Name.Local = spelling(e.Name.Local)
		return e, err
	case xml.EndElement:
		e.Name.Local = spelling(e.Name.Local)
		return e, err
	}
	return t, err
}

func spelling(name string) string {
	switch name {
	case "appid":
		return "AppId"
	case "pagepath":
		return "PagePath"
	}
	return name
}

func (p *passiveReply) check(corpID, member string) error {
	if p.FromUserName != corpID {
		return errors.New("FromUserName is not the CorpID")
	}
	if p.ToUserName == "" || member != "" && !strings.EqualFold(p.ToUserName, member) {
		return errors.New("ToUserName is not the member who sent the message")
	}
	if _, err := strconv.ParseInt(p.CreateTime, 10, 64); err != nil {
		return errors.New("CreateTime is not in Unix seconds")
	}
	var missing bool
	switch p.MsgType {
	case "text":
		missing = p.Content == ""
	case "image":
		missing = p.Image.MediaID == ""
	case "voice":
		missing = p.Voice.MediaID == ""
	case "video":
		missing = p.Video.MediaID == ""
	case "news":
		n := len(p.Articles.Item)
		missing = n < 1 || n > maxArticles || n != p.ArticleCount
	case "update_button":
		missing = p.Button.ReplaceName == ""
	case "update_taskcard":
		missing = p.TaskCard.ReplaceName == ""
	case "update_template_card":
		missing = p.TemplateCard == nil || p.TemplateCard.CardType == ""
	default:
		return fmt.Errorf("MsgType %.40q is none that can be replied", p.MsgType)
	}
	if missing {
		return fmt.Errorf("MsgType is %s, and what it needs is missing", p.MsgType)
	}
	return nil
}

// replyAllowed is the table of messages-in.md §2 and callback.md §4.
func replyAllowed(to trigger, msgType string) bool {
	update := strings.HasPrefix(msgType, "update_")
	if to.MsgType != "event" {
		return !update
	}
	switch to.Event {
	case "subscribe", "enter_agent", "LOCATION", "click", "view", "view_miniprogram", "scancode_waitmsg":
		return !update
	case "template_card_event":
		return msgType == "update_button" || msgType == "update_template_card"
	case "template_card_menu_event":
		return msgType == "update_template_card" || !update
	case "taskcard_click":
		return msgType == "update_taskcard"
	}
	return false
}

// show puts the reply on the member's phone; a card that the vendor would not
// take is refused.
func (a *Agent) show(cause trigger, p passiveReply, r Reply) *refusal {
	a.srv.mu.Lock()
	defer a.srv.mu.Unlock()
	if strings.HasPrefix(p.MsgType, "update_") {
		return a.updateByReply(cause, p, r)
	}
	u, ok := a.srv.people.find(cause.FromUserName)
	if !ok {
		return nil
	}
	m := Message{AgentID: a.app.AgentID, MsgType: p.MsgType, Content: r.Content, Passive: true, Time: time.Now(), XML: r.XML}
	m.MediaID = p.Image.MediaID + p.Voice.MediaID + p.Video.MediaID
	m.Title, m.Description = p.Video.Title, p.Video.Description
	if m.Articles = p.Articles.Item; len(m.Articles) > 0 {
		first := m.Articles[0]
		m.Title, m.Description, m.URL = first.Title, first.Description, first.URL
	}
	a.srv.phones.put(u, m)
	return nil
}

// updateByReply changes the card on the phone of the member who tapped it, and
// on no other.
func (a *Agent) updateByReply(cause trigger, p passiveReply, r Reply) *refusal {
	m := a.srv.phones.find(a.app.AgentID, cause.FromUserName, cause.TaskID)
	if (p.MsgType == "update_taskcard") != (m != nil && m.TaskCard != nil) {
		m = nil
	}
	msgID := a.srv.sent.tasks[taskKey{a, cause.TaskID}]
	if card := p.TemplateCard; p.MsgType == "update_template_card" {
		if refused := a.srv.checkCard(card, cardUse{agent: a, update: true, msgID: msgID}); refused != nil {
			return refused
		}
		if m != nil {
			a.srv.redraw(m, card)
		}
	} else if m != nil {
		m.disable(r.ReplaceName)
	}
	a.srv.phones.signal()
	return nil
}
