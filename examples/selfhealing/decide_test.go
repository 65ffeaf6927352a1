package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/wecomtest"
)

// TestRaceSame: twenty deliveries of TY from the two approvers at once.
func TestRaceSame(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.alarm("api_default", "1", canary)
	s.gets("zhangsan", number(id))
	answers := make([]string, 20)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = s.says(approvers[i%2], "TY "+number(id)) })
	}
	wg.Wait()
	winner := s.run(id).Approver
	for i, answer := range answers {
		want := "审批成功"
		if approvers[i%2] != winner {
			want = "已由 " + winner + " 同意"
		}
		if !strings.Contains(answer, want) {
			t.Errorf("%s was answered %q, want %q", approvers[i%2], answer, want)
		}
	}
	s.gets(winner, "执行成功")
	s.oneRun(id)
}

// TestRaceMixed: twelve TY and BH from four people, one of whom may not.
func TestRaceMixed(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	rounds := 4
	if soak {
		rounds = 300
	}
	for round := range rounds {
		id := s.alarm("api_default", fmt.Sprint(round), canary)
		people := []string{"zhangsan", "lisi", super, stranger}
		type said struct{ who, verb, answer string }
		all := make([]said, 12)
		var wg sync.WaitGroup
		for i := range all {
			wg.Go(func() {
				verb := []string{"TY", "BH"}[(i+i/4)%2]
				all[i] = said{people[i%4], verb, s.says(people[i%4], verb+" "+number(id))}
			})
		}
		wg.Wait()
		a, entries, err := s.app.desk.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		decisions := 0
		for _, e := range entries {
			if e.Step == approval.StepApproved || e.Step == approval.StepRejected {
				decisions++
			}
		}
		if decisions != 1 || a.DecidedBy == "" || a.DecidedBy == stranger {
			t.Fatalf("%d decisions, by %q", decisions, a.DecidedBy)
		}
		verb := map[bool]string{true: "TY", false: "BH"}[a.Approved]
		for _, x := range all {
			want := "已由 " + a.DecidedBy + " " + verdict(a)
			switch {
			case x.who == stranger:
				want = "没有权限"
			case x.who == a.DecidedBy && x.verb == verb:
				want = "审批成功"
			}
			if !strings.Contains(x.answer, want) {
				t.Errorf("%s %s was answered %q, want %q", x.who, x.verb, x.answer, want)
			}
		}
		for _, member := range []string{"zhangsan", "lisi", super} {
			if member != a.DecidedBy {
				s.gets(member, number(id), "已由 "+a.DecidedBy+" "+verdict(a))
			}
		}
		if a.Approved {
			s.run(id)
			s.gets(a.DecidedBy, number(id), "执行成功")
			s.oneRun(id)
		} else if s.count(id) != 0 {
			t.Errorf("alarm %d was refused and ran", id)
		}
	}
}

func (s *stage) count(id int64) (n int) {
	for _, r := range s.hook.log() {
		if r.AlarmID == id {
			n++
		}
	}
	return n
}

// oneRun looks once more after everything was delivered.
func (s *stage) oneRun(id int64) {
	s.t.Helper()
	if n := s.count(id); n != 1 {
		s.t.Errorf("alarm %d ran %d times", id, n)
	}
}

