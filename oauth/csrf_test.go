package oauth_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

type readCloser struct{ io.Reader }

func (readCloser) Close() error { return nil }

type sessionKey struct{}

func newCSRF(t testing.TB, change func(*oauth.CSRFConfig)) *oauth.CSRF {
	t.Helper()
	cfg := oauth.CSRFConfig{
		Keys: [][]byte{key(1)}, CookieName: "csrf", CookiePath: home, Secure: true,
		Session: func(r *http.Request) string { s, _ := r.Context().Value(sessionKey{}).(string); return s },
	}
	if change != nil {
		change(&cfg)
	}
	c, err := oauth.NewCSRF(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func csrfRequest(method, session string, header ...string) *http.Request {
	r := httptest.NewRequest(method, site+home+"ticket/create/", nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r.WithContext(context.WithValue(r.Context(), sessionKey{}, session))
}

// csrfCase is a request of session s1, whose page has the token.
type csrfCase struct {
	name   string
	header []string // TOKEN stands for the token, OTHER for another session's
	form   string
	want   error
}

const formType = "application/x-www-form-urlencoded"

var csrfCases = []csrfCase{
	{"header", []string{"X-CSRFToken", "TOKEN", "Cookie", "csrf=TOKEN"}, "", nil},
	{"header of a script's JSON", []string{"X-CSRFToken", "TOKEN", "Cookie", "csrf=TOKEN", "Content-Type", "application/json"}, `{"a":1}`, nil},
	{"field", []string{"Content-Type", formType}, "title=x&csrf_token=TOKEN", nil},
	{"field, said to be same-origin", []string{"Content-Type", formType, "Sec-Fetch-Site", "same-origin", "Origin", site}, "csrf_token=TOKEN", nil},
	{"field, said to be typed in", []string{"Content-Type", formType, "Sec-Fetch-Site", "none"}, "csrf_token=TOKEN", nil},
	{"field, own Origin of an old webview", []string{"Content-Type", formType, "Origin", site}, "csrf_token=TOKEN", nil},
	{"own Origin with its port", []string{"Content-Type", formType, "Origin", site + ":443"}, "csrf_token=TOKEN", nil},
	{"Origin of a page that sends no Referer", []string{"Content-Type", formType, "Origin", "null"}, "csrf_token=TOKEN", nil},
	{"outer Origin, same-origin", []string{"Content-Type", formType, "Origin", "https://outer.example.com", "Sec-Fetch-Site", "same-origin"}, "csrf_token=TOKEN", nil},
	{"a listed Origin", []string{"Content-Type", formType, "Origin", "https://Listed.example.com"}, "csrf_token=TOKEN", nil},
	{"a planted cookie beside the real one", []string{"X-CSRFToken", "TOKEN", "Cookie", "csrf=x; csrf=TOKEN"}, "", nil},

	{"nothing", nil, "", oauth.ErrCSRFMissing},
	{"a form without it", []string{"Content-Type", formType}, "title=x", oauth.ErrCSRFMissing},
	{"an empty field", []string{"Content-Type", formType}, "csrf_token=", oauth.ErrCSRFMissing},
	{"two fields", []string{"Content-Type", formType}, "csrf_token=TOKEN&csrf_token=TOKEN", oauth.ErrCSRFMissing},
	{"cookie alone", []string{"Cookie", "csrf=TOKEN"}, "", oauth.ErrCSRFMissing},
	{"JSON with a field", []string{"Content-Type", "application/json"}, `{"csrf_token":"TOKEN"}`, oauth.ErrCSRFMissing},
	{"text that looks like a form", []string{"Content-Type", "text/plain"}, "csrf_token=TOKEN", oauth.ErrCSRFMissing},
	{"a form of no type", nil, "csrf_token=TOKEN", oauth.ErrCSRFMissing},

	{"a forged pair", []string{"X-CSRFToken", "forged", "Cookie", "csrf=forged"}, "", oauth.ErrCSRFToken},
	{"the attacker's own pair", []string{"X-CSRFToken", "OTHER", "Cookie", "csrf=OTHER"}, "", oauth.ErrCSRFToken},
	{"the attacker's own field", []string{"Content-Type", formType}, "csrf_token=OTHER", oauth.ErrCSRFToken},
	{"an empty header", []string{"X-CSRFToken", "", "Content-Type", formType}, "csrf_token=TOKEN", oauth.ErrCSRFToken},
	{"two headers", []string{"X-CSRFToken", "TOKEN", "X-CSRFToken", "TOKEN", "Cookie", "csrf=TOKEN"}, "", oauth.ErrCSRFToken},
	{"a wrong header, a right field", []string{"X-CSRFToken", "OTHER", "Cookie", "csrf=OTHER", "Content-Type", formType}, "csrf_token=TOKEN", oauth.ErrCSRFToken},
	{"cut", []string{"Content-Type", formType}, "csrf_token=CUT", oauth.ErrCSRFToken},
	{"in capitals", []string{"Content-Type", formType}, "csrf_token=CAPITALS", oauth.ErrCSRFToken},

	{"header without cookie", []string{"X-CSRFToken", "TOKEN"}, "", oauth.ErrCSRFCookie},
	{"header and another cookie", []string{"X-CSRFToken", "TOKEN", "Cookie", "csrf=OTHER"}, "", oauth.ErrCSRFCookie},

	{"cross-site", []string{"Content-Type", formType, "Sec-Fetch-Site", "cross-site"}, "csrf_token=TOKEN", oauth.ErrCSRFOrigin},
	{"cross-site with header", []string{"X-CSRFToken", "TOKEN", "Cookie", "csrf=TOKEN", "Sec-Fetch-Site", "cross-site"}, "", oauth.ErrCSRFOrigin},
	{"cross-site with a forged Origin", []string{"Content-Type", formType, "Sec-Fetch-Site", "cross-site", "Origin", site}, "csrf_token=TOKEN", oauth.ErrCSRFOrigin},
	{"cross-site of a sandbox", []string{"Content-Type", formType, "Sec-Fetch-Site", "cross-site", "Origin", "null"}, "csrf_token=TOKEN", oauth.ErrCSRFOrigin},
	{"another host of the domain", []string{"Content-Type", formType, "Sec-Fetch-Site", "same-site", "Origin", "https://other.example.com"}, "csrf_token=TOKEN", oauth.ErrCSRFOrigin},
	{"a word of no meaning", []string{"Content-Type", formType, "Sec-Fetch-Site", "same-origin,cross-site"}, "csrf_token=TOKEN", oauth.ErrCSRFOrigin},
	{"foreign Origin", []string{"Content-Type", formType, "Origin", "https://evil.example"}, "csrf_token=TOKEN", oauth.ErrCSRFOrigin},
	{"a host that begins alike", []string{"Content-Type", formType, "Origin", site + ".evil.example"}, "csrf_token=TOKEN", oauth.ErrCSRFOrigin},
	{"another port", []string{"Content-Type", formType, "Origin", site + ":8443"}, "csrf_token=TOKEN", oauth.ErrCSRFOrigin},
	{"a listed host by http", []string{"Content-Type", formType, "Origin", "http://listed.example.com"}, "csrf_token=TOKEN", oauth.ErrCSRFOrigin},
	{"no address", []string{"Content-Type", formType, "Origin", "%zz"}, "csrf_token=TOKEN", oauth.ErrCSRFOrigin},

	{"a broken form", []string{"Content-Type", formType}, "csrf_token=TOKEN&x=%zz", oauth.ErrCSRFForm},
	{"a form too large", []string{"Content-Type", formType}, "csrf_token=TOKEN&x=LARGE", oauth.ErrCSRFForm},
	{"a broken upload", []string{"Content-Type", "multipart/form-data; boundary=b"}, "csrf_token=TOKEN", oauth.ErrCSRFForm},
	{"an upload without boundary", []string{"Content-Type", "multipart/form-data"}, "csrf_token=TOKEN", oauth.ErrCSRFForm},
}

func TestCSRF(t *testing.T) {
	t.Parallel()
	c := newCSRF(t, func(c *oauth.CSRFConfig) { c.Origins, c.MaxForm = []string{"https://listed.example.com/"}, 4096 })
	token := c.Token(csrfRequest("GET", "s1"))
	words := strings.NewReplacer("TOKEN", token, "OTHER", c.Token(csrfRequest("GET", "s2")), "CUT", token[:len(token)-1],
		"CAPITALS", strings.ToUpper(token), "LARGE", strings.Repeat("x", 4096))
	seen := map[string]bool{}
	for _, tt := range csrfCases {
		if seen[tt.name] {
			t.Fatalf("two rows %q", tt.name)
		}
		seen[tt.name] = true
		var header []string
		for _, h := range tt.header {
			header = append(header, words.Replace(h))
		}
		for _, method := range []string{"POST", "PUT", "PATCH"} {
			r := csrfRequest(method, "s1", header...)
			r.Body = readCloser{strings.NewReader(words.Replace(tt.form))}
			if got := c.Check(r); got != tt.want {
				t.Errorf("%s %s: %v, want %v", method, tt.name, got, tt.want)
			}
		}
		r := csrfRequest("POST", "", header...)
		r.Body = readCloser{strings.NewReader(words.Replace(tt.form))}
		if got := c.Check(r); got != oauth.ErrCSRFSession {
			t.Errorf("%s without a session: %v", tt.name, got)
		}
	}
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		if err := c.Check(csrfRequest(method, "")); err != nil {
			t.Errorf("%s: %v", method, err)
		}
	}
	for _, method := range []string{"DELETE", "TRACE", "", "get", "PROPFIND"} {
		r := csrfRequest("POST", "s1", "Content-Type", formType)
		if r.Method = method; c.Check(r) == nil {
			t.Errorf("%q passes without a token", method)
		}
	}
}

func TestCSRFKeys(t *testing.T) {
	t.Parallel()
	with := func(keys ...[]byte) *oauth.CSRF { return newCSRF(t, func(c *oauth.CSRFConfig) { c.Keys = keys }) }
	old, both, fresh := with(key(1)), with(key(2), key(1)), with(key(2))
	r := csrfRequest("POST", "s1", "Content-Type", formType)
	check := func(c *oauth.CSRF, token string) error {
		r.PostForm = url.Values{"csrf_token": {token}}
		return c.Check(r)
	}
	if old.Token(r) == fresh.Token(r) || both.Token(r) != fresh.Token(r) {
		t.Error("tokens are not made with the newest key")
	}
	for name, got := range map[string]error{"old": check(both, old.Token(r)), "new": check(both, fresh.Token(r))} {
		if got != nil {
			t.Errorf("%s token: %v", name, got)
		}
	}
	if check(fresh, old.Token(r)) != oauth.ErrCSRFToken {
		t.Error("a dropped key still counts")
	}
}
