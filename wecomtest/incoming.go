package wecomtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// firstMsgID is where a server begins to count MsgIds: 19 digits, and higher for
// a server started later, so that an app's stored duplicates do not match.
func firstMsgID(now time.Time) int64 {
	return 6e18 + now.UnixMilli()*1e6 + randomBelow(1e6)
}

// SendText is a member writing to the app.
func (a *Agent) SendText(ctx context.Context, userid, content string) (Reply, error) {
	return a.act(ctx, userid, func(id string) []byte { return a.TextXML(id, content, time.Now()) })
}

// Click is a member tapping a menu button with that key.
func (a *Agent) Click(ctx context.Context, userid, key string) (Reply, error) {
	return a.event(ctx, userid, "click", key)
}

// View is a member tapping a menu button with that URL.
func (a *Agent) View(ctx context.Context, userid, url string) (Reply, error) {
	return a.event(ctx, userid, "view", url)
}

// EnterAgent is a member opening the app's chat; a reply is a welcome.
func (a *Agent) EnterAgent(ctx context.Context, userid string) (Reply, error) {
	return a.event(ctx, userid, "enter_agent", "")
}

// Subscribe tells the app that a member came into its visible range.
func (a *Agent) Subscribe(ctx context.Context, userid string) (Reply, error) {
	return a.event(ctx, userid, "subscribe", "")
}

// Unsubscribe tells the app that a member left its visible range. WeCom shows
// no reply to it.
func (a *Agent) Unsubscribe(ctx context.Context, userid string) (Reply, error) {
	return a.event(ctx, userid, "unsubscribe", "")
}

// ErrCard is matched by the error for a tap on what the member's phone does not
// show (any more): the card was recalled or updated, or never had that key. The
// app hears nothing of it.
var ErrCard = errors.New("the phone shows no such button")

// Selection is what a member chose on a card before tapping.
type Selection struct {
	QuestionKey string
	OptionIDs   []string
}

// TapCard is a member tapping a button, the submit button or a menu entry of
// the template card with that task_id. The card on the member's phone decides
// which keys there are and whether its buttons are still there; for a task_id
// that never arrived, a button_interaction with any key is assumed, so that a
// callback can be tested without sending. The error matches [ErrCard] if the card
// cannot be tapped so.
func (a *Agent) TapCard(ctx context.Context, userid, taskID, key string, chosen ...Selection) (Reply, error) {
	event, cardType, msgID := "template_card_event", "button_interaction", ""
	a.srv.mu.Lock()
	if m := a.srv.phones.find(a.app.AgentID, userid, taskID); m != nil && m.Card != nil {
		cardType, msgID = m.CardType, m.MsgID
		var err error
		switch {
		case m.Recalled:
			err = fmt.Errorf("wecomtest: the card of task %q was recalled: %w", taskID, ErrCard)
		case slices.Contains(m.Card.menuKeys(), key):
			event = "template_card_menu_event"
		case !slices.Contains(m.Card.keys(), key):
			err = fmt.Errorf("wecomtest: the card of task %q has no button with key %q: %w", taskID, key, ErrCard)
		case m.Replaced != "":
			err = fmt.Errorf("wecomtest: the card of task %q has no buttons any more, it shows %q: %w", taskID, m.Replaced, ErrCard)
		}
		if err != nil {
			a.srv.mu.Unlock()
			return Reply{}, err
		}
		if event == "template_card_event" {
			chosen = withDefault(chosen, m.Card.ButtonSelection)
		} else {
			chosen = nil
		}
	}
	rules := a.srv.rules
	code := a.srv.codes.issue(a, msgID, rules.ResponseCodeLife)
	a.srv.mu.Unlock()
	return a.act(ctx, userid, func(id string) []byte {
		x := a.eventXML(id, event, key, time.Now())
		x.text("TaskId", taskID)
		x.text("CardType", cardType)
		x.text("ResponseCode", code)
		x.number("AgentID", int64(a.app.AgentID))
		if len(chosen) > 0 {
			x.selections(chosen, rules.MisspeltOptionIDs)
		}
		return x.end()
	})
}

