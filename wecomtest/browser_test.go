package wecomtest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bkwecom/wecom/wecomtest"
)

// signInApp signs people in with nothing but HTTP: its front page sends them to
// WeCom, its callback exchanges the code and keeps a cookie.
type signInApp struct {
	t    testing.TB
	api  *http.Client
	open string // of WeCom
	self string // its own address
	srv  *wecomtest.Server
	seen []http.Header
}

func (a *signInApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.seen = append(a.seen, r.Header.Clone())
	if r.URL.Path == "/back" {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: a.exchange(r.URL.Query().Get("code")), HttpOnly: true, Secure: strings.HasPrefix(a.self, "https:")})
		http.Redirect(w, r, "/", http.StatusFound)
		return
	}
	if c, err := r.Cookie("session"); err == nil {
		fmt.Fprintf(w, "你好 %s, TLS %v", c.Value, r.TLS != nil)
		return
	}
	http.Redirect(w, r, a.open+"/connect/oauth2/authorize?appid="+testCorp+"&redirect_uri="+url.QueryEscape(a.self+"/back")+
		"&response_type=code&scope=snsapi_base&state=x&agentid=1000002#wechat_redirect", http.StatusFound)
}

func (a *signInApp) exchange(code string) string {
	var in struct {
		AccessToken string `json:"access_token"`
		UserID      string `json:"userid"`
		OpenID      string `json:"openid"`
	}
	for _, path := range []string{"/cgi-bin/gettoken?corpid=" + testCorp + "&corpsecret=" + testSecret, "/cgi-bin/auth/getuserinfo?code=" + code + "&access_token="} {
		res, err := a.api.Get(a.srv.URL + path + in.AccessToken)
		if err != nil {
			a.t.Error(err)
			return ""
		}
		err = json.NewDecoder(res.Body).Decode(&in)
		res.Body.Close()
		if err != nil {
			a.t.Error(err)
		}
	}
	return in.UserID + in.OpenID
}

func read(t testing.TB, b *http.Client, address string) string {
	t.Helper()
	res, err := b.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestBrowserInMemory goes the whole way in a bubble, under the vendor's own
// name for the sign-in page.
func TestBrowserInMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := withSignIn(t, wecomtest.NewUnstartedServer())
		app := &signInApp{t: t, api: c.srv.Client(), open: "https://open.weixin.qq.com", self: "https://" + trusted, srv: c.srv}
		c.srv.AddSite("APP.example.com", app)
		c.srv.AddSite("open.weixin.qq.com", c.srv)
		for id, want := range map[string]string{"zhangsan": "zhangsan", visitorID: visitorID, "LISI": "LiSi"} {
			b := c.srv.Browser(id)
			for range 2 { // the second time with the cookie
				if got := read(t, b, app.self+"/"); got != "你好 "+want+", TLS true" {
					t.Errorf("%s: %q", id, got)
				}
			}
		}
		if n := c.srv.Calls("/connect/oauth2/authorize"); n != 3 {
			t.Errorf("%d visits to the sign-in page, want 3", n)
		}
		for _, h := range app.seen {
			if h.Get("Referer") != "" || strings.Contains(h.Get("Cookie"), "wecomtest") || !strings.HasPrefix(h.Get("Accept"), "text/html") {
				t.Errorf("the app sees %v", h)
			}
		}
	})
}

func TestBrowserOverTheNetwork(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewServer())
	app := &signInApp{t: t, api: c.srv.Client(), open: c.srv.URL, srv: c.srv}
	ts := httptest.NewServer(app)
	defer ts.Close()
	app.self = ts.URL
	if err := c.agent.SetDomains(strings.TrimPrefix(ts.URL, "http://"), ""); err != nil {
		t.Fatal(err)
	}
	if got := read(t, c.srv.Browser("zhangsan"), ts.URL); got != "你好 zhangsan, TLS false" {
		t.Errorf("%q", got)
	}
	for _, h := range app.seen {
		if strings.Contains(h.Get("Cookie"), "wecomtest") {
			t.Errorf("the app sees %v", h)
		}
	}
}

