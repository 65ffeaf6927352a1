package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/visit"
)

// raw asks the app itself, beside the proxy, and follows nothing.
func (s *stage) raw(method, path string, edit func(*http.Request)) (*http.Response, string) {
	s.t.Helper()
	req := must[*http.Request](s.t)(http.NewRequestWithContext(s.t.Context(), method, "http://"+s.listener.Addr().String()+path, nil))
	if edit != nil {
		edit(req)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp, string(body)
}

// Every header by which somebody could claim to come through the proxy.
func forged(host string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("User-Agent", "Mozilla/5.0 MicroMessenger/7.0 wxwork/4.1")
		for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Weixin-Host", "X-Original-Host", "X-Host"} {
			r.Header.Set(name, host)
		}
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-For", "10.9.8.7")
		r.Header.Set("X-Script-Name", "/evil")
		r.Header.Set("X-Original-URI", "//evil.example/")
		r.Header.Set("Forwarded", `host=evil.example;proto=https`)
	}
}

func TestUntrustedPeerChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) {
		c.set.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})
	host := s.app.cfg.set.ExternalHost
	for _, path := range []string{"/o/itsm/weixin/", "/weixin/", "/o/itsm/weixin/login/", "/o/itsm/weixin/api/ticket/receipts/", "/evil/weixin/"} {
		resp, body := s.raw(http.MethodGet, path, forged(host))
		if resp.StatusCode != http.StatusNotFound || strings.Contains(body, "evil.example") {
			t.Errorf("%s: %s\n%s", path, resp.Status, body)
		}
	}
	// The PC side answers as if none of the headers were there.
	plain, want := s.raw(http.MethodGet, "/o/itsm/", nil)
	resp, body := s.raw(http.MethodGet, "/o/itsm/", forged("evil.example"))
	if resp.StatusCode != plain.StatusCode || resp.Header.Get("Location") != plain.Header.Get("Location") || body != want {
		t.Errorf("%s to %s, want %s to %s", resp.Status, resp.Header.Get("Location"), plain.Status, plain.Header.Get("Location"))
	}
}

func TestForeignHostIsNowhere(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for _, path := range []string{"/o/itsm/", "/o/itsm/weixin/", "/o/itsm/ticket/create/", "/weixin/", "/o/itsm/weixin/login/?c_url=//evil.example/", "/static/weixin/style.css", "/nowhere"} {
		for name, edit := range map[string]func(*http.Request){
			"Host":             func(r *http.Request) { r.Host = "evil.example" },
			"forwarded":        forged("evil.example"),
			"X-Forwarded-Host": func(r *http.Request) { r.Header.Set("X-Forwarded-Host", "evil.example") },
			"list":             func(r *http.Request) { r.Header.Set("X-Forwarded-Host", "evil.example, "+s.app.cfg.set.ExternalHost) },
		} {
			resp, body := s.raw(http.MethodGet, path, edit)
			for key, values := range resp.Header {
				if strings.Contains(strings.Join(values, " "), "evil.example") && key != "Location" {
					t.Errorf("%s by %s: header %s is %q", path, name, key, values)
				}
			}
			if to, err := url.Parse(resp.Header.Get("Location")); err != nil || to.Host == "evil.example" || strings.Contains(resp.Header.Get("Location"), "//evil.example") ||
				strings.Contains(resp.Header.Get("Location"), url.QueryEscape("//evil.example")) || strings.Contains(body, "evil.example") {
				t.Errorf("%s by %s: %s to %s\n%s", path, name, resp.Status, resp.Header.Get("Location"), body)
			}
		}
	}
}

