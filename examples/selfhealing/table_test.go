package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

// The people of the table.
const (
	anApprover = "approver"
	aSuper     = "super approver"
	aMember    = "other member"
	anOutsider = "non-member"
	aNobody    = "nobody"
)

var people = []string{anApprover, aSuper, aMember, anOutsider, aNobody}

// The states of the table.
const (
	isWaiting = "waiting"
	isDecided = "decided"
	isOver    = "timed out"
	isUnknown = "unknown"
)

// cell is one try to refuse an alarm that zhangsan has approved if anybody has.
type cell struct {
	who, state string
	id         int64
	task       string
}

// userid is who WeCom says it is.
func (c cell) userid() string {
	return map[string]string{anApprover: "lisi", aSuper: super, aMember: stranger, anOutsider: "ghost", aNobody: "lisi"}[c.who]
}

// wins: the one combination in which something happens.
func (c cell) wins() bool { return c.state == isWaiting && c.may() }
func (c cell) may() bool  { return c.who == anApprover || c.who == aSuper }

// answer is what the member reads by reply or card.
func (c cell) answer() string {
	if !c.may() {
		return "没有权限"
	}
	return map[string]string{isWaiting: "", isDecided: "zhangsan", isOver: "已超时", isUnknown: "单号不存在"}[c.state]
}

// TestEverybody is the whole table: who, in which state, by which channel. Each
// cell has an alarm of its own, and asserts the answer and that nothing else
// changed.
func TestEverybody(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) {
		for _, p := range c.plans {
			p.AlarmType, p.Timeout = "over_"+string(p.Mode), time.Millisecond
			if _, again := c.plans.For(p.AlarmType); !again {
				c.plans = append(c.plans, p)
			}
		}
	})
	s.wecom.AddVisitor(wecomtest.Visitor{OpenID: "o-guest"})
	for _, mode := range []struct {
		alarmType string
		channel   approval.Channel
		try       func(*stage, cell)
	}{
		{"api_default", approval.ChannelReply, (*stage).triesReply},
		{"api_card", approval.ChannelCard, (*stage).triesCard},
		{"api_defense", approval.ChannelPage, (*stage).triesPage},
	} {
		for _, who := range people {
			for _, state := range []string{isWaiting, isDecided, isOver, isUnknown} {
				t.Run(fmt.Sprintf("%s/%s/%s", mode.channel, who, state), func(t *testing.T) {
					sub := *s
					sub.t = t
					c := sub.prepare(mode.alarmType, mode.channel, who, state)
					before := sub.everything()
					mode.try(&sub, c)
					if !c.wins() {
						if diff := cmp.Diff(before, sub.everything()); diff != "" {
							t.Errorf("something changed:\n%s", diff)
						}
						return
					}
					a, _, err := sub.app.desk.Get(t.Context(), c.id)
					if err != nil || a.Status != approval.Rejected || a.DecidedBy != c.userid() || a.Channel != mode.channel {
						t.Errorf("%+v, %v", a, err)
					}
				})
			}
		}
	}
}

// prepare makes an alarm that is in the state.
func (s *stage) prepare(alarmType string, channel approval.Channel, who, state string) cell {
	s.t.Helper()
	c := cell{who: who, state: state, id: 999999, task: "fta-unknown"}
	if state == isUnknown {
		return c
	}
	if state == isOver {
		alarmType = map[approval.Channel]string{approval.ChannelReply: "over_reply", approval.ChannelCard: "over_card", approval.ChannelPage: "over_page"}[channel]
	}
	c.id = s.alarm(alarmType, fmt.Sprint(channel, who, state), canary)
	if channel == approval.ChannelCard {
		c.task = s.card("zhangsan", c.id).TaskID
	}
	var want approval.Status
	switch state {
	case isOver:
		want = approval.TimedOut
	case isDecided:
		s.says("zhangsan", "TY "+number(c.id))
		want = approval.Succeeded
	default:
		return c
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		a, _, err := s.app.desk.Get(s.t.Context(), c.id)
		if err == nil && a.Status == want {
			return c
		}
		if err != nil || time.Now().After(end) {
			s.t.Fatalf("alarm %d is %s, %v", c.id, a.Status, err)
		}
	}
}

// standings is what must not change.
type standings struct {
	Status   approval.Status
	By       string
	Version  int64
	Channel  approval.Channel
	Decision int // audit rows of decisions
}

func (s *stage) everything() map[int64]standings {
	s.t.Helper()
	all := map[int64]standings{}
	for id := int64(1); ; id++ {
		a, entries, err := s.app.desk.Get(s.t.Context(), id)
		if err != nil {
			return all
		}
		x := standings{Status: a.Status, By: a.DecidedBy, Version: a.Version, Channel: a.Channel}
		if a.Status == approval.Running || a.Status == approval.Approved {
			x.Status = approval.Succeeded // a run of another cell may end meanwhile
		}
		for _, e := range entries {
			if e.Step == approval.StepApproved || e.Step == approval.StepRejected {
				x.Decision++
			}
		}
		if x.Status == approval.Succeeded {
			x.Version = 0
		}
		all[id] = x
	}
}