func TestBrowserRoutes(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	page := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host+" "+r.UserAgent()) }))
	page.Config.ErrorLog = log.New(io.Discard, "", 0) // of the certificate that is refused
	page.StartTLS()
	defer page.Close()
	host := strings.TrimPrefix(page.URL, "https://")
	if _, err := c.srv.Browser("zhangsan").Get(page.URL); err == nil {
		t.Error("an unknown certificate is trusted")
	}
	c.srv.AddRoute(host, page.Client().Transport)
	for name, b := range map[string]*http.Client{
		"wxwork/ MicroMessenger/": c.srv.Browser("zhangsan"),
		"MicroMessenger/":         c.srv.Browser(zhangsanOpen),
		"":                        c.srv.DesktopBrowser(zhangsanOpen),
	} {
		got := read(t, b, page.URL)
		for _, word := range []string{"wxwork/", "MicroMessenger/"} {
			if strings.Contains(got, word) != strings.Contains(name, word) {
				t.Errorf("want %q: %s", name, got)
			}
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", "own")
	res, err := c.srv.Browser("zhangsan").Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if own, _ := io.ReadAll(res.Body); string(own) != host+" own" || req.Header.Get("Accept") != "" {
		t.Errorf("%q, request changed: %v", own, req.Header)
	}

	elsewhere := errors.New("elsewhere")
	c.srv.AddRoute("", failing{elsewhere})
	if _, err := c.srv.Browser("zhangsan").Get("http://anything.example.com/"); !errors.Is(err, elsewhere) {
		t.Errorf("any other host: %v", err)
	}
	if l := look(t, c.srv.Browser("zhangsan"), c.authorizeAt()); l.code == "" {
		t.Errorf("this server goes astray: %+v", l)
	}
}

type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// realBrowser has a jar and a phone's User-Agent, and nothing from us.
func realBrowser(t testing.TB, c *company, agent string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Transport: headers{c.srv.Transport(), map[string]string{"User-Agent": agent}}}
}

func TestRealBrowser(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	phone, pc := realBrowser(t, c, "wxwork/4.0 MicroMessenger/7.0"), realBrowser(t, c, "Mozilla/5.0")
	for name, l := range map[string]landing{"phone": look(t, phone, c.authorizeAt()), "pc": look(t, pc, c.loginAt())} {
		if l.to != nil || !strings.Contains(l.text, `href="/wecomtest/as/zhangsan`) || !strings.Contains(l.text, visitorID) {
			t.Errorf("%s of nobody: %+v", name, l)
		}
	}
	if l := look(t, phone, c.srv.URL+"/wecomtest/as/ZhangSan"); l.status != http.StatusOK || !strings.Contains(l.text, "张三(zhangsan)") {
		t.Errorf("as zhangsan: %+v", l)
	}
	if l := look(t, phone, c.authorizeAt()); l.code == "" {
		t.Errorf("snsapi_base is silent: %+v", l)
	}
	look(t, pc, c.srv.URL+"/wecomtest/as/lisi")
	const form = "application/x-www-form-urlencoded"
	for name, tt := range map[string]struct {
		browser *http.Client
		address string
		denied  string // where a refusal ends
	}{
		"privateinfo": {phone, c.authorizeAt("scope", "snsapi_privateinfo"), backURI + "&state=STATE1"},
		"web login":   {pc, c.loginAt(), ""},
	} {
		if l := look(t, tt.browser, tt.address); l.to != nil || !strings.Contains(l.text, "<button") {
			t.Errorf("%s does not ask: %+v", name, l)
		}
		if l := step(t, tt.browser, http.MethodPost, tt.address, "decision=perhaps"); l.to != nil || !strings.Contains(l.text, "<button") {
			t.Errorf("%s, no decision: %+v", name, l)
		}
		if l := step(t, tt.browser, http.MethodPost, tt.address, "decision=%zz"); l.to != nil {
			t.Errorf("%s, no form: %+v", name, l)
		}
		if l := step(t, tt.browser, http.MethodPost, tt.address, "decision=allow"); l.code == "" {
			t.Errorf("%s, allowed: %+v", name, l)
		}
		l := step(t, tt.browser, http.MethodPost, tt.address, "decision=deny")
		if got := fmt.Sprint(l.to); l.code != "" || (tt.denied == "") != (l.to == nil) || tt.denied != "" && got != tt.denied {
			t.Errorf("%s, denied: %+v", name, l)
		}
		foreign := &http.Client{Jar: tt.browser.Jar, Transport: headers{tt.browser.Transport, map[string]string{"Origin": "https://evil.example.com", "Content-Type": form}}}
		if l := step(t, foreign, http.MethodPost, tt.address, "decision=allow"); l.to != nil || l.err != "40058" {
			t.Errorf("%s, decided by a foreign page: %+v", name, l)
		}
		if l := step(t, tt.browser, http.MethodPut, tt.address, ""); l.status != http.StatusMethodNotAllowed {
			t.Errorf("%s, PUT: %+v", name, l)
		}
	}
}