func TestOutwardPathsOnly(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	host := s.app.cfg.set.ExternalHost
	for path, want := range map[string]int{
		"/o/itsm/": 404, "/o/itsm/ticket/create/": 404, "/o/itsm/ticket/1/": 404, "/": 404,
		"/o/itsm/weixin/../": 404, "/o/itsm/weixin/%2e%2e/ticket/create/": 404, "/o/itsm/weixin//": 404,
		"/o/itsm/weixin/": 302, "/o/itsm/static/weixin/style.css": 200, "/o/itsm/static/weixin/": 404, "/ping": 200,
	} {
		resp, _ := s.raw(http.MethodGet, path, func(r *http.Request) {
			r.Header.Set("X-Forwarded-Host", host)
			r.Header.Set("X-Forwarded-Weixin-Host", host)
			r.Header.Set("User-Agent", "MicroMessenger wxwork/4.1")
		})
		if resp.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, resp.Status, want)
		}
	}
}

// steps follows a sign-in one redirect at a time.
func steps(v *visit.Visit) (addresses *[]string) {
	addresses = new([]string)
	v.Client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		*addresses = append(*addresses, r.URL.String())
		return nil
	}
	return addresses
}

func TestAnothersSignIn(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.member("zhangsan")
	attacker := s.phone("ZhangSan")
	var callback string // the attacker's own sign-in, stopped before it is used
	attacker.Client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Query().Get("code") != "" {
			callback = r.URL.String()
			return http.ErrUseLastResponse
		}
		return nil
	}
	s.get(attacker, s.home())
	if callback == "" {
		t.Fatal("the sign-in never came back")
	}
	victim := s.phone("LiSi")
	at := steps(victim)
	p := s.get(victim, callback).wants(t, http.StatusBadRequest, "不是在当前浏览器里开始的")
	if strings.Contains(p.URL.String(), "code=") || len(*at) == 0 {
		t.Errorf("the code stays in the address bar: %s", p.URL.Path)
	}
	// The one who began it is signed in once, and only once.
	attacker.Client.CheckRedirect = nil
	s.get(attacker, callback).wants(t, http.StatusOK, "待我审批")
	stranger := s.phone("LiSi")
	s.get(stranger, callback).wants(t, http.StatusBadRequest)
	if n := s.wecom.Calls("/cgi-bin/auth/getuserinfo"); n != 2 { // member and attacker
		t.Errorf("%d codes were exchanged", n)
	}
}

func TestReturnsWithinTheSite(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.member("zhangsan")
	for _, to := range []string{"//evil.example/", "https://evil.example/", `/\evil.example`, "/%09/evil.example", "/o/itsm/", "javascript:alert(1)", "/o/other/weixin/"} {
		p := s.get(s.phone("ZhangSan"), s.home()+"login/?c_url="+url.QueryEscape(to)).wants(t, http.StatusOK, "待我审批")
		if p.URL.Path != s.home() || "http://"+p.URL.Host != s.site {
			t.Errorf("%s led to %s", to, p.URL)
		}
	}
	page := s.submits(s.member("lisi"), "去处", "zhangsan")
	if p := s.get(s.phone("ZhangSan"), s.home()+"login/?c_url="+url.QueryEscape(page.URL.Path)); p.URL.Path != page.URL.Path {
		t.Errorf("it led to %s", p.URL)
	}
}

func TestForgedForms(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi := s.member("zhangsan"), s.member("lisi")
	page := s.submits(zhangsan, "伪造", "lisi")
	mine := s.get(lisi, page.URL.Path)
	yours := s.get(zhangsan, s.home()+"ticket/create/")
	token := csrfOf(yours.Body)
	for name, value := range map[string]string{"none": "", "another's": token, "made up": strings.Repeat("A", len(token))} {
		s.send(lisi, mine, "/decide/", "result", "true", "csrf_token", value).wants(t, http.StatusForbidden, "页面已过期")
		// The pair of an attacker who can set cookies: both are equal, and neither is this session's.
		u := must[*url.URL](t)(url.Parse(s.site + s.home()))
		jar := must[*cookiejar.Jar](t)(cookiejar.New(nil))
		for _, c := range lisi.Client.Jar.Cookies(u) {
			if c.Name == csrfCookie {
				c.Value = value
			}
			c.Path = "/"
			jar.SetCookies(u, []*http.Cookie{c})
		}
		forger := &visit.Visit{Client: &http.Client{Jar: jar, Transport: lisi.Client.Transport}, Site: s.site}
		body := `{"result":"true","opinion":"","approval_list":[{"ticket_id":1}]}`
		if a := s.api(forger, http.MethodPost, "batch_approval/", body, "X-CSRFToken", value); a.Status != http.StatusForbidden || a.Result {
			t.Errorf("%s: %+v", name, a)
		}
	}
	s.get(zhangsan, page.URL.Path).wants(t, http.StatusOK, "待审批")
	s.send(lisi, mine, "/decide/", "result", "true").wants(t, http.StatusOK, "已同意")
}

