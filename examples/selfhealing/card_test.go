package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/wecomtest"
)

func (s *stage) taps(member string, id int64, key string) wecomtest.Reply {
	s.t.Helper()
	return must[wecomtest.Reply](s.t)(s.agent.TapCard(s.t.Context(), member, s.card(member, id).TaskID, key))
}

// becomes waits until a member's card of an alarm shows these buttons.
func (s *stage) becomes(member string, id int64, buttons string) wecomtest.Message {
	s.t.Helper()
	return s.found(member, "a card that says "+buttons, func(m wecomtest.Message) bool { return cardOf(m, id) && m.Replaced == buttons })
}

// TestCardApproval: the tapper's card changes at once, everybody else's after.
func TestCardApproval(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.alarm("api_card", "1", `主库<a href="https://evil.example.com/">延迟</a>`)
	m := s.card("lisi", id)
	if m.CardType != "button_interaction" || !strings.Contains(m.Card.MainTitle.Title, "切换主备") || strings.Contains(m.Card.SubTitleText, "https://") ||
		!strings.Contains(m.Card.SubTitleText, "延迟") || m.Card.CardAction.URL != s.address()+alarmPage(id) || !strings.HasPrefix(m.TaskID, "fta-") {
		t.Errorf("card %+v", m.Card)
	}
	s.card("zhangsan", id)
	s.card(super, id)
	if len(s.active(stranger)) != 0 {
		t.Errorf("%s was asked", stranger)
	}
	if r := s.taps("lisi", id, keyApprove); r.ReplaceName != "lisi 已同意" || s.card("lisi", id).Replaced != "lisi 已同意" {
		t.Errorf("lisi's card becomes %q", r.ReplaceName)
	}
	if run := s.run(id); run.Approver != "lisi" {
		t.Errorf("%+v", run)
	}
	for _, member := range []string{"zhangsan", super} {
		if m := s.becomes(member, id, "lisi 已同意"); m.Updates != 1 {
			t.Errorf("%s's card was changed %d times", member, m.Updates)
		}
		s.gets(member, number(id), "已由 lisi 同意")
	}
	s.gets("lisi", number(id), "执行成功")
	if m := s.card("lisi", id); m.Updates > 1 {
		t.Errorf("lisi's card was changed %d times", m.Updates)
	}
	// Taps that were on their way.
	for member, key := range map[string]string{"lisi": keyApprove, "zhangsan": keyReject} {
		r := must[wecomtest.Reply](t)(s.agent.Deliver(t.Context(), s.tapXML(member, m.TaskID, key)))
		if r.ReplaceName != "lisi 已同意" {
			t.Errorf("%s's late tap: %q", member, r.ReplaceName)
		}
	}
	if _, entries, err := s.app.desk.Get(t.Context(), id); err != nil || !strings.Contains(steps(entries), "approved") || !strings.Contains(steps(entries), "card_updated") {
		t.Errorf("audit %s, %v", steps(entries), err)
	}
	s.oneRun(id)
}

func steps(entries []approval.Entry) (all string) {
	for _, e := range entries {
		all += string(e.Step) + " "
	}
	return all
}

// TestCardByReply: TY and BH answer a card as well, and the cards change.
func TestCardByReply(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.alarm("api_card", "1", canary)
	s.card("lisi", id)
	if answer := s.says("lisi", "BH "+number(id)+" 在维护"); !strings.Contains(answer, "审批成功") {
		t.Errorf("answer %q", answer)
	}
	for _, member := range []string{"zhangsan", "lisi", super} { // no tap has changed lisi's
		s.becomes(member, id, "lisi 已驳回")
	}
}

// TestCardOverTime: nobody decides, and all cards say so.
func TestCardOverTime(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { shorten(c, "api_card", 700*time.Millisecond) })
	id := s.alarm("api_card", "1", canary)
	for _, member := range []string{"zhangsan", "lisi", super} {
		s.becomes(member, id, "已超时")
	}
	s.gets("zhangsan", number(id), "已超时")
}

// TestCardReminder: a reminder is a new card, both change, and each decides.
func TestCardReminder(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { shorten(c, "api_card", 20*time.Second) })
	id := s.alarm("api_card", "1", canary)
	first := s.card("lisi", id)
	second := s.found("lisi", "a reminder", func(m wecomtest.Message) bool { return cardOf(m, id) && m.TaskID != first.TaskID })
	if !strings.Contains(second.Card.MainTitle.Desc, "提醒") {
		t.Errorf("reminder %+v", second.Card.MainTitle)
	}
	must[wecomtest.Reply](t)(s.agent.TapCard(t.Context(), "lisi", first.TaskID, keyReject))
	for _, task := range []string{first.TaskID, second.TaskID} {
		for _, member := range []string{"lisi", "zhangsan"} {
			s.found(member, "both cards changed", func(m wecomtest.Message) bool { return m.TaskID == task && m.Replaced == "lisi 已驳回" })
		}
	}
}

