package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/wecomtest"
)

// TestPageApproval: the whole way of 异常防御需审批.
func TestPageApproval(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.alarm("api_defense", "1", "<b>磁盘</b> & 只读")
	m := s.gets("lisi", "即将执行 隔离主机,请审核", number(id))
	if strings.Contains(m.Content, "TY ") || visit.Link(m.Content) != s.address()+alarmPage(id) {
		t.Errorf("message %s", m.Content)
	}
	lisi := s.phone("lisi")
	page := s.shows(s.open(lisi, visit.Link(m.Content)), 200, "隔离主机", number(id), "待审批", "10.0.0.1", "&lt;b&gt;磁盘&lt;/b&gt; &amp; 只读",
		"准许执行自愈套餐", "拒绝执行", "monitor / <bdi>1</bdi>", "收到告警", "请 zhangsan, lisi, wangwu 审批")
	if strings.Contains(page.URL.String(), "code=") {
		t.Errorf("the code stays in the address: %s", page.URL.Path)
	}
	s.shows(s.open(lisi, todoPage), 200, "隔离主机", number(id), alarmPage(id))
	// An odd reason goes through all the pages and messages unharmed and harmless.
	const reason = `窗口内 <a href="https://evil.example.com">执行</a>`
	done := s.shows(s.sends(lisi, page, "message", "approved", "approve", reason), 200, "lisi 同意（页面）", "窗口内 &lt;a href", "lisi · 同意")
	if done.URL.Path != page.URL.Path || strings.Contains(done.Body, "<form") {
		t.Errorf("after the decision: %s\n%s", done.URL, done.Body)
	}
	run := s.run(id)
	if run.Approver != "lisi" || run.Username != "" {
		t.Errorf("run %+v", run)
	}
	if m := s.gets("zhangsan", number(id), "已由 lisi 同意", "窗口内"); strings.Contains(m.Content, "https://") {
		t.Errorf("message %s", m.Content)
	}
	s.gets("lisi", number(id), "执行成功")
	s.shows(s.open(lisi, alarmPage(id)), 200, "执行成功", "开始执行", "系统")
	s.shows(s.open(lisi, todoPage), 200, "没有待审批的告警")
	// A second tap on the button, and the others.
	s.shows(s.sends(lisi, page, "message", "approved"), 200, "执行成功")
	s.shows(s.sends(lisi, page, "message", "rejected"), http.StatusConflict, "已由 lisi 同意")
	zhangsan := s.phone("zhangsan")
	s.shows(s.open(zhangsan, todoPage), 200)
	s.shows(s.posts(zhangsan, flowForm(id, "rejected")), http.StatusConflict, "已由 lisi 同意")
	s.oneRun(id)
}

// TestPageForEveryMode: what was asked by reply or card can be decided on the
// page, too.
func TestPageForEveryMode(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	lisi := s.phone("lisi")
	for _, alarmType := range []string{"api_default", "api_card"} {
		id := s.alarm(alarmType, alarmType, canary)
		s.shows(s.open(lisi, todoPage), 200, number(id))
		s.shows(s.decides(lisi, id, "rejected", "在维护"), 200, "已驳回", "在维护")
		s.gets("zhangsan", number(id), "已由 lisi 驳回", "在维护")
		if answer := s.says("zhangsan", "TY "+number(id)); !strings.Contains(answer, "已由 lisi 驳回") {
			t.Errorf("answer %q", answer)
		}
	}
}

