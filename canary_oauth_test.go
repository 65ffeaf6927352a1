package wecom_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

const (
	canarySite = "https://itsm.example.com/o/itsm/weixin/"
	weComAgent = "Mozilla/5.0 (iPhone) wxwork/4.1.0 MicroMessenger/7.0.1 Language/zh"
)

// siteUnder is a guarded site whose errors are evidence.
func siteUnder(t *testing.T, e *evidence, p oauth.Provider, change func(*oauth.Config)) (site http.Handler) {
	t.Helper()
	cfg := oauth.Config{
		Provider: p, CallbackURL: canarySite + "login/", Keys: [][]byte{[]byte(canarySession)},
		OnError: func(_ *http.Request, err error) { e.err(err) },
	}
	if change != nil {
		change(&cfg)
	}
	g, err := oauth.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	e.value("guard", g)
	csrf, err := oauth.NewCSRF(oauth.CSRFConfig{Keys: cfg.Keys, CookieName: "csrf", CookiePath: "/o/itsm/weixin/", Secure: true})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/o/itsm/weixin/login/", g.Callback())
	mux.Handle("/", g.Protect(csrf.Protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))))
	return mux
}

// visit makes a request as a browser in WeCom.
func visit(site http.Handler, method, address string, cookies []*http.Cookie, change func(*http.Request)) *http.Response {
	r := httptest.NewRequest(method, address, nil)
	r.Header.Set("User-Agent", weComAgent)
	for _, ck := range cookies {
		r.AddCookie(ck)
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	return w.Result()
}

// begin starts a sign-in and returns its state and cookies, which are secrets now.
func begin(t *testing.T, e *evidence, site http.Handler) (state string, cookies []*http.Cookie) {
	t.Helper()
	resp := visit(site, http.MethodGet, canarySite+"ticket/42/", nil, nil)
	u, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.StatusCode != http.StatusFound {
		t.Fatalf("HTTP %d, %v", resp.StatusCode, err)
	}
	state = u.Query().Get("state")
	e.secret("state", state)
	e.cookies(resp)
	return state, resp.Cookies()
}

func (e *evidence) cookies(resp *http.Response) {
	for _, ck := range resp.Cookies() {
		e.secret("cookie "+ck.Name, ck.Value)
	}
}

// back comes back from the vendor, and follows to the page that is shown.
func back(e *evidence, site http.Handler, state string, cookies []*http.Cookie) *http.Response {
	resp := visit(site, http.MethodGet, canarySite+"login/?"+url.Values{"code": {canaryCode}, "state": {state}}.Encode(), cookies, nil)
	e.cookies(resp)
	e.answer(resp)
	if resp.Header.Get("Referrer-Policy") != "no-referrer" {
		e.text("Referer of the next page", canaryCode)
	}
	if to := resp.Header.Get("Location"); to != "" {
		shown := visit(site, http.MethodGet, to, append(cookies, resp.Cookies()...), nil)
		e.answer(shown)
	}
	return resp
}

func weComProvider(t *testing.T, e *evidence, fail func(*http.Request) (*http.Response, error)) oauth.Provider {
	return oauth.WeCom{API: canaryClient(t, e, talkative("/getuserinfo", fail)), CorpID: corpID, AgentID: 1000002}
}

func exchangeMode(name string, fail func(*http.Request) (*http.Response, error), change func(*oauth.Config)) failureMode {
	return failureMode{name, func(t *testing.T, e *evidence) {
		site := siteUnder(t, e, weComProvider(t, e, fail), change)
		state, cookies := begin(t, e, site)
		back(e, site, state, cookies)
	}}
}

func member(r *http.Request) (*http.Response, error) {
	return response(r, 200, "application/json", fmt.Sprintf(`{"errcode":0,"userid":"zhangsan","user_ticket":%q}`, canaryTicket)), nil
}

func accountMode(name string, fail func(*http.Request) (*http.Response, error)) failureMode {
	return failureMode{name, func(t *testing.T, e *evidence) {
		if fail == nil {
			fail = e.elsewhere
		}
		p := oauth.OfficialAccount{AppID: "wx0000000000000001", Secret: canarySecret, HTTPClient: &http.Client{Transport: roundTripper(fail)}}
		_, err := p.Exchange(t.Context(), canaryCode)
		e.err(err)
		_, err = p.Profile(t.Context(), oauth.Grant{Identity: oauth.Identity{OpenID: "oVisitor"}, AccessToken: canaryAccess, Scope: oauth.UserInfo})
		e.err(err)
	}}
}

var oauthModes = []failureMode{
	exchangeMode("an exchange is refused with its code", refusing(40029), nil),
	exchangeMode("an exchange is refused for its secret", refusing(40001), nil),
	exchangeMode("an exchange's transport prints the address", breaking, nil),
	exchangeMode("nobody is told of an exchange, so the log is", breaking, func(cfg *oauth.Config) { cfg.OnError = nil }),
	exchangeMode("an exchange is answered by a page with its address", page, nil),
	exchangeMode("an exchange's answer is cut", cutting, nil),
	exchangeMode("an app refuses somebody and quotes the grant", member, func(cfg *oauth.Config) {
		cfg.SignedIn = func(_ context.Context, g oauth.Grant) error { return fmt.Errorf("no: %v %s", g, g.UserTicket) }
	}),
	exchangeMode("the list of revoked sessions is away", member, func(cfg *oauth.Config) {
		cfg.Revoked = func(context.Context, oauth.Identity) (bool, error) { return false, errors.New("connection refused") }
	}),
	accountMode("an official account refuses and repeats all", refusing(40163)),
	accountMode("an official account's transport prints the address", breaking),
	accountMode("an official account's answer is cut", cutting),
	accountMode("an official account's API is redirected", nil),
	{"a state of another browser", func(t *testing.T, e *evidence) {
		site := siteUnder(t, e, weComProvider(t, e, member), nil)
		state, _ := begin(t, e, site)
		back(e, site, state, nil)
	}},
	{"a state that nobody made", func(t *testing.T, e *evidence) {
		site := siteUnder(t, e, weComProvider(t, e, member), nil)
		_, cookies := begin(t, e, site)
		back(e, site, strings.Repeat("a", 64), cookies)
	}},
	{"a state that is used again", func(t *testing.T, e *evidence) {
		site := siteUnder(t, e, weComProvider(t, e, member), nil)
		state, cookies := begin(t, e, site)
		back(e, site, state, cookies)
		back(e, site, state, nil)
	}},
	{"a callback with two codes", func(t *testing.T, e *evidence) {
		site := siteUnder(t, e, weComProvider(t, e, member), nil)
		state, cookies := begin(t, e, site)
		back(e, site, state+"&code="+canaryCode, cookies)
		e.answer(visit(site, http.MethodGet, canarySite+"login/?state="+state+"&code="+canaryCode+"&code="+canaryCode, cookies, nil))
	}},
	{"a session cookie that was changed", func(t *testing.T, e *evidence) {
		site := siteUnder(t, e, weComProvider(t, e, member), nil)
		state, cookies := begin(t, e, site)
		changed := back(e, site, state, cookies).Cookies()
		for _, ck := range changed {
			if len(ck.Value) > 8 {
				ck.Value = "AAAA" + ck.Value[4:]
				e.secret("changed cookie", ck.Value)
			}
		}
		e.answer(visit(site, http.MethodPost, canarySite+"ticket/42/", changed, nil))
	}},
	{"a form of another site", func(t *testing.T, e *evidence) {
		site := siteUnder(t, e, weComProvider(t, e, member), nil)
		state, cookies := begin(t, e, site)
		session := back(e, site, state, cookies).Cookies()
		shown := visit(site, http.MethodGet, canarySite+"ticket/42/", session, nil)
		e.cookies(shown)
		if len(shown.Cookies()) == 0 {
			t.Error("no CSRF token was made")
		}
		e.answer(visit(site, http.MethodPost, canarySite+"ticket/42/", session, func(r *http.Request) {
			r.Header.Set("X-Csrftoken", "wrong")
			r.Header.Set("Origin", "https://itsm.example.com")
		}))
	}},
	{"a ticket is refused", func(t *testing.T, e *evidence) {
		p := oauth.WeCom{API: canaryClient(t, e, talkative("/getuserdetail", refusing(84014))), CorpID: corpID}
		_, err := p.Detail(t.Context(), canaryTicket)
		e.err(err)
	}},
	{"session keys that are none", func(_ *testing.T, e *evidence) {
		for _, key := range []string{canarySession + "x", canarySession[:31]} {
			_, err := oauth.New(oauth.Config{Provider: oauth.OfficialAccount{AppID: "wx1", Secret: canarySecret}, CallbackURL: canarySite + "login/", Keys: [][]byte{[]byte(key)}})
			e.err(err)
			_, err = oauth.NewCSRF(oauth.CSRFConfig{Keys: [][]byte{[]byte(key)}})
			e.err(err)
		}
	}},
}
