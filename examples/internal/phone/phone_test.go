package phone_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/phone"
	"github.com/bkwecom/wecom/wecomtest"
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
