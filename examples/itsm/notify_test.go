package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/itsm/ticket"
	"github.com/bkwecom/wecom/wecomtest"
)

// TestWithoutAgent: sign-in works, nobody is told, and pages say so.
func TestWithoutAgent(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.set.AgentID = 0 })
	zhangsan := s.member("zhangsan")
	s.bound("lisi")
	page := s.submits(zhangsan, "没有通知", "lisi,wangwu").wants(t, http.StatusOK, "消息通知没有开启", "未绑定")
	s.bound("wangwu")
	late := s.get(zhangsan, page.URL.Path).wants(t, http.StatusOK, "wangwu 已绑定")
	if strings.Contains(late.Body, "补发通知") || strings.Contains(late.Body, "bad\">未绑定") {
		t.Errorf("the page tells of a message:\n%s", late.Body)
	}
	if _, body := s.raw(http.MethodGet, "/healthz", nil); !strings.Contains(body, "BKAPP_WEIXIN_AGENT_ID") {
		t.Error(body)
	}
	if err := s.None("LiSi"); err != nil {
		t.Error(err)
	}
}

// TestBoundLaterToAnAccount: with an official account, too, who binds is 未绑定 no
// longer.
func TestBoundLaterToAnAccount(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.set.IsQY, c.set.WeixinAppID = false, simMP })
	zhangsan := s.bound("zhangsan")
	page := s.submits(zhangsan, "公众号", "lisi").wants(t, http.StatusOK, "消息通知没有开启", `bad">未绑定`)
	s.bound("lisi")
	if p := s.get(zhangsan, page.URL.Path); strings.Contains(p.Body, `bad">未绑定`) {
		t.Errorf("lisi still counts as 未绑定:\n%s", p.Body)
	}
}

// TestLongestMessage: what every field may hold fits into a message, whatever it
// is made of; a ticket whose message does not could never be submitted.
func TestLongestMessage(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) {
		c.set.SiteURL, c.set.ExternalHost = "/"+strings.Repeat("p", 126)+"/", strings.Repeat("h", 60)+".example.com:8443"
	})
	for _, fill := range []string{"𠮷", "中", "<", "&lt;", "$u", "http://a.b ", "a.b", "w.", "://", "@", "\u0301"} {
		line := func(n int) string { return string([]rune(strings.Repeat(fill, n))[:n]) }
		creator := strings.ToValidUTF8(line(128)[:128], "") // the most that BlueKing's login may say
		for _, kind := range []ticket.EventKind{ticket.EventAsked, ticket.EventHandedOver, ticket.EventDecided} {
			kind, payload, err := s.app.notify(ticket.Event{
				Kind: kind, To: "lisi", Address: "LiSi", By: strings.Repeat("b", 64), Words: line(ticket.MaxOpinion),
				Ticket: ticket.Ticket{ID: 1<<63 - 1, SN: "REQ202611220001", Title: line(ticket.MaxTitle), Creator: creator, Status: ticket.Refused},
			}, 1<<63-1)
			if err != nil || kind == "" || len(payload) == 0 {
				t.Errorf("%q, %s: %v", fill, kind, err)
			}
		}
	}
}

// TestForeignTextInMessages: nobody puts a link of theirs before an approver.
func TestForeignTextInMessages(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi := s.member("zhangsan"), s.member("lisi")
	s.bound("wangwu")
	const evil = `<a href="https://evil.example/">点</a> https://evil.example/ $userName=lisi$`
	page := s.submits(zhangsan, "外链", "lisi")
	s.send(zhangsan, s.get(zhangsan, s.home()+"ticket/create/"), "/ticket/create/", "title", "题 "+evil, "approvers", "lisi")
	s.send(lisi, s.get(lisi, page.URL.Path), "/handover/", "to", "wangwu", "reason", "因 "+evil)
	s.send(lisi, s.get(lisi, s.home()+"ticket/2/"), "/decide/", "result", "true", "opinion", "见 "+evil)
	for username, word := range map[string]string{"lisi": "题", "wangwu": "转交原因：因", "zhangsan": "审批意见：见"} {
		text := s.gets(username, word).Content
		if strings.Contains(text, "://evil") || strings.Count(text, "<a ") != 1 || strings.Contains(text, "$user") || strings.Count(text, "\n") > 5 {
			t.Errorf("%s reads\n%s", username, text)
		}
	}
	p := s.get(zhangsan, s.home()+"ticket/2/")
	if strings.Contains(p.Body, evil) || strings.Contains(p.Body, `href="https://evil`) {
		t.Errorf("the page has it as markup:\n%s", p.Body)
	}
}

