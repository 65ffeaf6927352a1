package oauth_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

// browser keeps cookies as browsers do.
type browser struct {
	t     testing.TB
	app   http.Handler
	jar   *cookiejar.Jar
	agent string
}

func newBrowser(t testing.TB, app http.Handler) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, app, jar, weComAgent}
}

// do sends a request to this site and follows nothing.
func (b *browser) do(method, target, body string, header ...string) *http.Response {
	b.t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		b.t.Fatal(err)
	}
	u = must(url.Parse(site)).ResolveReference(u)
	r := httptest.NewRequest(method, u.String(), strings.NewReader(body))
	r.URL.Scheme, r.URL.Host = "", "" // as in a server
	r.Header.Set("User-Agent", b.agent)
	r.Header.Set("Accept", "text/html,*/*")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	for _, ck := range b.jar.Cookies(u) {
		r.AddCookie(ck)
	}
	w := httptest.NewRecorder()
	b.app.ServeHTTP(w, r)
	resp := w.Result()
	b.jar.SetCookies(u, resp.Cookies())
	return resp
}

func (b *browser) get(target string, header ...string) *http.Response {
	b.t.Helper()
	return b.do(http.MethodGet, target, "", header...)
}

// open gets a page and follows redirects within the site; out is where it was sent outside.
func (b *browser) open(target string) (text string, status int, out string) {
	b.t.Helper()
	for range 10 {
		resp := b.get(target)
		location := resp.Header.Get("Location")
		if location == "" {
			return body(b.t, resp), resp.StatusCode, ""
		}
		u := must(must(url.Parse(site)).Parse(location))
		if u.Scheme+"://"+u.Host != site {
			return "", resp.StatusCode, location
		}
		target = location
	}
	b.t.Fatal("redirected for ever")
	return "", 0, ""
}

// signIn opens a page as somebody who has to sign in.
func (b *browser) signIn(v *vendor, target string, id oauth.Identity) (text string, status int) {
	b.t.Helper()
	_, _, out := b.open(target)
	text, status, _ = b.open(v.agree(b.t, out, id))
	return text, status
}