// TestIncidentPage: alarms of one type and host are one message and one decision.
func TestIncidentPage(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	first := s.alarm("api_defense", "1", "第一条")
	second := s.alarm("api_defense", "2", "第二条")
	s.gets("lisi", number(first))
	lisi := s.phone("lisi")
	s.shows(s.open(lisi, todoPage), 200, "同类告警 1 条")
	s.shows(s.open(lisi, alarmPage(first)), 200, "同类告警（1 条）", "第二条")
	page := s.shows(s.open(lisi, alarmPage(second)), 200, "已并入同类告警", alarmPage(first), "第二条", "并入同类告警：<bdi>与 "+number(first)+" 一起审批")
	s.shows(s.sends(lisi, page, "message", "approved"), 200, "lisi 同意")
	s.gets("zhangsan", number(first), "已由 lisi 同意", "含同类告警 1 条")
	s.gets("lisi", number(first), "执行成功")
	for _, m := range s.active("lisi") {
		if strings.Contains(m, number(second)) {
			t.Errorf("the second alarm was told by itself: %s", m)
		}
	}
	if s.count(first)+s.count(second) != 1 {
		t.Errorf("%d and %d runs", s.count(first), s.count(second))
	}
}

// TestFormsAreChecked: what is wrong with a form is told, and nothing happens.
func TestFormsAreChecked(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	id := s.alarm("api_defense", "1", canary)
	other := s.alarm("api_default", "2", canary)
	lisi, zhangsan := s.phone("lisi"), s.phone("zhangsan")
	page := s.open(lisi, alarmPage(id))
	yours := s.open(zhangsan, alarmPage(id))
	token, _, err := yours.Form(flowPage)
	if err != nil {
		t.Fatal(err)
	}
	form := func(edit func(url.Values)) url.Values {
		f := flowForm(id, "approved")
		edit(f)
		return f
	}
	for _, tt := range []struct {
		name   string
		form   url.Values
		status int
		words  string
	}{
		{"no verb", form(func(f url.Values) { f.Del("message") }), 400, "请选择"},
		{"another verb", form(func(f url.Values) { f.Set("message", "Approved") }), 400, "请选择"},
		{"both verbs", form(func(f url.Values) { f["message"] = []string{"approved", "rejected"} }), 400, "表单有误"},
		{"two numbers", form(func(f url.Values) { f["id"] = append(f["id"], fmt.Sprint(other)) }), 400, "表单有误"},
		{"no version", form(func(f url.Values) { f.Del("version") }), 400, "表单不完整"},
		{"version 0", form(func(f url.Values) { f.Set("version", "0") }), 400, "表单不完整"},
		{"another version", form(func(f url.Values) { f.Set("version", "7") }), 409, "内容已变化"},
		{"comment too long", form(func(f url.Values) { f.Set("approve", strings.Repeat("长", maxComment+1)) }), 400, "最多 200 个字"},
		{"comment that is no text", form(func(f url.Values) { f.Set("approve", "\xff") }), 400, "无法识别"},
		{"far too long", form(func(f url.Values) { f.Set("approve", strings.Repeat("x", maxForm)) }), 400, "请求有误"},
		{"no number", form(func(f url.Values) { f.Del("id") }), 404, "单号不存在"},
		{"number of another way", form(func(f url.Values) { f.Set("id", "0"+fmt.Sprint(id)) }), 404, "单号不存在"},
		{"another node", form(func(f url.Values) { f.Set("id", fmt.Sprintf("%d_2", id)) }), 404, "单号不存在"},
		{"number too large", form(func(f url.Values) { f.Set("id", strings.Repeat("9", 30)) }), 404, "单号不存在"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sub := *s
			sub.t = t
			sub.shows(sub.posts(lisi, tt.form), tt.status, tt.words)
		})
	}
	for name, value := range map[string]string{"none": "", "another's": token.Get("csrf_token"), "made up": strings.Repeat("A", 40)} {
		if err := s.sends(lisi, page, "message", "approved", "csrf_token", value).Shows(403, "页面已过期"); err != nil {
			t.Errorf("token %s: %v", name, err)
		}
	}
	// The form of nobody: actor is the session's, whatever a field says.
	s.shows(s.sends(s.phone(stranger), page, "message", "approved", "by", "lisi", "user", "lisi"), 401)
	for _, path := range []string{"a/0/", "a/x/", "a/-1/", "a/01/", "a/99999999999999999999/", "a/" + number(id) + "0/"} {
		s.shows(s.open(lisi, path), 404, "单号不存在")
		s.shows(s.open(s.phone(stranger), path), 403, "没有权限")
	}
	for path, method := range map[string]string{todoPage: http.MethodPost, alarmPage(id): http.MethodPut, flowPage: http.MethodGet, "login/": http.MethodDelete} {
		req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), method, s.address()+path, nil))
		s.shows(must[visit.Page](t)(lisi.Do(req)), 405)
	}
	s.shows(s.open(lisi, "nowhere/"), 404)
	if a, _, err := s.app.desk.Get(t.Context(), id); err != nil || a.Status != approval.Waiting || a.Version != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	s.shows(s.sends(lisi, page, "message", "approved", "approve", strings.Repeat("长", maxComment)), 200, "lisi 同意")
}