// TestHistoryIsTold: every act has words, and those of a machine stay inside.
func TestHistoryIsTold(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi := s.member("zhangsan"), s.member("lisi")
	page := s.submits(zhangsan, "记录", "lisi,qianqi")
	s.gets("lisi", "记录") // before the fault, which is for the next message
	page.wants(t, http.StatusOK, "zhangsan 提单", "<li>qianqi 未绑定，没有通知")
	page.wants(t, http.StatusOK, "请提醒对方")
	if p := s.get(lisi, page.URL.Path); strings.Contains(p.Body, "请提醒对方") {
		t.Errorf("an approver is asked to remind another:\n%s", p.Body)
	}
	for e, want := range map[ticket.Entry]string{
		{Act: ticket.ActApproved, Actor: "lisi", Words: "好"}:                                                  "lisi 同意|好",
		{Act: ticket.ActRefused, Actor: "lisi", Words: "不"}:                                                   "lisi 驳回|不",
		{Act: ticket.ActHandedOver, Actor: "lisi", Target: "wangwu", Words: "休假"}:                             "lisi 转交给 wangwu|休假",
		{Act: ticket.ActToldLater, Actor: ticket.System, Target: "wangwu"}:                                    "wangwu 已绑定，补发通知|",
		{Act: ticket.ActMessageFailed, Actor: ticket.System, Target: "wangwu", Words: "wecom: errcode 81013"}: "给 wangwu 的通知没有送达|",
		{Act: ticket.ActMessageUnknown, Actor: ticket.System, Target: "wangwu", Words: "EOF"}:                 "给 wangwu 的通知结果未知|",
	} {
		if got := s.app.happened(e) + "|" + said(e); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	// WeCom knows no such member: the creator sees that, not WeCom's words for it.
	s.wecom.Fail("/cgi-bin/message/send", wecomtest.Fault{ErrCode: 81013, ErrMsg: "user & party & tag all invalid"})
	s.submits(zhangsan, "送不到", "lisi")
	if err := s.Until(t.Context(), func() (bool, error) {
		p, err := zhangsan.Get(t.Context(), s.home()+"ticket/2/")
		return err != nil || strings.Contains(p.Body, "给 lisi 的通知没有送达"), err
	}); err != nil {
		t.Fatal(err)
	}
	p := s.get(zhangsan, s.home()+"ticket/2/")
	a := s.api(lisi, http.MethodGet, "2/", "")
	if strings.Contains(p.Body+string(a.Data), "81013") || !strings.Contains(string(a.Data), "message_failed") {
		t.Errorf("%s\n%s", p.Body, a.Data)
	}
	// Who has decided is all that counts afterwards.
	s.send(lisi, s.get(lisi, page.URL.Path), "/decide/", "result", "true")
	if p := s.get(zhangsan, page.URL.Path); strings.Contains(p.Body, "请提醒对方") {
		t.Errorf("a decided ticket asks to remind:\n%s", p.Body)
	}
	if p := s.get(zhangsan, s.home()+"?view_type=my_created"); strings.Contains(p.Body, "qianqi 未绑定") {
		t.Errorf("so does the list:\n%s", p.Body)
	}
}
