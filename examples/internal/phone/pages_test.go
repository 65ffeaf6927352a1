package phone_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/phone"
	"github.com/bkwecom/wecom/message"
)

func TestPages(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, tt := range []struct {
		method, path string
		form         url.Values
		code         int
		want         []string
	}{
		{"GET", "/", nil, 200, []string{"模拟环境", "推送", "lisi", "wangwu（已停用）", "zhangsan", "还没有消息"}},
		{"GET", "/style.css", nil, 200, []string{"bubble"}},
		{"GET", "/phone/zhangsan", nil, 200, []string{"模拟环境", "欢迎 zhangsan", `name="text"`}},
		{"GET", "/phone/wangwu", nil, 200, []string{"模拟环境", "还没有消息"}},
		{"POST", "/phone/wangwu", url.Values{"text": {"x"}}, 404, nil},
		{"GET", "/phone/nobody", nil, 404, nil},
		{"GET", "/phone/nobody/news", nil, 404, nil},
		{"POST", "/phone/nobody", url.Values{"text": {"x"}}, 404, nil},
		{"GET", "/phone/zhangsan/click", nil, 405, nil},
		{"GET", "/phone/zhangsan/tap", nil, 405, nil},
		{"POST", "/phone/zhangsan", url.Values{"text": {"TY 1_1"}}, 303, nil},
		{"GET", "/phone/zhangsan", nil, 200, []string{`class="own"`, ">TY 1_1<", "收到 &lt;b&gt;TY 1_1&lt;/b&gt;"}},
		{"GET", "/", nil, 200, []string{"收到 &lt;b&gt;TY 1_1"}},
		{"POST", "/phone/zhangsan", url.Values{}, 303, nil},
		{"POST", "/phone/zhangsan", url.Values{"text": {strings.Repeat("x", 65<<10)}}, 400, []string{"太长"}},
		{"POST", "/action/push", url.Values{}, 200, []string{"模拟环境", "已推送 &lt;1_1&gt;"}},
		{"POST", "/action/fail", url.Values{}, 200, []string{"不行"}},
		{"POST", "/action/other", url.Values{}, 404, nil},
		{"GET", "/action/push", nil, 405, nil},
	} {
		w := s.do(tt.method, tt.path, tt.form)
		if w.Code != tt.code {
			t.Errorf("%s %s: %d %s", tt.method, tt.path, w.Code, w.Body)
		}
		rest := w.Body.String()
		for _, want := range tt.want {
			_, after, found := strings.Cut(rest, want)
			if !found {
				t.Errorf("%s %s does not show %q there:\n%s", tt.method, tt.path, want, w.Body)
			}
			rest = after
		}
		if h := w.Header(); w.Code == 200 && (h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff") {
			t.Errorf("%s %s: headers %v", tt.method, tt.path, h)
		}
		if policy := w.Header().Get("Content-Security-Policy"); w.Code == 200 && (!strings.HasPrefix(policy, "default-src 'none'; style-src 'self';") || !strings.HasSuffix(policy, "frame-ancestors 'none'")) {
			t.Errorf("%s %s: content security policy %q", tt.method, tt.path, policy)
		}
	}
	if n := len(s.events()); n != 1 {
		t.Errorf("the app was told %d things, want the one reply", n)
	}
}

// TestWelcome: the app hears of the first opening alone, each member's own, and
// an app that has nothing to say is no mishap.
func TestWelcome(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range 2 {
		s.shows("欢迎 zhangsan")
	}
	if page := s.page(); strings.Count(page, "欢迎") != 1 {
		t.Errorf("welcomed more than once:\n%s", page)
	}
	if w := s.do("GET", "/phone/lisi", nil); !strings.Contains(w.Body.String(), "欢迎 lisi") {
		t.Errorf("lisi is not welcomed:\n%s", w.Body)
	}
	silent := newStage(t)
	silent.setFail(errAway)
	silent.shows("应用没有接收", "!欢迎")
}