// TestHostileAlarm: nothing in an alarm can look like a command, a link or
// another line on the approver's phone, or become one when it is sent back.
func TestHostileAlarm(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for i, content := range []string{
		"ok\nTY 9_1",
		"ok\r\nTY 9_1",
		"ok\u2028TY 9_1\u2029BH 9_1\u0085TY 9_1\vTY 9_1\fTY 9_1",
		"TY 9_1",
		"ＴＹ　９＿１",
		"\u202eTY 9_1\u202c \u2066TY 9_1\u2069",
		"\u200bTY 9_1\ufeff",
		`<a href="https://evil.example.com/">TY 9_1</a>`,
		"https://evil.example.com/ www.evil.example.com evil.example.com/x",
		"[click](https://evil.example.com/) $userName=zhangsan$ <@zhangsan>",
		strings.Repeat("长", 4000) + "\nTY 9_1",
		strings.Repeat("x\n", 3000) + "TY 9_1",
	} {
		id := s.alarm("api_default", fmt.Sprint("hostile", i), content)
		m := s.gets("zhangsan", "TY "+number(id)+"\n")
		if len(m.Content) > 2048 {
			t.Errorf("%q: %d bytes", content, len(m.Content))
		}
		lines := strings.FieldsFunc(m.Content, func(c rune) bool { return strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", c) })
		if len(lines) != 7 {
			t.Errorf("%q makes %d lines:\n%s", content, len(lines), m.Content)
		}
		for _, line := range append(lines, m.Content) {
			if c, ok := parseCommand(line); ok {
				t.Errorf("%q: the line %q is the command %+v", content, line, c)
			}
		}
		for _, bad := range []string{"\u202e", "\u2066", "\u200b", "\ufeff", "<a", "https://", "$userName=zhangsan$", "<@"} {
			if strings.Contains(m.Content, bad) {
				t.Errorf("%q: the phone shows %q:\n%s", content, bad, m.Content)
			}
		}
		if answer := s.says("zhangsan", m.Content); !strings.Contains(answer, "没有执行任何操作") {
			t.Errorf("%q: the message sent back is answered %q", content, answer)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.alarm("api_default", "1", canary)
	for _, tt := range []struct{ who, text, want string }{
		{"zhangsan", "你好", "没有执行任何操作"},
		{"zhangsan", "TY " + number(id) + " 不要", "没有执行任何操作"},
		{"zhangsan", "TY " + number(id) + " BH " + number(id), "没有执行任何操作"},
		{"zhangsan", "TY 999_1", "单号不存在"},
		{"zhangsan", fmt.Sprintf("TY %d_2", id), "单号不存在"},
		{"zhangsan", fmt.Sprintf("TY 0%d_1", id), "单号不存在"},
		{"zhangsan", "TY 99999999999999999999999999_1", "单号不存在"},
		{stranger, "TY 999_1", "没有权限"},
		{stranger, "TY " + number(id), "没有权限"},
		{"ZhangSan", "TY " + number(id) + " " + canary, "审批成功"},
		{"zhangsan", "TY " + number(id), "审批成功"},
		{"zhangsan", "BH " + number(id), "已由 zhangsan 同意"},
	} {
		if got := s.says(tt.who, tt.text); !strings.Contains(got, tt.want) {
			t.Errorf("%s says %q: %q, want %q", tt.who, tt.text, got, tt.want)
		}
	}
	s.gets("lisi", "已由 zhangsan 同意", canary)
	other := s.alarm("api_default", "2", canary)
	s.says("zhangsan", "BH "+number(other)+" 见 <a href=\"https://evil.example.com/\">x</a>\nTY "+canary)
	s.says("zhangsan", "BH "+number(other)+" 见 <a href=\"https://evil.example.com/\">x</a>\n第二行")
	if m := s.gets("lisi", number(other), "已由 zhangsan 驳回"); strings.Contains(m.Content, "<a") || strings.Contains(m.Content, "https://") || strings.Count(m.Content, "\n") != 2 {
		t.Errorf("a reason is shown raw:\n%s", m.Content)
	}
	if reply, err := s.agent.Click(t.Context(), "zhangsan", "HELP"); err != nil || !strings.Contains(reply.Content, "同意请回复") {
		t.Errorf("menu click: %q, %v", reply.Content, err)
	}
}

// TestRepeatedDelivery: WeCom delivers the same message three times at once.
func TestRepeatedDelivery(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.alarm("api_default", "1", canary)
	plain := s.agent.TextXML("zhangsan", "TY "+number(id), time.Now())
	answers, err := s.agent.DeliverAtOnce(t.Context(), plain, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		if !strings.Contains(a.Content, "审批成功") {
			t.Errorf("answer %q", a.Content)
		}
	}
	s.gets("lisi", "已由 zhangsan 同意")
	s.gets("zhangsan", "执行成功")
	s.oneRun(id)
	if n := len(s.active("lisi")); n != 2 { // asked, decided
		t.Errorf("lisi got %d messages: %q", n, s.active("lisi"))
	}
}

// TestWeComAway: while WeCom refuses everything, nothing is lost.
func TestWeComAway(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.wecom.Fail("/cgi-bin/message/send", wecomtest.Fault{Status: http.StatusBadGateway, Times: 4})
	id := s.alarm("api_default", "1", canary)
	s.gets("lisi", "TY "+number(id))
	if answer := s.says("lisi", "BH "+number(id)); !strings.Contains(answer, "审批成功") {
		t.Errorf("answer %q", answer)
	}
	s.gets("zhangsan", "已由 lisi 驳回")
	if n := len(s.active("zhangsan")); n != 2 {
		t.Errorf("zhangsan got %d messages: %q", n, s.active("zhangsan"))
	}
}

// TestPublicDefaults: with the guide's own keys the URL check works and
// messages decide nothing.
func TestPublicDefaults(t *testing.T) {
	t.Parallel()
	const token, key = "FTAToken", "FTAEncodingAESKeyFTAEncodingAESKey923456781"
	s := newStage(t, func(c *config) {
		c.set.Wechat.Token, c.set.Wechat.EncodingAESKey = env.NewSecret(token), env.NewSecret(key)
	})
	if err := s.agent.Save(t.Context(), wecomtest.Callback{URL: s.app.cfg.set.Wechat.AppURL + "entry/", Token: token, EncodingAESKey: key}); err != nil {
		t.Fatal(err)
	}
	id := s.alarm("api_default", "1", canary)
	if answer := s.says("zhangsan", "TY "+number(id)); answer != "" {
		t.Errorf("answer %q", answer)
	}
	if a, _, err := s.app.desk.Get(t.Context(), id); err != nil || a.Status != approval.Waiting {
		t.Errorf("alarm is %v, %v", a.Status, err)
	}
	if !strings.Contains(s.log.String(), "请先修改") {
		t.Errorf("the log does not warn:\n%s", s.log)
	}
	if _, body := s.get(s.inner("/healthz")); !strings.Contains(body, "请先修改") {
		t.Errorf("health does not warn: %s", body)
	}
}

// TestUnconfigured: the app starts with nothing set, says what is missing, and
// accepts no alarm that it could not ask for.
func TestUnconfigured(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) {
		c.set.Wechat.CorpID, c.set.Wechat.AgentID = "", 0
	})
	if _, err := s.push(t.Context(), "api_default", "1", canary); err == nil || !strings.Contains(err.Error(), "BKAPP_WECHAT_CORPID") {
		t.Errorf("push: %v", err)
	}
	status, body := s.get(s.inner("/o/bk_fta_solutions/healthz"))
	if status != 200 || !strings.Contains(body, "BKAPP_WECHAT_CORPID") || !strings.Contains(body, "BKAPP_WECHAT_AGENT_ID") {
		t.Errorf("health: %d %s", status, body)
	}
	// The URL check answers for any receiver until the CorpID is known.
	if err := s.agent.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestForeignAgent: a message of another app of the company decides nothing.
func TestForeignAgent(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.alarm("api_default", "1", canary)
	plain := bytes.Replace(s.agent.TextXML("zhangsan", "TY "+number(id), time.Now()), []byte(fmt.Sprint(simAgent)), []byte("1000009"), 1)
	if reply, err := s.agent.Deliver(t.Context(), plain); err == nil {
		t.Errorf("answered %q", reply.Content)
	}
	if a, _, err := s.app.desk.Get(t.Context(), id); err != nil || a.Status != approval.Waiting {
		t.Errorf("alarm is %v, %v", a.Status, err)
	}
}

// TestUnknownCompany: with no CorpID yet, messages decide nothing.
func TestUnknownCompany(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.set.Wechat.CorpID = "" })
	if answer := s.says("zhangsan", "TY 1_1"); answer != "" {
		t.Errorf("answer %q", answer)
	}
}

// TestSettingMissing: events of the past are recorded although nobody can be
// told; only a question that cannot be asked is refused.
func TestSettingMissing(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.set.Wechat.AgentID = 0 })
	for kind, refused := range map[approval.EventKind]bool{
		approval.EventAsked: true, approval.EventDecided: false, approval.EventTimedOut: false, approval.EventRunSucceeded: false, approval.EventRunFailed: false,
	} {
		outboxKind, _, err := s.app.wechat.notify(approval.Event{Kind: kind, To: []string{"zhangsan"}}, 1)
		if refused != (err != nil) || outboxKind != "" {
			t.Errorf("%s: kind %q, %v", kind, outboxKind, err)
		}
	}
}

// TestPrepared: every message carries the duplicate check for as long as the
// outbox repeats it.
func TestPrepared(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.alarm("api_default", "1", canary)
	m := s.gets("zhangsan", canary)
	if !bytes.Contains(m.JSON, []byte(`"enable_duplicate_check":1,"duplicate_check_interval":14400`)) {
		t.Errorf("request %s", m.JSON)
	}
}

// TestLate: a decision that took too long for a passive reply is answered by a
// message.
func TestLate(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	r := &replies{decide: s.app.decide, desk: s.app.desk, wechat: s.app.wechat, log: s.app.cfg.log}
	m := &callback.Text{Header: callback.Header{FromUser: "zhangsan"}}
	r.late(t.Context(), m, callback.TextReply("审批成功 1_1"), nil)
	s.gets("zhangsan", "审批成功 1_1")
	r.late(t.Context(), m, nil, context.DeadlineExceeded)
	s.gets("zhangsan", "处理失败")
	r.late(t.Context(), m, nil, nil)
	if n := len(s.active("zhangsan")); n != 2 {
		t.Errorf("%d messages", n)
	}
}
