package oauth_test

import (
	_ "embed"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

//go:embed testdata/returns.txt
var returns string

func hostile(t testing.TB) (targets []string) {
	t.Helper()
	seen := map[string]bool{}
	for line := range strings.Lines(returns) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		target, err := strconv.Unquote(line)
		if err != nil || seen[target] {
			t.Fatalf("line %s: %v, twice: %v", line, err, seen[target])
		}
		seen[target] = true
		targets = append(targets, target)
	}
	return targets
}

// wrongWay says what is wrong with a way back that was accepted, "" if nothing is.
func wrongWay(target string) string {
	at := browse(target)
	plain, err := url.PathUnescape(at.path)
	switch {
	case at.origin != site:
		return "leads to another site: " + at.origin
	case !strings.HasPrefix(target, at.path):
		return "browsers change it into " + at.path
	case err != nil:
		return "has a broken escape"
	case plain != "/o/itsm/weixin" && !strings.HasPrefix(plain, "/o/itsm/weixin/"):
		return "leads to another app: " + plain
	case at.path != "/o/itsm/weixin" && !strings.HasPrefix(at.path, "/o/itsm/weixin/"):
		return "gets no cookie in its spelling: " + at.path
	case path.Clean(plain) == "/o/itsm/weixin/login":
		return "leads to the callback"
	case strings.ContainsAny(plain, "\\\r\n\x00"):
		return "has a character that proxies and headers change"
	case len(target) > 2048:
		return "is too long"
	}
	for segment := range strings.SplitSeq(plain, "/") {
		if s, _, _ := strings.Cut(segment, ";"); strings.TrimRight(s, " ") == "." || strings.TrimRight(s, " ") == ".." {
			return "is resolved by servers that take off parameters and spaces: " + plain
		}
	}
	// A proxy that decodes the path once before it resolves it.
	if again := browse(plain); again.origin != site || again.path != plain && !strings.ContainsAny(plain, "?#") {
		return "decoded it leads to " + again.origin + again.path
	}
	return ""
}

// TestHostileReturns: each is refused or leads to a page of this app, and most are refused.
func TestHostileReturns(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	all := hostile(t)
	if len(all) < 500 {
		t.Fatalf("%d targets", len(all))
	}
	accepted := 0
	for _, target := range all {
		got, ok := a.guard.Way(target)
		if !ok {
			continue
		}
		accepted++
		if wrong := wrongWay(got); wrong != "" || got != target {
			t.Errorf("%q: %s", target, wrong)
		}
	}
	if accepted > len(all)/10 {
		t.Errorf("%d of %d are accepted: is it a check?", accepted, len(all))
	}
}

// TestHostileReturnsArrive: the same through a whole sign-in, by c_url and as the page itself.
func TestHostileReturnsArrive(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	for _, target := range hostile(t) {
		b := newBrowser(t, a)
		first := b.get(callback + "?c_url=" + url.QueryEscape(target))
		for _, ck := range first.Cookies() {
			if ck.MaxAge > 0 && len(ck.Value) > 3800 {
				t.Errorf("%q: a cookie of %d bytes", target, len(ck.Value))
			}
		}
		location := b.get(a.vendor.agree(t, first.Header.Get("Location"), zhangsan)).Header.Get("Location")
		if wrong := wrongWay(location); wrong != "" {
			t.Errorf("%q: sent to %q, which %s", target, location, wrong)
		}
		if location := b.get(callback + "?c_url=" + url.QueryEscape(target)).Header.Get("Location"); wrongWay(location) != "" {
			t.Errorf("%q: with a session sent to %q", target, location)
		}
	}
}

func TestGoodReturns(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	for _, target := range []string{
		home, "/o/itsm/weixin", ticket, home + "?a=b#/router/x", home + "#/ticket/42?x=1", home + "a//b/",
		home + "%E5%B7%A5%E5%8D%95/", home + "?next=https://evil.example", home + "?q=100%", home + "?q=%2f..%2f", home + "?a[]=b|c&d={e}",
		home + "router/ticket/42/", home + "login2/", home + "x/login/", home + "a;b=c,d/'()*!~$+@:=&", home + ".well-known/", home + "a..b/...", home + "a..;b/...;/%20x;/", home + "100%25/", home + "50%25off/", home + "%25",
	} {
		if got, ok := a.guard.Way(target); !ok || got != target {
			t.Errorf("%q is refused", target)
		}
	}
}

// TestReturnsOfRootApp: without a prefix every path of the site is one of the app.
func TestReturnsOfRootApp(t *testing.T) {
	t.Parallel()
	a := newApp(t, func(c *oauth.Config) { c.CallbackURL = site + "/login" })
	for target, want := range map[string]bool{"/": true, "/x": true, "//evil.example": false, "/login": false, "/login/?x": false, "/logins": true} {
		if _, ok := a.guard.Way(target); ok != want {
			t.Errorf("%q: %v", target, ok)
		}
	}
	for _, target := range hostile(t) {
		if got, ok := a.guard.Way(target); ok && browse(got).origin != site {
			t.Errorf("%q leads to %v", target, browse(got))
		}
	}
	if resp := newBrowser(t, a).get("/"); resp.StatusCode != http.StatusFound {
		t.Errorf("%d", resp.StatusCode)
	}
}
