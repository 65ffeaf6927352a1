package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/oauth"
)

func TestRevoked(t *testing.T) {
	t.Parallel()
	var gone bool
	var away error
	a := newApp(t, func(c *oauth.Config) {
		c.Revoked = func(_ context.Context, id oauth.Identity) (bool, error) {
			if id.UserID != "zhangsan" || id.Session == "" || id.Provider != "fake:1" {
				t.Errorf("asked about %+v", id)
			}
			return gone, away
		}
	})
	b := newBrowser(t, a)
	if text, _ := b.signIn(a.vendor, ticket, zhangsan); text != "true zhangsan at "+ticket {
		t.Fatalf("shows %q", text)
	}
	_, _, pending := newBrowser(t, a).open(ticket)

	away = errors.New("the database is away")
	for name, want := range map[string]string{ticket: ticket, callback: home} {
		resp := b.get(name)
		if text := body(t, resp); resp.StatusCode != 503 || text != "failed: unavailable; retry "+want {
			t.Errorf("%s, store away: %d %q", name, resp.StatusCode, text)
		}
	}
	if resp := b.do(http.MethodPost, ticket, "x", "Referer", site+home+"new/"); !strings.Contains(body(t, resp), "unavailable; retry "+home+"new/") {
		t.Error("a POST leads back to its own address")
	}
	if resp := b.get(ticket, "Accept", "application/json"); resp.StatusCode != 503 || len(resp.Cookies()) > 0 {
		t.Errorf("JSON, store away: %d", resp.StatusCode)
	}
	if !strings.Contains(a.why(), "the database is away") {
		t.Errorf("told %s", a.why())
	}

	away, gone = nil, true
	if resp := b.get(ticket, "Accept", "application/json"); resp.StatusCode != 401 {
		t.Errorf("JSON, revoked: %d", resp.StatusCode)
	}
	// Silent sign-in must not go round and round.
	if text, status := b.signIn(a.vendor, ticket, zhangsan); status != 403 || text != "failed: refused; retry "+ticket {
		t.Errorf("revoked: %d %q", status, text)
	}
	away = errors.New("the database is away")
	_, _, out := b.open(callback)
	if out != "" {
		t.Errorf("sign-in began with the store away")
	}
	_ = pending
}

func TestRevokedAwayAtSignIn(t *testing.T) {
	t.Parallel()
	a := newApp(t, func(c *oauth.Config) {
		c.Revoked = func(context.Context, oauth.Identity) (bool, error) { return false, errors.New("away") }
	})
	text, status := newBrowser(t, a).signIn(a.vendor, ticket, zhangsan)
	if status != 503 || text != "failed: unavailable; retry "+ticket || !strings.Contains(a.why(), "Config.Revoked: away") {
		t.Errorf("%d %q, told %s", status, text, a.why())
	}
}

func TestSignedIn(t *testing.T) {
	t.Parallel()
	var got oauth.Grant
	var refuse error
	a := newApp(t, func(c *oauth.Config) {
		c.SignedIn = func(ctx context.Context, g oauth.Grant) error {
			if end, ok := ctx.Deadline(); !ok || time.Until(end) > 15*time.Second {
				t.Error("ctx has no deadline")
			}
			got = g
			return refuse
		}
	})
	b := newBrowser(t, a)
	b.signIn(a.vendor, ticket, zhangsan)
	if got.UserTicket != "TICKET-canary" || got.UserID != "zhangsan" || got.Session == "" || got.SignedIn.IsZero() {
		t.Errorf("told %+v %s", got.Identity, got.UserTicket)
	}
	refuse = errors.New("no such user, ticket TICKET-canary")
	b = newBrowser(t, a)
	if text, status := b.signIn(a.vendor, ticket, lisi); status != 403 || text != "failed: refused; retry "+ticket {
		t.Errorf("%d %q", status, text)
	}
	if why := a.why(); !strings.Contains(why, "no such user, ticket [redacted]") {
		t.Errorf("told %s", why)
	}
	if resp := b.get(ticket); resp.StatusCode != http.StatusFound {
		t.Errorf("signed in all the same: %d", resp.StatusCode)
	}
}