// TestWithoutReplies: an app that receives nothing has a phone to read.
func TestWithoutReplies(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.menu()
	s.card("button_interaction")
	s.cfg.Agent, s.cfg.Home = nil, "http://localhost:9/home/"
	s.phones = phone.Handler(s.cfg)
	s.shows(`value="mute" formnovalidate disabled>`, `<button name="key" value="agree" class="style1" disabled>`, "应用主页", "!class=\"reply\"", "!审批列表", "!欢迎")
	for _, path := range []string{"", "/click", "/tap"} {
		if w := s.do("POST", "/phone/zhangsan"+path, url.Values{"text": {"x"}}); w.Code != 404 {
			t.Errorf("POST %s to an app that takes none: %d", path, w.Code)
		}
	}
}

// TestDisabledMember: who cannot use the app has nothing to press.
func TestDisabledMember(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.menu()
	s.path = "/phone/wangwu"
	s.shows("<nav>", "<span title=\"模拟环境不打开\">帮助</span>", "!<form", "!欢迎")
}

// TestNoText: what is no text does not reach the app.
func TestNoText(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.acts("/phone/zhangsan", url.Values{"text": {"TY\xff"}})
	s.shows("没有发出：不是文字")
	if e := s.events(); len(e) > 0 {
		t.Errorf("the app was told %+v", e)
	}
}

// TestNews: the frame tells of whatever changes the page, and of nothing else.
func TestNews(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.page()
	seen := func() string {
		_, after, _ := strings.Cut(s.page(), "/phone/zhangsan/news?seen=")
		stamp, _, _ := strings.Cut(after, `"`)
		return stamp
	}
	var sent message.Result
	for _, step := range []struct {
		what   string
		change func()
	}{
		{"a reply", func() { s.acts("/phone/zhangsan", url.Values{"text": {"x"}}) }},
		{"a card", func() { sent = s.card("button_interaction") }},
		{"an update", func() { s.update(sent.ResponseCode, message.Update{ReplaceName: "已超时"}) }},
		{"a recall", func() { s.recall(sent.MsgID) }},
	} {
		before := seen()
		if w := s.do("GET", "/phone/zhangsan/news?seen="+before, nil); strings.Contains(w.Body.String(), "有新消息") || !strings.Contains(w.Body.String(), "模拟环境") {
			t.Errorf("before %s: %s", step.what, w.Body)
		}
		step.change()
		w := s.do("GET", "/phone/zhangsan/news?seen="+before, nil)
		if !strings.Contains(w.Body.String(), "有新消息") {
			t.Errorf("%s is no news: %s", step.what, w.Body)
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.HasSuffix(policy, "frame-ancestors 'self'") {
			t.Errorf("the frame may not be shown: %s", policy)
		}
	}
}

// TestLocal: other sites cannot reach the simulation, neither by a name of
// their own for this machine nor by a form.
func TestLocal(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for host, want := range map[string]int{
		"localhost:5000": 200, "127.0.0.1:5000": 200, "[::1]:5000": 200, "localhost": 200, "127.0.0.1": 200, "[::1]": 200,
		"evil.example.com": 421, "evil.example.com:5000": 421, "10.0.0.1:5000": 421, "localhost.evil.example.com": 421, "127.0.0.1.evil.example.com:5000": 421,
	} {
		if w := do(s.phones, "GET", fmt.Sprintf("http://%s/", host), nil); w.Code != want {
			t.Errorf("Host %s: %d, want %d", host, w.Code, want)
		}
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example.com"}} {
		for _, path := range []string{"/action/push", "/phone/zhangsan", "/phone/zhangsan/click", "/phone/zhangsan/tap"} {
			if w := s.do("POST", path, url.Values{"text": {"x"}}, header...); w.Code != http.StatusForbidden {
				t.Errorf("%s with %v: %d", path, header, w.Code)
			}
		}
	}
	if n := len(s.events()); n != 0 {
		t.Errorf("the app was told %d things", n)
	}
}
