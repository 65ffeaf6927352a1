package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/wecomtest"
)

func TestWeComAway(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan := s.member("zhangsan")
	s.bound("lisi")
	for _, path := range []string{"/cgi-bin/auth/getuserinfo", "/cgi-bin/message/send"} {
		s.wecom.Fail(path, wecomtest.Fault{Status: http.StatusBadGateway, Times: -1})
	}
	page := s.submits(zhangsan, "照常提单", "lisi")
	p := s.get(s.phone("LiSi"), page.URL.Path).wants(t, http.StatusServiceUnavailable, "暂时无法登录", "重试")
	if strings.Contains(p.URL.String(), "code=") {
		t.Error("the code stays in the address bar")
	}
	s.wecom.ClearFaults()
	s.get(s.phone("LiSi"), page.URL.Path).wants(t, http.StatusOK, "照常提单")
	s.gets("lisi", "照常提单")
}

// TestSimulatedHost: what points a name at this machine gets nothing from the
// simulation's proxy.
func TestSimulatedHost(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	own := s.app.cfg.set.ExternalHost
	for _, tt := range []struct {
		host, path string
		status     int
	}{
		{own, s.home(), http.StatusFound}, {"evil.example", s.home(), http.StatusMisdirectedRequest},
		{own, "/healthz", http.StatusNotFound}, {own, "/o/itsm/", http.StatusNotFound}, // as the guide's: two paths, and nothing else
	} {
		req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, s.site+tt.path, nil))
		req.Host = tt.host
		req.Header.Set("User-Agent", "MicroMessenger wxwork/4.1")
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != tt.status {
			t.Errorf("%s%s: %s", tt.host, tt.path, resp.Status)
		}
	}
}

func TestWrongClient(t *testing.T) {
	t.Parallel()
	for isQY, client := range map[bool]string{true: "企业微信", false: "微信"} {
		s := newStage(t, func(c *config) { c.set.IsQY = isQY })
		resp, body := s.raw(http.MethodGet, s.home(), func(r *http.Request) {
			r.Header.Set("X-Forwarded-Host", s.app.cfg.set.ExternalHost)
			r.Header.Set("User-Agent", "Mozilla/5.0 Chrome/120.0")
		})
		if resp.StatusCode != http.StatusForbidden || !strings.Contains(body, "<h1>请在"+client+"中打开</h1>") {
			t.Errorf("%s: %s\n%s", client, resp.Status, body)
		}
	}
}

// TestHealthTells: what is wrong with WeCom and with messages is told, and takes
// nothing away.
func TestHealthTells(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	tells := func(words string) {
		t.Helper()
		var last string
		if err := s.Until(t.Context(), func() (bool, error) {
			resp, body := s.raw(http.MethodGet, "/healthz", nil)
			last = body
			return resp.StatusCode == http.StatusOK && strings.Contains(body, words), nil
		}); err != nil {
			t.Errorf("no %q in %s", words, last)
		}
	}
	s.wecom.Fail("/cgi-bin/gettoken", wecomtest.Fault{ErrCode: 40001, ErrMsg: "invalid credential", Times: -1})
	tells(`"weixin":"wecom: `)
	s.wecom.ClearFaults()

	well := newStage(t, nil)
	s = well
	tells(`"outbox":"ok"`)
	s.wecom.Fail("/cgi-bin/message/send", wecomtest.Fault{ErrCode: 81013, ErrMsg: "user & party & tag all invalid"})
	zhangsan := s.member("zhangsan")
	s.bound("lisi")
	s.submits(zhangsan, "送不到", "lisi")
	tells(`1 failed`)
}

// TestDatabaseAway: only that takes the process away.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan := s.member("zhangsan")
	if err := s.app.db.Close(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/healthz": http.StatusServiceUnavailable, "/ping": http.StatusOK} {
		if resp, body := s.raw(http.MethodGet, path, nil); resp.StatusCode != want {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
	}
	s.get(zhangsan, s.home()).wants(t, http.StatusInternalServerError, "系统出现错误")
	if a := s.api(zhangsan, http.MethodGet, "1/", ""); a.Status != http.StatusInternalServerError || a.Result || !strings.Contains(a.Message, "系统出现错误") {
		t.Errorf("%+v", a)
	}
}