func shorten(c *config, alarmType string, timeout time.Duration) {
	for i := range c.plans {
		if c.plans[i].AlarmType == alarmType {
			c.plans[i].Timeout = timeout
		}
	}
}

// TestTapByStranger: the card of who may not becomes one that says so, and a text
// follows.
func TestTapByStranger(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.alarm("api_card", "1", canary)
	m := s.card(super, id)
	set := s.app.wechat.settings()
	set.SuperApprovers = nil // whose card is on the phone already
	if err := s.app.wechat.use(set); err != nil {
		t.Fatal(err)
	}
	if r := s.taps(super, id, keyApprove); r.MsgType != "update_template_card" {
		t.Errorf("reply %+v", r)
	}
	shown := s.found(super, "the refusal", func(n wecomtest.Message) bool { return n.CardType == "text_notice" })
	if shown.Card.MainTitle.Title != tapRefused || !strings.Contains(shown.Card.SubTitleText, "没有权限") || shown.Card.CardAction.URL != s.address()+todoPage {
		t.Errorf("card %+v", shown.Card)
	}
	s.gets(super, "没有权限")
	// Without an address there is nothing that a text_notice could open.
	set.AppURL = ""
	if err := s.app.wechat.use(set); err != nil {
		t.Fatal(err)
	}
	r := must[wecomtest.Reply](t)(s.agent.Deliver(t.Context(), s.tapXML(stranger, m.TaskID, keyApprove)))
	if r.ReplaceName != tapRefused {
		t.Errorf("reply %+v", r)
	}
	// A button that is none of ours.
	r = must[wecomtest.Reply](t)(s.agent.Deliver(t.Context(), s.tapXML("lisi", m.TaskID, "other")))
	if a, _, err := s.app.desk.Get(t.Context(), id); r.XML != "" || err != nil || a.Status != approval.Waiting {
		t.Errorf("%+v, %v, %v", r, a.Status, err)
	}
}

// TestLateTap: a passive reply that came too late is made up for with the tap's
// own code.
func TestLateTap(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.alarm("api_card", "1", canary)
	sent := s.card("lisi", id)
	r := &replies{decide: s.app.decide, desk: s.app.desk, wechat: s.app.wechat, log: s.app.cfg.log}
	m := &callback.CardEvent{Header: callback.Header{FromUser: "lisi"}, TaskID: sent.TaskID, Key: keyApprove, ResponseCode: "unknown-code"}
	r.late(t.Context(), m, callback.UpdateButton("lisi 已同意"), nil)
	s.until("the change is tried", func() bool { return s.wecom.Calls("/cgi-bin/message/update_template_card") > 0 })
	r.late(t.Context(), m, nil, errors.New("broken"))
	s.gets("lisi", "处理失败", "再点一次")
	r.late(t.Context(), m, nil, nil)
	m.ResponseCode = ""
	r.late(t.Context(), m, callback.UpdateButton("lisi 已同意"), nil)
	if n := s.wecom.Calls("/cgi-bin/message/update_template_card"); n != 1 {
		t.Errorf("%d changes", n)
	}
}

// TestCardChangeTwice: a change whose answer was lost is not a failure when it is
// repeated, and one that cannot succeed is not repeated.
func TestCardChangeTwice(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.wecom.Fail("/cgi-bin/message/update_template_card", wecomtest.Fault{ResetAfter: true})
	id := s.alarm("api_card", "1", canary)
	s.card("zhangsan", id)
	s.taps("lisi", id, keyReject)
	s.becomes("zhangsan", id, "lisi 已驳回")
	s.until("the outbox is empty", s.drained)
	_, payload, err := cardChange{ResponseCode: "used", To: []string{"lisi"}, Buttons: "已超时"}.stored()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.app.wechat.changeCard(t.Context(), outbox.Row{Payload: payload}); err != nil {
		t.Errorf("a code that an attempt before has used: %v", err)
	}
	s.wecom.Fail("/cgi-bin/message/update_template_card", wecomtest.Fault{ErrCode: codeForeign})
	if _, err := s.app.wechat.changeCard(t.Context(), outbox.Row{Payload: payload}); err == nil || strings.Contains(err.Error(), "used") {
		t.Errorf("another app's card: %v", err)
	}
	if _, err := s.app.wechat.changeCard(t.Context(), outbox.Row{Payload: []byte("x")}); err == nil {
		t.Error("what cannot be read was delivered")
	}
	var c cardChange
	if err := json.Unmarshal(payload, &c); err != nil || c.ResponseCode.Reveal() != "used" {
		t.Errorf("%v %v", c, err)
	}
}