// TestCookies: nobody reads or plants them, and no other app of the host gets them.
func TestCookies(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	lisi := s.phone("lisi")
	seen := map[string]bool{}
	lisi.Client.Transport = roundTrip(func(next http.RoundTripper) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if err != nil || !strings.HasPrefix(r.URL.String(), s.address()) {
				return resp, err
			}
			for _, c := range resp.Cookies() {
				seen[c.Name] = true
				if csrf := c.Name == csrfCookie; c.HttpOnly == csrf || c.SameSite != http.SameSiteLaxMode || c.Domain != "" || strings.TrimSuffix(c.Path, "/") != "/o/bk_fta_solutions/wechat" {
					t.Errorf("cookie %+v", c)
				}
			}
			return resp, err
		}
	}(lisi.Client.Transport))
	s.shows(s.open(lisi, todoPage), 200)
	if len(seen) < 3 || !seen[csrfCookie] { // sign-in, session, CSRF
		t.Errorf("cookies %v", seen)
	}
}

// TestPagesUnconfigured: until all is set nobody signs in, and the pages say what
// is missing; settings that come later open them, others close them again.
func TestPagesUnconfigured(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.set.Wechat.Secret = env.Secret{} })
	lisi := &visit.Visit{Client: s.wecom.Browser("lisi"), Site: s.inner("/o/bk_fta_solutions/wechat/")}
	for _, page := range []string{todoPage, "a/1/", "login/"} {
		s.shows(s.open(lisi, page), 503, "还不能登录", "BKAPP_WECHAT_SECRET")
	}
	s.shows(s.posts(lisi, flowForm(1, "approved")), 503, "还不能登录")
	if err := s.app.openPages(s.app.wechat.settings()); err != nil {
		t.Fatal(err)
	}
	s.shows(s.open(lisi, todoPage), 503)
}

// TestAnotherCompany: after a change of the company, sessions of the one before
// are none.
func TestAnotherCompany(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	lisi := s.phone("lisi")
	s.shows(s.open(lisi, todoPage), 200)
	lisi.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.shows(s.open(lisi, todoPage), 200)
	set := s.app.wechat.settings()
	set.CorpID = "wwanother"
	if err := s.app.openPages(set); err != nil {
		t.Fatal(err)
	}
	s.shows(s.open(lisi, todoPage), 302)
}

// TestBoundUser: the run hook is told which BlueKing user the approver is, by
// whatever channel.
func TestBoundUser(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.bind("lisi_bk", "LiSi")
	for channel, decide := range map[string]func(id int64){
		"reply": func(id int64) { s.says("lisi", "TY "+number(id)) },
		"page":  func(id int64) { s.decides(s.phone("lisi"), id, "approved", "") },
		"card": func(id int64) {
			must[wecomtest.Reply](t)(s.agent.TapCard(t.Context(), "lisi", s.card("lisi", id).TaskID, keyApprove))
		},
	} {
		id := s.alarm("api_card", channel, canary)
		decide(id)
		if run := s.run(id); run.Username != "lisi_bk" || run.Approver != "lisi" {
			t.Errorf("%s: %+v", channel, run)
		}
	}
}