// TestWhoIsShown: every page says as whom, and that it is a simulation.
func TestWhoIsShown(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	pc, phone := s.bound("zhangsan"), s.member("zhangsan")
	page := s.submits(phone, "谁", "lisi")
	for v, paths := range map[*visit.Visit][]string{
		pc:    {"/o/itsm/", "/o/itsm/ticket/create/", fmt.Sprintf("/o/itsm/ticket/%d/", ticketOf(t, page))},
		phone: {s.home(), s.home() + "ticket/create/", page.URL.Path},
	} {
		for _, path := range paths {
			s.get(v, path).wants(t, http.StatusOK, "<small>zhangsan</small></header>", "模拟环境")
		}
	}
	s.get(s.phone("o-guest"), s.home()).wants(t, http.StatusForbidden, "模拟环境")
}

// TestScriptsWithoutHeaders: old webviews do not say that a script asks.
func TestScriptsWithoutHeaders(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for _, path := range []string{"?view_type=my_todo", "1/"} {
		resp, body := s.raw(http.MethodGet, s.home()+apiPath+path, func(r *http.Request) {
			r.Header.Set("X-Forwarded-Host", s.app.cfg.set.ExternalHost)
			r.Header.Set("User-Agent", "MicroMessenger wxwork/4.1")
		})
		if resp.StatusCode != http.StatusUnauthorized || !strings.Contains(body, url.PathEscape(s.home()+"login/")) && !strings.Contains(body, s.home()+"login/") {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
	}
}

// TestSessionKeys: processes that share BKAPP_SESSION_KEYS know each other's
// sessions; without them, after another BKPAAS_APP_SECRET nobody is signed in.
func TestSessionKeys(t *testing.T) {
	t.Parallel()
	key := []byte("0123456789abcdef0123456789abcdef")
	for _, tt := range []struct {
		name    string
		own     [][]byte // of the first process
		second  func(*config)
		status  int
		unbound bool // by a database of its own
	}{
		{"the same keys", [][]byte{key}, func(c *config) { c.dbFile += "2" }, http.StatusForbidden, true},
		{"a new one in front", [][]byte{key}, func(c *config) {
			c.set.SessionKeys = [][]byte{[]byte("another key that is of 32 bytes!"), key}
		}, http.StatusOK, false},
		{"others", [][]byte{key}, func(c *config) { c.set.SessionKeys = nil }, http.StatusFound, false},
		{"the database's", nil, func(*config) {}, http.StatusOK, false},
		{"another secret", nil, func(c *config) { c.set.AppSecret = env.NewSecret("changed") }, http.StatusFound, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, func(c *config) { c.set.SessionKeys = tt.own })
			zhangsan := s.member("zhangsan")
			for _, stop := range s.app.stops() {
				if err := stop(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			cfg := s.app.cfg
			tt.second(&cfg)
			again, err := newApp(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = again.db.Close() }()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, s.home(), nil)
			r.RemoteAddr = "127.0.0.1:1"
			r.Header.Set("X-Forwarded-Host", cfg.set.ExternalHost)
			r.Header.Set("User-Agent", "wxwork/4.1 MicroMessenger/7.0.1")
			for _, c := range zhangsan.Client.Jar.Cookies(must[*url.URL](t)(url.Parse(s.site + s.home()))) {
				r.AddCookie(c)
			}
			w := httptest.NewRecorder()
			again.handler.ServeHTTP(w, r)
			if w.Code != tt.status || strings.Contains(w.Body.String(), "还没有绑定") != tt.unbound {
				t.Errorf("%d\n%s", w.Code, w.Body)
			}
		})
	}
}