// TestOriginOfForms: what browsers tell of where a form comes from is heeded,
// though the proxy has changed Host.
func TestOriginOfForms(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan := s.member("zhangsan")
	for _, tt := range []struct {
		origin, site string
		status       int
	}{
		{"", "", 200}, {s.site, "", 200}, {s.site, "same-origin", 200}, {"null", "", 200},
		{"https://evil.example", "", 403}, {"https://evil.example", "cross-site", 403}, {"", "cross-site", 403}, {"", "same-site", 403},
		{"http://localhost", "", 403}, {"http://" + s.listener.Addr().String(), "cross-site", 403},
	} {
		var header []string
		if tt.origin != "" {
			header = append(header, "Origin", tt.origin)
		}
		if tt.site != "" {
			header = append(header, "Sec-Fetch-Site", tt.site)
		}
		a := s.api(zhangsan, http.MethodPost, "", `{"title":"t","approvers":["lisi"]}`, header...)
		if a.Status != tt.status {
			t.Errorf("from %q, %q: %d %s", tt.origin, tt.site, a.Status, a.Message)
		}
	}
}

func TestStranger(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	page := s.submits(s.member("zhangsan"), "机密", "lisi")
	form := s.get(s.member("lisi"), page.URL.Path)
	stranger := s.member("zhaoliu")
	s.get(stranger, page.URL.Path).wants(t, http.StatusForbidden, "不能查看这张单据")
	for _, id := range []string{"999", "0", "-1", "x", "01", "9223372036854775808"} {
		s.get(stranger, s.home()+"ticket/"+id+"/").wants(t, http.StatusForbidden, "不能查看这张单据")
	}
	own := csrfOf(s.get(stranger, s.home()+"ticket/create/").Body)
	s.send(stranger, form, "/decide/", "result", "true", "csrf_token", own).wants(t, http.StatusForbidden, "不能查看")
	s.send(stranger, form, "/handover/", "to", "zhaoliu", "reason", "x", "csrf_token", own).wants(t, http.StatusForbidden, "不能查看")
	if a := s.api(stranger, http.MethodGet, "1/", ""); a.Status != http.StatusForbidden || a.Result {
		t.Errorf("%+v", a)
	}
	body := `{"result":"true","approval_list":[{"ticket_id":1}]}`
	if a := s.api(stranger, http.MethodPost, "batch_approval/", body); a.Result || !strings.Contains(string(a.Data), `"unknown"`) {
		t.Errorf("%+v %s", a, a.Data)
	}
}

func TestCookiesOfOthers(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.member("zhangsan")
	name := s.sessionCookie()
	// SOPS took an integer in this cookie for the user.
	for _, cookie := range []string{"weixin_user_id=1", "bkitsm_sessionid=1", bklogin.Cookie + "=zhangsan", name + "=AAAA", name + "=zhangsan"} {
		v := s.phone("LiSi")
		req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, s.site+s.home(), nil))
		req.Header.Set("Cookie", cookie)
		shown{must[visit.Page](t)(v.Do(req))}.wants(t, http.StatusForbidden, "还没有绑定")
	}
	resp, _ := s.raw(http.MethodGet, "/o/itsm/", func(r *http.Request) { r.Header.Set("Cookie", bklogin.Cookie+"=guess") })
	if resp.StatusCode != http.StatusFound || !strings.HasPrefix(resp.Header.Get("Location"), s.bkURL) {
		t.Errorf("%s to %s", resp.Status, resp.Header.Get("Location"))
	}
}