// TestSignedInAway: who may come in is not told to ask for a right when a look-up failed.
func TestSignedInAway(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"the vendor is busy":      {fmt.Errorf("detail: %w", &oauth.Error{Code: -1}), "unavailable"},
		"no answer in time":       {fmt.Errorf("detail: %w", context.DeadlineExceeded), "unavailable"},
		"the vendor refuses":      {fmt.Errorf("detail: %w", &oauth.Error{Code: 84014}), "refused"},
		"the app refuses":         {errors.New("no such user"), "refused"},
		"the app gives a context": {context.Canceled, "refused"},
	} {
		a := newApp(t, func(c *oauth.Config) {
			c.SignedIn = func(context.Context, oauth.Grant) error { return tt.err }
		})
		b := newBrowser(t, a)
		if text, _ := b.signIn(a.vendor, ticket, zhangsan); text != "failed: "+tt.want+"; retry "+ticket {
			t.Errorf("%s: %q", name, text)
		}
		if resp := b.get(ticket); resp.StatusCode != http.StatusFound {
			t.Errorf("%s: signed in all the same", name)
		}
	}
}

// TestExchangeError: what a provider's error holds is not shown.
func TestExchangeError(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	a.vendor.fail = &url.Error{Op: "Get", URL: "https://api.example/?code=c%2Fde+canary", Err: context.DeadlineExceeded}
	var told error
	b := newBrowser(t, newAppOf(t, a.vendor, func(c *oauth.Config) { c.OnError = func(_ *http.Request, err error) { told = err } }))
	_, _, out := b.open(ticket)
	text, status, _ := b.open(sentBack(t, out, url.Values{"code": {"c/de+canary"}}))
	if status != 503 || !strings.HasPrefix(text, "failed: unavailable") {
		t.Errorf("%d %q", status, text)
	}
	var asURL *url.Error
	if !errors.Is(told, context.DeadlineExceeded) || !errors.As(told, &asURL) {
		t.Errorf("the cause cannot be found in %v", told)
	}
	if s := told.Error(); strings.Contains(s, "canary") || strings.Contains(s, "c%2Fde") {
		t.Errorf("the code is shown: %s", s)
	}
}

// newAppOf is an app with a given vendor.
func newAppOf(t testing.TB, v *vendor, change func(*oauth.Config)) *app {
	a := newApp(t, func(c *oauth.Config) {
		c.Provider = v
		change(c)
	})
	a.vendor = v
	return a
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	with := func(keys ...[]byte) *app {
		return newApp(t, func(c *oauth.Config) { c.Keys = keys })
	}
	old, both, fresh := with(key(1)), with(key(2), key(1)), with(key(2))
	value := old.guard.MakeSession(zhangsan, time.Now())
	if _, ok := both.guard.OpenSession(value); !ok {
		t.Error("the old key's session is none")
	}
	if _, ok := fresh.guard.OpenSession(value); ok {
		t.Error("a dropped key still opens")
	}
	if _, ok := old.guard.OpenSession(both.guard.MakeSession(zhangsan, time.Now())); ok {
		t.Error("sealed with the older key")
	}
	state := old.guard.MakeState(time.Now())
	if !both.guard.ReadState(state) || fresh.guard.ReadState(state) || old.guard.ReadState(both.guard.MakeState(time.Now())) {
		t.Error("states do not rotate")
	}
	// A sign-in that began before the rotation ends after it.
	b := newBrowser(t, old)
	_, _, out := b.open(ticket)
	b.app = both
	if text, _, _ := b.open(both.vendor.agree(t, out, zhangsan)); text != "true zhangsan at "+ticket {
		t.Errorf("shows %q", text)
	}
}

// TestUnmade: a Guard that New did not make lets nobody in.
func TestUnmade(t *testing.T) {
	t.Parallel()
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("let in") })
	for _, g := range []*oauth.Guard{nil, {}} {
		for _, h := range []http.Handler{g.Protect(ok), g.Callback(), g.RequireMember(ok)} {
			if resp := newBrowser(t, h).get(home); resp.StatusCode != 503 {
				t.Errorf("status %d", resp.StatusCode)
			}
		}
		signOut := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { g.SignOut(w) })
		if resp := newBrowser(t, signOut).get(home); len(resp.Cookies()) != 0 {
			t.Errorf("cookies %v", resp.Cookies())
		}
	}
}
