package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

func TestLocation(t *testing.T) {
	t.Parallel()
	inner := func(r *http.Request) string { return "/o/itsm" + r.URL.RequestURI() }
	stripped := func(change func(*oauth.Config)) (*app, *browser) {
		a := newApp(t, change)
		b := newBrowser(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.StripPrefix("/o/itsm", a.guard.Protect(http.NotFoundHandler())).ServeHTTP(w, r)
		}))
		return a, b
	}
	_, b := stripped(func(c *oauth.Config) { c.Location = inner })
	u := must(url.Parse(b.get(ticket).Header.Get("Location")))
	if got := must(url.Parse(u.Query().Get("redirect_uri"))).Query().Get("c_url"); got != ticket {
		t.Errorf("way back %q", got)
	}
	// Without it the cookies would never arrive: better a clear word than a silent round trip for ever.
	a, b := stripped(nil)
	if resp := b.get(ticket); resp.StatusCode != 503 || !strings.Contains(a.why(), "Location") {
		t.Errorf("%d, told %s", resp.StatusCode, a.why())
	}
	for at, want := range map[string]string{
		"":                              home,
		"//evil.example/":               home,
		"/o/itsm/weixin":                "/o/itsm/weixin",
		"/o/itsm/weixin?a=b":            "/o/itsm/weixin?a=b",
		callback:                        home,
		"https://evil.example" + home:   home,
		home + "x\\y":                   home,
		home + strings.Repeat("x", 600): "", // not shown to the vendor
	} {
		_, b := stripped(func(c *oauth.Config) { c.Location = func(*http.Request) string { return at } })
		u := must(url.Parse(b.get(ticket).Header.Get("Location")))
		if got := must(url.Parse(u.Query().Get("redirect_uri"))).Query().Get("c_url"); got != want {
			t.Errorf("%.40q: way back %q, want %q", at, got, want)
		}
	}
}

// TestLongWay: what is too long for the vendor's address is in the cookie all the same.
func TestLongWay(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	for n, want := range map[int]bool{2048: true, 2049: false} {
		page := home + strings.Repeat("x", n-len(home))
		b := newBrowser(t, a)
		_, _, out := b.open(page)
		got := b.get(a.vendor.agree(t, out, zhangsan)).Header.Get("Location")
		if want && got != page || !want && got != home {
			t.Errorf("%d bytes: sent to %d bytes", n, len(got))
		}
	}
}

func TestHome(t *testing.T) {
	t.Parallel()
	a := newApp(t, func(c *oauth.Config) { c.Home, c.CookiePath = "/o/itsm/weixin/start?x=1", "/o/itsm/" })
	b := newBrowser(t, a)
	_, _, out := b.open(callback + "?c_url=https://evil.example")
	resp := b.get(a.vendor.agree(t, out, zhangsan))
	if got := resp.Header.Get("Location"); got != "/o/itsm/weixin/start?x=1" {
		t.Errorf("sent to %q", got)
	}
	if got := resp.Cookies()[1].Path; got != "/o/itsm" {
		t.Errorf("path %q", got)
	}
}

// TestOtherSpelling: muxes decode /%6f, but browsers send no cookie of /o there (RFC 6265, 5.1.4): signing in
// would go round and round in silence.
func TestOtherSpelling(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	for _, page := range []string{"/%6f/itsm/weixin/ticket/42/", "/o/its%6D/weixin/", "/o/itsm/w%65ixin"} {
		if way, ok := a.guard.Way(page); ok {
			t.Errorf("%s is a way back: %s", page, way)
		}
		resp := newBrowser(t, a).get(page)
		if resp.StatusCode != 503 || len(resp.Cookies()) > 0 {
			t.Errorf("%s: %d, cookies %v", page, resp.StatusCode, resp.Cookies())
		}
		_, _, out := newBrowser(t, a).open(callback + "?c_url=" + url.QueryEscape(page))
		u := must(url.Parse(out))
		if got := must(url.Parse(u.Query().Get("redirect_uri"))).Query().Get("c_url"); got != home {
			t.Errorf("%s: way back %q", page, got)
		}
	}
	if page := home + "%74icket/42/"; body(t, signedIn(t, a).get(page)) != "true zhangsan at "+page {
		t.Errorf("%s: below the cookie's path any spelling will do", page)
	}
}

func signedIn(t testing.TB, a *app) *browser {
	b := newBrowser(t, a)
	b.signIn(a.vendor, home, zhangsan)
	return b
}
