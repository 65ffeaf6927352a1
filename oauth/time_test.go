package oauth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/oauth"
)

func TestTenMinutes(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{
		0:                              "true zhangsan at " + ticket,
		9*time.Minute + 59*time.Second: "true zhangsan at " + ticket,
		10*time.Minute + 2*time.Second: "failed: expired; retry " + ticket,
		24 * time.Hour:                 "failed: expired; retry " + ticket,
	} {
		synctest.Test(t, func(t *testing.T) {
			a := newApp(t, nil)
			b := newBrowser(t, a)
			_, _, out := b.open(ticket)
			time.Sleep(wait)
			if text, _, _ := b.open(a.vendor.agree(t, out, zhangsan)); text != want {
				t.Errorf("after %v: %q, want %q", wait, text, want)
			}
		})
	}
}

func TestTwelveHours(t *testing.T) {
	t.Parallel()
	for maxAge, last := range map[time.Duration]time.Duration{0: 12 * time.Hour, time.Hour: time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			a := newApp(t, func(c *oauth.Config) { c.MaxAge = maxAge })
			b := newBrowser(t, a)
			b.signIn(a.vendor, ticket, zhangsan)
			cookie := a.guard.CookieName() + "=" + a.guard.MakeSession(zhangsan, time.Now())
			time.Sleep(last - time.Second)
			if resp := b.get(ticket); resp.StatusCode != 200 {
				t.Errorf("%v before the end: %d", time.Second, resp.StatusCode)
			}
			time.Sleep(2 * time.Second)
			// The cookie's own word counts, not the browser's.
			if resp := newBrowser(t, a).get(ticket, "Cookie", cookie); resp.StatusCode != http.StatusFound {
				t.Errorf("after the end: %d", resp.StatusCode)
			}
			if resp := b.get(ticket); resp.StatusCode != http.StatusFound {
				t.Errorf("after the end, by the browser: %d", resp.StatusCode)
			}
		})
	}
}

// TestNote: the failure's address is no lasting one, and nobody else can write it.
func TestNote(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newApp(t, nil)
		b := newBrowser(t, a)
		_, _, out := b.open(ticket)
		clean := b.get(sentBack(t, out, url.Values{"code": {"authdeny"}})).Header.Get("Location")
		time.Sleep(9 * time.Minute)
		if text, status, _ := b.open(clean); status != 403 || text != "failed: denied; retry "+ticket {
			t.Errorf("%d %q", status, text)
		}
		time.Sleep(2 * time.Minute)
		if _, _, out := b.open(clean); out == "" {
			t.Error("an old note is still shown")
		}
		for name, forged := range map[string]string{
			"changed": clean[:len(clean)-5] + flip(clean[len(clean)-5:], 0), "cut": clean[:len(clean)-5],
			"text": callback + "?error=denied", "session": callback + "?error=" + a.guard.MakeSession(zhangsan, time.Now()),
			"empty": callback + "?error=",
		} {
			if _, _, out := b.open(forged); out == "" {
				t.Errorf("%s: shown", name)
			}
		}
	})
}

// TestUsedStatesAreForgotten: memory is bounded, and freed.
func TestUsedStatesAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newApp(t, func(c *oauth.Config) { c.OnError = func(*http.Request, error) {} })
		use := func() {
			b := newBrowser(t, a)
			_, _, out := b.open(ticket)
			b.get(sentBack(t, out, url.Values{"code": {"authdeny"}}))
		}
		for range oauth.MaxUsed + 10 {
			use()
		}
		if n := a.guard.UsedStates(); n != oauth.MaxUsed {
			t.Errorf("%d states are remembered", n)
		}
		time.Sleep(13 * time.Minute)
		use()
		if n := a.guard.UsedStates(); n != 1 {
			t.Errorf("%d states are remembered after 13 minutes", n)
		}
	})
}

// TestExchangeGoesOn: the code serves once, so the exchange outlives a browser that gave up.
func TestExchangeGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newApp(t, nil)
		b := newBrowser(t, a)
		_, _, out := b.open(ticket)
		target := a.vendor.agree(t, out, zhangsan)
		ctx, giveUp := context.WithCancel(t.Context())
		a.vendor.before = func(ctx context.Context) {
			giveUp()
			time.Sleep(time.Second)
			if ctx.Err() != nil {
				t.Errorf("the exchange ended with the request: %v", ctx.Err())
			}
		}
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, target, nil)
		for _, ck := range b.jar.Cookies(must(url.Parse(target))) {
			r.AddCookie(ck)
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != ticket {
			t.Errorf("sent to %q", got)
		}
	})
}

// TestExchangeEnds: a vendor that does not answer holds nobody for ever.
func TestExchangeEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newApp(t, nil)
		b := newBrowser(t, a)
		_, _, out := b.open(ticket)
		began := time.Now()
		a.vendor.before = func(ctx context.Context) { <-ctx.Done() }
		a.vendor.fail = context.DeadlineExceeded
		text, status, _ := b.open(a.vendor.agree(t, out, zhangsan))
		if status != 503 || !strings.HasPrefix(text, "failed: unavailable") || time.Since(began) != 15*time.Second {
			t.Errorf("%d %q after %v", status, text, time.Since(began))
		}
	})
}