func (a *Agent) event(ctx context.Context, userid, event, key string) (Reply, error) {
	return a.act(ctx, userid, func(id string) []byte { return a.EventXML(id, event, key, time.Now()) })
}

// act delivers what a member of the company did.
func (a *Agent) act(ctx context.Context, userid string, plain func(id string) []byte) (Reply, error) {
	a.srv.mu.Lock()
	u, known := a.srv.people.users[strings.ToLower(userid)]
	a.srv.mu.Unlock()
	if !known || u.Disabled {
		return Reply{}, fmt.Errorf("wecomtest: %q cannot use the app: not an enabled member, see Server.AddUser", userid)
	}
	return a.Deliver(ctx, plain(u.ID))
}

// TextXML returns a text message as it is inside Encrypt, with a MsgId of its
// own, for [Agent.Deliver] and its sisters. A sent time in the past makes a late
// one.
func (a *Agent) TextXML(userid, content string, sent time.Time) []byte {
	a.srv.mu.Lock()
	a.srv.lastMsgID++
	id := a.srv.lastMsgID
	a.srv.mu.Unlock()
	x := a.header(userid, "text", sent)
	x.text("Content", content)
	x.number("MsgId", id)
	x.number("AgentID", int64(a.app.AgentID))
	return x.end()
}

// EventXML returns an event that has an EventKey and no further elements, as it
// is inside Encrypt.
func (a *Agent) EventXML(userid, event, key string, sent time.Time) []byte {
	x := a.eventXML(userid, event, key, sent)
	x.number("AgentID", int64(a.app.AgentID))
	return x.end()
}

func (a *Agent) eventXML(userid, event, key string, sent time.Time) *xmlBuilder {
	x := a.header(userid, "event", sent)
	x.text("Event", event)
	x.text("EventKey", key)
	return x
}

func (a *Agent) header(userid, msgType string, sent time.Time) *xmlBuilder {
	x := &xmlBuilder{}
	x.WriteString("<xml>")
	x.text("ToUserName", a.srv.CorpID)
	x.text("FromUserName", userid)
	x.number("CreateTime", sent.Unix())
	x.text("MsgType", msgType)
	return x
}

// xmlBuilder writes XML in the vendor's way: texts in CDATA, numbers bare.
type xmlBuilder struct{ bytes.Buffer }

func (x *xmlBuilder) text(name, value string) {
	x.WriteString("<" + name + ">" + cdata(value) + "</" + name + ">")
}

func (x *xmlBuilder) number(name string, value int64) {
	x.WriteString("<" + name + ">" + strconv.FormatInt(value, 10) + "</" + name + ">")
}

// withDefault adds the answer that a button_selection has without the member's
// doing: the selected_id or the first option.
func withDefault(chosen []Selection, q *Selector) []Selection {
	if q == nil || slices.ContainsFunc(chosen, func(c Selection) bool { return c.QuestionKey == q.QuestionKey }) {
		return chosen
	}
	id := q.SelectedID
	if id == "" {
		id = q.OptionList[0].ID
	}
	return append(slices.Clone(chosen), Selection{q.QuestionKey, []string{id}})
}

func (x *xmlBuilder) selections(chosen []Selection, misspelt bool) {
	list, item := "OptionIds", "OptionId"
	if misspelt {
		list, item = "OpitonIds", "OpitonId"
	}
	x.WriteString("<SelectedItems>")
	for _, c := range chosen {
		x.WriteString("<SelectedItem>")
		x.text("QuestionKey", c.QuestionKey)
		x.WriteString("<" + list + ">")
		for _, id := range c.OptionIDs {
			x.text(item, id)
		}
		x.WriteString("</" + list + "></SelectedItem>")
	}
	x.WriteString("</SelectedItems>")
}

func (x *xmlBuilder) end() []byte {
	x.WriteString("</xml>")
	return x.Bytes()
}

// cdata writes any text; what XML cannot hold becomes U+FFFD.
func cdata(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return utf8.RuneError
		}
		return r
	}, s)
	return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>"
}
