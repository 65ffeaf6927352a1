package phone_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/phone"
	"github.com/bkwecom/wecom/menu"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

// newPhones is a company of one member whose app repeats what it is told.
func newPhones(t *testing.T) http.Handler {
	t.Helper()
	const token, key = "SimToken2024", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	srv := wecomtest.NewUnstartedServer()
	t.Cleanup(srv.Close)
	app, err := callback.New(callback.Config{
		Token: token, EncodingAESKey: key, ReceiverID: srv.CorpID,
		Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
			if m, ok := m.(*callback.Text); ok {
				return callback.TextReply("收到 <b>" + m.Content + "</b>"), nil
			}
			return nil, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	agent := srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s", Token: token, EncodingAESKey: key, CallbackURL: "http://app.example.com/", Handler: app})
	return phone.Handler(phone.Config{
		WeCom: srv, Agent: agent, Title: "故障自愈", Log: slog.New(slog.DiscardHandler),
		Actions: []phone.Action{
			{Name: "push", Label: "推送", Do: func(context.Context) (string, error) { return "已推送 <1_1>", nil }},
			{Name: "fail", Label: "失败", Do: func(context.Context) (string, error) { return "", errors.New("不行") }},
		},
	})
}

func do(h http.Handler, method, target string, form url.Values, header ...string) *httptest.ResponseRecorder {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, target, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPages(t *testing.T) {
	t.Parallel()
	h := newPhones(t)
	const site = "http://localhost:5000"
	for _, tt := range []struct {
		method, path string
		form         url.Values
		code         int
		want         []string
	}{
		{"GET", "/", nil, 200, []string{"模拟环境", "zhangsan", "推送"}},
		{"GET", "/phone/zhangsan", nil, 200, []string{"模拟环境", "还没有消息"}},
		{"GET", "/phone/nobody", nil, 404, nil},
		{"POST", "/phone/nobody", url.Values{"text": {"x"}}, 404, nil},
		{"POST", "/phone/zhangsan", url.Values{"text": {"TY 1_1"}}, 303, nil},
		{"GET", "/phone/zhangsan", nil, 200, []string{"收到 &lt;b&gt;TY 1_1&lt;/b&gt;", "class=\"own\"", ">TY 1_1<"}},
		{"POST", "/phone/zhangsan", url.Values{}, 303, nil},
		{"POST", "/action/push", url.Values{}, 200, []string{"模拟环境", "已推送 &lt;1_1&gt;"}},
		{"POST", "/action/fail", url.Values{}, 200, []string{"不行"}},
		{"POST", "/action/other", url.Values{}, 404, nil},
		{"GET", "/action/push", nil, 405, nil},
	} {
		w := do(h, tt.method, site+tt.path, tt.form)
		if w.Code != tt.code {
			t.Errorf("%s %s: %d %s", tt.method, tt.path, w.Code, w.Body)
		}
		for _, want := range tt.want {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s %s does not show %q:\n%s", tt.method, tt.path, want, w.Body)
			}
		}
		if w.Code == 200 && !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s %s: no content security policy", tt.method, tt.path)
		}
	}
}

// TestLinks: what a message links to opens as the member whose phone it is on.
func TestLinks(t *testing.T) {
	t.Parallel()
	srv := wecomtest.NewServer()
	t.Cleanup(srv.Close)
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	agent := srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "s", BaseURL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	opened := make(chan string, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { opened <- r.URL.String() }))
	t.Cleanup(app.Close)
	if err := menu.Create(t.Context(), wc, 1000002, menu.Menu{Buttons: []menu.Button{
		menu.View("审批列表", app.URL+"/todo/"), menu.Group("更多", menu.View("帮助", app.URL+"/help/"), menu.View("外部", "https://example.com/")),
	}}); err != nil {
		t.Fatal(err)
	}
	sender := &message.Sender{API: wc, AgentID: 1000002}
	for _, c := range []message.Content{
		message.Text{Content: "请审批 " + app.URL + "/ticket/1/?a=b 谢谢"},
		message.TextCard{Title: "单据", Description: "待审批", URL: app.URL + "/ticket/2/"},
	} {
		if _, err := sender.Send(t.Context(), message.Message{To: message.Recipients{Users: []string{"zhangsan"}}, Content: c}); err != nil {
			t.Fatal(err)
		}
	}
	cfg := phone.Config{WeCom: srv, Agent: agent, Title: "流程服务", Home: app.URL + "/home/", Log: slog.New(slog.DiscardHandler)}
	const page = "http://localhost:5000/phone/zhangsan"
	body := do(phone.Handler(cfg), "GET", page, nil).Body.String()
	var got []string
	for _, m := range regexp.MustCompile(`<a href="([^"]*)" target`).FindAllStringSubmatch(body, -1) {
		resp, err := http.Get(html.UnescapeString(m[1])) // as a browser, which WeCom tells whose it is
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		got = append(got, <-opened)
		if !strings.HasPrefix(html.UnescapeString(m[1]), srv.URL+"/wecomtest/as/zhangsan?to=") {
			t.Errorf("%s opens as nobody", m[1])
		}
	}
	if diff := cmp.Diff([]string{"/ticket/1/?a=b", "/ticket/2/", "/home/", "/todo/", "/help/"}, got); diff != "" {
		t.Errorf("%s\n%s", diff, body)
	}

	cfg.Agent, cfg.Open = nil, func(userid, link string) string { return "/open/" + userid + "/" + link }
	h := phone.Handler(cfg)
	body = do(h, "GET", page, nil).Body.String()
	if strings.Contains(body, "<form") || strings.Contains(body, "审批列表") || !strings.Contains(body, `href="/open/zhangsan/http://`) {
		t.Errorf("without replies:\n%s", body)
	}
	if w := do(h, "POST", page, url.Values{"text": {"x"}}); w.Code != 404 {
		t.Errorf("a reply to an app that takes none: %d", w.Code)
	}
}

// TestLocal: other sites cannot reach the simulation, neither by a name of
// their own for this machine nor by a form.
func TestLocal(t *testing.T) {
	t.Parallel()
	h := newPhones(t)
	for host, want := range map[string]int{
		"localhost:5000": 200, "127.0.0.1:5000": 200, "[::1]:5000": 200, "localhost": 200, "127.0.0.1": 200, "[::1]": 200,
		"evil.example.com": 421, "evil.example.com:5000": 421, "10.0.0.1:5000": 421, "localhost.evil.example.com": 421, "127.0.0.1.evil.example.com:5000": 421,
	} {
		if w := do(h, "GET", fmt.Sprintf("http://%s/", host), nil); w.Code != want {
			t.Errorf("Host %s: %d, want %d", host, w.Code, want)
		}
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example.com"}} {
		if w := do(h, "POST", "http://localhost:5000/action/push", url.Values{}, header...); w.Code != 403 {
			t.Errorf("%v: %d", header, w.Code)
		}
	}
}
