package bklogin_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
)

func TestRequire(t *testing.T) {
	t.Parallel()
	st := open(t, bklogin.StyleLegacy, nil)
	h := st.client.Require(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, ok := bklogin.FromContext(r.Context())
		if !ok {
			t.Error("no user")
		}
		_, _ = io.WriteString(w, u.Username)
	}), bklogin.Gate{Back: func(r *http.Request) string { return "https://app.example.com/o/itsm" + r.URL.RequestURI() }})
	token, signedOut := st.signIn(t, "zhangsan"), st.signIn(t, "lisi")
	st.server.SignOut(signedOut)
	for _, tt := range []struct {
		what, method string
		header       http.Header
		tokens       []string
		fault        bklogin.Fault
		status       int
		body         string
	}{
		{"signed in", "GET", nil, []string{token}, bklogin.Healthy, 200, "zhangsan"},
		{"signed in, behind a dead cookie", "GET", nil, []string{signedOut, token}, bklogin.Healthy, 200, "zhangsan"},
		{"behind many", "GET", nil, []string{"a", "b", "c", token}, bklogin.Healthy, 302, ""},
		{"no cookie", "GET", nil, nil, bklogin.Healthy, 302, ""},
		{"signed out", "GET", nil, []string{signedOut}, bklogin.Healthy, 302, ""},
		{"HEAD", "HEAD", nil, nil, bklogin.Healthy, 302, ""},
		{"a form", "POST", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, nil, bklogin.Healthy, 303, ""},
		{"JSON wanted", "GET", http.Header{"Accept": {"application/json, text/plain, */*"}}, nil, bklogin.Healthy, 401, "请先登录"},
		{"JSON sent", "POST", http.Header{"Content-Type": {"application/json; charset=utf-8"}}, nil, bklogin.Healthy, 401, "请先登录"},
		{"by script", "GET", http.Header{"X-Requested-With": {"XMLHttpRequest"}}, nil, bklogin.Healthy, 401, "请先登录"},
		{"a page that takes JSON too", "GET", http.Header{"Accept": {"text/html,application/json"}}, nil, bklogin.Healthy, 302, ""},
		{"BlueKing down", "GET", nil, []string{"other"}, bklogin.Down, 503, "蓝鲸登录服务暂时不可用"},
		{"BlueKing down, JSON", "GET", http.Header{"Accept": {"application/json"}}, []string{"other"}, bklogin.Garbage, 503, `"code":503`},
		{"BlueKing down, no cookie", "GET", nil, nil, bklogin.Down, 302, ""},
	} {
		st.server.FailLogin(tt.fault)
		r := httptest.NewRequest(tt.method, "/tickets/?page=2&q=a%26b", nil)
		for name, values := range tt.header {
			r.Header[name] = values
		}
		for _, token := range tt.tokens {
			r.AddCookie(&http.Cookie{Name: bklogin.Cookie, Value: token})
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.body) {
			t.Errorf("%s: %d %s, want %d %s", tt.what, w.Code, w.Body, tt.status, tt.body)
		}
		page := w.Header().Get("Location")
		if tt.status == 401 {
			var answer struct {
				Result bool
				Code   int
				Data   struct {
					LoginURL string `json:"login_url"`
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Code != 401 || answer.Result {
				t.Errorf("%s: %+v, %v", tt.what, answer, err)
			}
			page = answer.Data.LoginURL
		}
		if tt.status/100 != 3 && tt.status != 401 {
			continue
		}
		u, err := url.Parse(page)
		if err != nil || !strings.HasPrefix(page, "https://paas.example.com/login/plain/?c_url=") ||
			u.Query().Get("c_url") != "https://app.example.com/o/itsm/tickets/?page=2&q=a%26b" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: leads to %s, %v", tt.what, page, w.Header())
		}
	}
}

func TestUnavailablePage(t *testing.T) {
	t.Parallel()
	st := open(t, bklogin.StyleLegacy, nil)
	st.server.FailLogin(bklogin.Down)
	h := st.client.Require(http.NotFoundHandler(), bklogin.Gate{Unavailable: func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, "own page: "+err.Error(), http.StatusBadGateway)
	}})
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: bklogin.Cookie, Value: "token-of-somebody"})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusBadGateway || !strings.Contains(w.Body.String(), "answered 502") || strings.Contains(st.log.String(), "token-of-somebody") {
		t.Errorf("%d %s\n%s", w.Code, w.Body, st.log)
	}
	r = httptest.NewRequest("GET", "/", nil)
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Header().Get("Location") != "https://paas.example.com/login/plain/" {
		t.Errorf("%v", w.Header())
	}
}

func TestUnsaved(t *testing.T) {
	t.Parallel()
	st := open(t, bklogin.StyleLegacy, nil)
	h := st.client.Require(http.NotFoundHandler(), bklogin.Gate{
		Back: func(*http.Request) string { return "https://app.example.com/" },
		Unsaved: func(w http.ResponseWriter, _ *http.Request, loginPage string) {
			http.Error(w, loginPage, http.StatusUnauthorized)
		},
	})
	for method, want := range map[string]int{"GET": 302, "HEAD": 302, "POST": 401, "PUT": 401} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/", nil))
		page := st.client.LoginPage("https://app.example.com/")
		if w.Code != want || w.Header().Get("Cache-Control") != "no-store" || want == 401 && strings.TrimSpace(w.Body.String()) != page {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "login_url") {
		t.Errorf("JSON: %d %s", w.Code, w.Body)
	}
}