func (s *stage) triesReply(c cell) {
	s.t.Helper()
	plain := s.agent.TextXML(c.userid(), "BH "+number(c.id), time.Now())
	if c.who == aNobody {
		s.unsigned(plain)
		return
	}
	reply, err := s.agent.Deliver(s.t.Context(), plain)
	want := c.answer()
	if c.wins() {
		want = "审批成功"
	}
	if err != nil || !strings.Contains(reply.Content, want) {
		s.t.Errorf("answer %q, %v, want %q", reply.Content, err, want)
	}
}

func (s *stage) triesCard(c cell) {
	s.t.Helper()
	plain := s.tapXML(c.userid(), c.task, keyReject)
	if c.who == aNobody {
		s.unsigned(plain)
		return
	}
	reply, err := s.agent.Deliver(s.t.Context(), plain)
	if err != nil {
		s.t.Fatal(err)
	}
	want := c.answer()
	if c.wins() {
		want = c.userid() + " 已驳回"
	}
	if !c.may() || c.state == isUnknown {
		if reply.MsgType != "update_template_card" || !strings.Contains(reply.XML, want) {
			s.t.Errorf("the card becomes %s, want %q", reply.XML, want)
		}
		if c.who != anOutsider { // who has no phone here
			s.gets(c.userid(), want, "消息编号")
		}
		return
	}
	if reply.MsgType != "update_button" || !strings.Contains(reply.ReplaceName, want) {
		s.t.Errorf("the buttons become %q, want %q", reply.ReplaceName, want)
	}
}

// tapXML is a tap as WeCom sends it, whatever the member's phone shows: it may
// have been on its way for long.
func (s *stage) tapXML(member, task, key string) []byte {
	xml := s.agent.EventXML(member, "template_card_event", key, time.Now())
	more := fmt.Sprintf("<TaskId>%s</TaskId><CardType>button_interaction</CardType><ResponseCode>code</ResponseCode></xml>", task)
	return bytes.Replace(xml, []byte("</xml>"), []byte(more), 1)
}

// unsigned sends a callback as somebody who does not have the Token.
func (s *stage) unsigned(plain []byte) {
	s.t.Helper()
	req := must[*http.Request](s.t)(s.agent.NewRequest(s.t.Context(), plain))
	query := req.URL.Query()
	query.Set("msg_signature", strings.Repeat("0", 40))
	req.URL.RawQuery = query.Encode()
	resp := must[*http.Response](s.t)(http.DefaultClient.Do(req))
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		s.t.Errorf("without a signature: %s", resp.Status)
	}
}

func (s *stage) triesPage(c cell) {
	s.t.Helper()
	v := s.visitor(c.who)
	want, words := map[string]int{isWaiting: 200, isDecided: 409, isOver: 409, isUnknown: 404}[c.state], c.answer()
	look := map[string]int{isUnknown: 404}[c.state]
	switch c.who {
	case aMember:
		want, look, words = 403, 403, "没有权限"
	case anOutsider:
		want, look, words = 403, 403, "企业成员"
	case aNobody:
		want, look, words = 401, 403, ""
	}
	if look == 0 {
		look = 200
	}
	if c.wins() {
		words = "已驳回"
	}
	page := s.shows(s.open(v, alarmPage(c.id)), look)
	if got := strings.Contains(page.Body, "<form"); got != c.wins() {
		s.t.Errorf("the page has a form: %v\n%s", got, page.Body)
	}
	if listed := strings.Contains(s.open(v, todoPage).Body, ">"+number(c.id)+" ") || strings.Contains(s.open(v, todoPage).Body, alarmPage(c.id)); listed != c.wins() {
		s.t.Errorf("the list has the alarm: %v", listed)
	}
	s.shows(s.posts(v, flowForm(c.id, "rejected")), want, words)
}

// visitor is the browser of somebody of the table.
func (s *stage) visitor(who string) *visit.Visit {
	switch who {
	case aNobody:
		return &visit.Visit{Client: &http.Client{}, Site: s.address()}
	case anOutsider:
		return s.phone("o-guest")
	}
	return s.phone(cell{who: who}.userid())
}

func flowForm(id int64, verb string) url.Values {
	return url.Values{"id": {fmt.Sprint(id)}, "message": {verb}, "version": {"1"}}
}

// posts sends a form without having seen its page, with the token of this
// browser's own session if it has one.
func (s *stage) posts(v *visit.Visit, form url.Values) visit.Page {
	s.t.Helper()
	req := must[*http.Request](s.t)(http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.address()+flowPage, strings.NewReader(form.Encode())))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if v.Client.Jar != nil {
		for _, c := range v.Client.Jar.Cookies(req.URL) {
			if c.Name == csrfCookie {
				req.Header.Set("X-CSRFToken", c.Value)
			}
		}
	}
	return must[visit.Page](s.t)(v.Do(req))
}
