package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/visit"
)

// cookies are sent as they are, the way a browser orders them.
func cookies(tokens ...string) func(*http.Request) {
	return func(r *http.Request) {
		for _, token := range tokens {
			r.AddCookie(&http.Cookie{Name: bklogin.Cookie, Value: token})
		}
	}
}

// fill makes a request the one of a form.
func fill(r *http.Request, form string) {
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(form)), int64(len(form))
}

// TestPlantedToken: an app of the same domain plants a bk_token for this app's
// path. It is nobody's, so that the victim stays who they are; the attacker has
// got a form with the same cookie in front of their own.
func TestPlantedToken(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	page := s.submits(s.bound("zhangsan"), "批准我", "lisi")
	token := func(username string) string { return must[string](t)(s.bk.SignIn(username)) }
	_, form := s.raw(http.MethodGet, "/o/itsm/ticket/create/", cookies("planted", token("zhaoliu")))
	csrf := csrfOf(form)
	victim := token("lisi")
	for name, sent := range map[string][]string{"planted": {"planted", victim}, "their own": {victim}} {
		resp, body := s.raw(http.MethodPost, page.URL.Path+"decide/", func(r *http.Request) {
			cookies(sent...)(r)
			fill(r, "result=true&csrf_token="+url.QueryEscape(csrf))
		})
		if resp.StatusCode != http.StatusForbidden || !strings.Contains(body, "页面已过期") {
			t.Errorf("%s: %s\n%s", name, resp.Status, body)
		}
	}
	s.get(s.bound("zhangsan"), page.URL.Path).wants(t, http.StatusOK, "待审批")
	// The victim's own form is sent, planted cookie or not.
	_, own := s.raw(http.MethodGet, page.URL.Path, cookies("planted", victim))
	resp, body := s.raw(http.MethodPost, page.URL.Path+"decide/", func(r *http.Request) {
		cookies("planted", victim)(r)
		fill(r, "result=true&csrf_token="+url.QueryEscape(csrfOf(own)))
	})
	if resp.StatusCode != http.StatusSeeOther {
		t.Errorf("their own form: %s\n%s", resp.Status, body)
	}
}

func TestSignOutMidForm(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan := s.bound("zhangsan")
	form := s.get(zhangsan, "/o/itsm/ticket/create/")
	u := must[*url.URL](t)(url.Parse(zhangsan.Site))
	s.bk.SignOut(zhangsan.Cookie(bklogin.Cookie, zhangsan.Site))
	zhangsan.Client.Jar.SetCookies(u, []*http.Cookie{{Name: bklogin.Cookie, Value: "expired", Path: "/"}})
	for referer, back := range map[string]string{
		"":                     zhangsan.Site + "/o/itsm/",
		form.URL.String():      zhangsan.Site + "/o/itsm/ticket/create/",
		"http://evil.example/": zhangsan.Site + "/o/itsm/",
		"http://evil.example/o/itsm/ticket/create/": zhangsan.Site + "/o/itsm/",
		zhangsan.Site + "/o/other/":                 zhangsan.Site + "/o/itsm/",
	} {
		resp, body := s.raw(http.MethodPost, "/o/itsm/ticket/create/", func(r *http.Request) {
			cookies("expired")(r)
			r.Header.Set("Referer", referer)
			fill(r, "title=t")
		})
		login := s.bkURL + "/login/plain/?c_url=" + url.QueryEscape(back)
		if resp.StatusCode != http.StatusUnauthorized || !strings.Contains(body, "没有保存") || !strings.Contains(body, `"`+login+`"`) {
			t.Errorf("from %q: %s, no %s\n%s", referer, resp.Status, login, body)
		}
	}
}

// TestBlueKingAway: the PC waits for BlueKing, phones do not need it.
func TestBlueKingAway(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]bklogin.Fault{"down": bklogin.Down, "garbage": bklogin.Garbage, "huge": bklogin.Huge, "moved": bklogin.Moved} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, func(c *config) { c.bkCache = -1 })
			phone, pc := s.member("zhangsan"), s.bound("zhangsan")
			s.bk.FailESB(fault)
			s.get(pc, "/o/itsm/").wants(t, http.StatusOK)
			s.get(phone, s.home()).wants(t, http.StatusOK)
			s.bk.FailLogin(fault)
			s.get(pc, "/o/itsm/").wants(t, http.StatusServiceUnavailable, "服务暂不可用")
			s.get(phone, s.home()).wants(t, http.StatusOK)
		})
	}
}

// TestUnknownBinding: where nobody can tell, what is stored stays.
func TestUnknownBinding(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	phone := s.member("zhangsan")
	visit := s.app.visited(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, tt := range []struct {
		known  bool
		status int
	}{{false, http.StatusOK}, {true, http.StatusForbidden}} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		w := httptest.NewRecorder()
		visit.ServeHTTP(w, r.WithContext(bklogin.NewContext(r.Context(), bklogin.User{Username: "zhangsan", BindingKnown: tt.known})))
		s.get(phone, s.home()).wants(t, tt.status)
	}
}

// TestOneHost: phones reach the app by BlueKing's own host, as BlueKing's newer
// documents have it: there the PC's pages answer too, since without them nobody
// could bind.
func TestOneHost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		external string
		pc       int
	}{{"127.0.0.1:8443", http.StatusOK}, {"itsm.exter.com", http.StatusNotFound}} {
		s := newStage(t, func(c *config) { c.set.ExternalHost = tt.external })
		token := must[string](t)(s.bk.SignIn("zhangsan"))
		by := func(path string, named bool) int {
			resp, _ := s.raw(http.MethodGet, path, func(r *http.Request) {
				cookies(token)(r)
				r.Header.Set("User-Agent", "MicroMessenger wxwork/4.1")
				if named {
					r.Header.Set("X-Forwarded-Host", tt.external)
				}
			})
			return resp.StatusCode
		}
		if status := by("/o/itsm/", true); status != tt.pc {
			t.Errorf("%s: the PC's pages answer %d", tt.external, status)
		}
		if in, out := by("/o/itsm/weixin/", true), by("/o/itsm/weixin/", false); in != http.StatusFound || out != http.StatusNotFound {
			t.Errorf("%s: the phone's pages answer %d, and %d to who names no host", tt.external, in, out)
		}
	}
}

// TestMalformedBinding: an id that can be nobody's ends the binding before it.
func TestMalformedBinding(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.bkCache = -1 })
	phone := s.member("zhangsan")
	if err := s.bk.AddUser(account("zhangsan", "@all")); err != nil {
		t.Fatal(err)
	}
	s.get(must[*visit.Visit](t)(s.desk("zhangsan")), "/o/itsm/").wants(t, http.StatusOK)
	s.get(phone, s.home()).wants(t, http.StatusForbidden, "还没有绑定")
}