func TestBecome(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	b := realBrowser(t, c, "MicroMessenger/8.0")
	as := func(id, to string) landing {
		return look(t, b, c.srv.URL+"/wecomtest/as/"+id+"?to="+url.QueryEscape(to))
	}
	for _, to := range []string{"http://localhost:5000/o/itsm/weixin/?x=1#top", "https://127.0.0.1/", "http://[::1]:80/单"} {
		l := as("zhangsan", to)
		if l.status != http.StatusFound || l.to == nil || l.to.Host == "" || !strings.HasPrefix(to, l.to.Scheme+"://"+l.to.Host+"/") {
			t.Errorf("%q: %+v", to, l)
		}
	}
	for _, to := range []string{"https://evil.example.com/", "//localhost/", "/x", "localhost:5000", "javascript:alert(1)", "http://localhost@evil.example.com/",
		"http://localhost.evil.example.com/", `http://localhost\.evil.example.com/`, "http:///x", "http://localhost/\nx", "ftp://localhost/", "http://10.0.0.1/"} {
		if l := as("zhangsan", to); l.to != nil || l.status != http.StatusBadRequest {
			t.Errorf("%q: %+v", to, l)
		}
	}
	if l := as("nobody", "http://localhost/x?y=1"); l.status != http.StatusNotFound || !strings.Contains(l.text, `/wecomtest/as/lisi?to=http%3A%2F%2Flocalhost%2Fx%3Fy%3D1"`) {
		t.Errorf("nobody: %+v", l)
	}
	if l := as("nobody", "http://evil.example.com/"); strings.Contains(l.text, "evil") {
		t.Errorf("nobody, and away: %+v", l)
	}
	if l := step(t, b, http.MethodPost, c.srv.URL+"/wecomtest/as/zhangsan", ""); l.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: %+v", l)
	}
	res, err := c.srv.Client().Get(c.srv.URL + "/wecomtest/as/" + visitorID)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if len(res.Cookies()) == 0 {
		t.Error("no cookie")
	}
	for _, cookie := range res.Cookies() {
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path == "/" || cookie.Value != "ask."+visitorID {
			t.Errorf("%+v", cookie)
		}
	}
}

// TestPagesMisbehave: what Fail does to the API it does to pages and sns calls.
func TestPagesMisbehave(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	for _, path := range []string{"/connect/oauth2/authorize", "/sns/auth"} {
		c.srv.Fail(path, wecomtest.Fault{Status: http.StatusBadGateway})
		if l := look(t, c.srv.Browser("zhangsan"), c.srv.URL+path); l.status != http.StatusBadGateway {
			t.Errorf("%s: %+v", path, l)
		}
	}
}
