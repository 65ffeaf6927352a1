package oauth_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	b := newBrowser(t, a)
	first := b.get(ticket)
	if first.StatusCode != http.StatusFound {
		t.Fatalf("status %d without a session", first.StatusCode)
	}
	back := a.vendor.agree(t, first.Header.Get("Location"), zhangsan)
	u := must(url.Parse(back))
	if got := u.Query().Get("c_url"); got != ticket {
		t.Errorf("c_url %q, want the page", got)
	}
	second := b.get(back)
	if got := second.Header.Get("Location"); second.StatusCode != http.StatusSeeOther || got != ticket {
		t.Fatalf("callback answers %d to %q", second.StatusCode, got)
	}
	for name, resp := range map[string]*http.Response{"page": first, "callback": second} {
		for header, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
			if got := resp.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
	}
	third := b.get(second.Header.Get("Location"))
	if got, want := body(t, third), "true zhangsan at "+ticket; got != want {
		t.Errorf("page shows %q, want %q", got, want)
	}
	if got := third.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a protected page has Cache-Control %q", got)
	}
	if n := a.vendor.exchanges(); n != 1 {
		t.Errorf("%d exchanges", n)
	}
}

func TestRequireMember(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		id     oauth.Identity
		status int
		want   string
	}{
		{zhangsan, 200, "for members"},
		{visitor, 403, "failed: not member; retry "},
	} {
		a := newApp(t, nil)
		text, status := newBrowser(t, a).signIn(a.vendor, home+"members/", tt.id)
		if status != tt.status || text != tt.want {
			t.Errorf("%v: %d %q", tt.id, status, text)
		}
	}
	a := newApp(t, nil)
	b := &browser{t, a.guard.RequireMember(http.NotFoundHandler()), newBrowser(t, a).jar, weComAgent}
	if resp := b.get(home); resp.StatusCode != 403 {
		t.Errorf("without Protect: %d", resp.StatusCode)
	}
}

// TestRenewed: each sign-in makes a new session, whatever the browser had before.
func TestRenewed(t *testing.T) {
	t.Parallel()
	var seen []oauth.Identity
	a := newApp(t, func(c *oauth.Config) {
		c.SignedIn = func(_ context.Context, g oauth.Grant) error { seen = append(seen, g.Identity); return nil }
	})
	b := newBrowser(t, a)
	_, _, out1 := b.open(ticket)
	_, _, out2 := b.open(ticket)
	b.open(a.vendor.agree(t, out1, zhangsan))
	text, _, _ := b.open(a.vendor.agree(t, out2, lisi))
	if !strings.Contains(text, "lisi") {
		t.Errorf("after lisi signed in: %s", text)
	}
	if len(seen) != 2 || seen[0].Session == seen[1].Session || seen[0].Session == "" {
		t.Errorf("sessions %v", seen)
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	b := newBrowser(t, a)
	b.signIn(a.vendor, ticket, zhangsan)
	resp := b.do(http.MethodPost, home+"logout/", "")
	if ck := resp.Cookies(); len(ck) != 1 || ck[0].MaxAge != -1 || ck[0].Name != a.guard.CookieName() {
		t.Fatalf("cookies %v", ck)
	}
	if resp.Header.Get("Cache-Control") != "no-store" {
		t.Error("the answer may be cached")
	}
	if resp := b.get(ticket); resp.StatusCode != http.StatusFound {
		t.Errorf("after signing out: %d", resp.StatusCode)
	}
}
