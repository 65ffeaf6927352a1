package oauth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bkwecom/wecom/oauth"
)

// TestTwiceAtOnce: a webview that requests the callback several times at once signs in once.
func TestTwiceAtOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fail error
		want string
	}{
		"succeeds": {nil, ticket},
		"fails":    {codeError(50001), "failed: unavailable; retry " + ticket},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := newApp(t, nil)
			b := newBrowser(t, a)
			_, _, out := b.open(ticket)
			target := a.vendor.agree(t, out, zhangsan)
			cookies := b.jar.Cookies(must(url.Parse(target)))
			release := make(chan struct{})
			a.vendor.before = func(context.Context) { <-release }
			a.vendor.fail = tt.fail
			request := func(ctx context.Context) <-chan *http.Response {
				r := httptest.NewRequest(http.MethodGet, target, nil).WithContext(ctx)
				for _, ck := range cookies {
					r.AddCookie(ck)
				}
				answer := make(chan *http.Response, 1)
				go func() {
					w := httptest.NewRecorder()
					a.ServeHTTP(w, r)
					answer <- w.Result()
				}()
				synctest.Wait()
				return answer
			}
			first := request(t.Context())
			waiting := []<-chan *http.Response{request(t.Context()), request(t.Context()), request(t.Context())}
			ctx, giveUp := context.WithCancel(t.Context())
			impatient := request(ctx)
			giveUp()
			if resp := <-impatient; resp.Header.Get("Location") != "" {
				t.Errorf("%s: who gave up is sent to %q", name, resp.Header.Get("Location"))
			}
			close(release)
			for i, answer := range append(waiting, first) {
				resp := <-answer
				session := false
				for _, ck := range resp.Cookies() {
					session = session || ck.Name == a.guard.CookieName()
				}
				if want := tt.fail == nil && i == len(waiting); session != want {
					t.Errorf("%s: request %d got a session: %v", name, i, session)
				}
				got := resp.Header.Get("Location")
				if tt.fail != nil {
					got, _, _ = b.open(got)
				}
				if got != tt.want {
					t.Errorf("%s: request %d: %q, want %q", name, i, got, tt.want)
				}
			}
			if n := a.vendor.exchanges(); n != 1 {
				t.Errorf("%s: %d exchanges", name, n)
			}
		})
	}
}

// TestTwiceInTurn: the second answer, which the webview shows, finds the first one's session.
func TestTwiceInTurn(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	b := newBrowser(t, a)
	_, _, out := b.open(ticket)
	target := a.vendor.agree(t, out, zhangsan)
	u := must(url.Parse(target))
	before := b.jar.Cookies(u)
	b.get(target)
	second := newBrowser(t, a) // sent before the first one's answer had come
	second.jar.SetCookies(u, before[:0])
	clean := second.get(target).Header.Get("Location")
	if !strings.HasPrefix(clean, callback+"?error=") {
		t.Fatalf("sent to %q", clean)
	}
	if text, _, _ := b.open(clean); text != "true zhangsan at "+ticket {
		t.Errorf("shows %q", text)
	}
	if text, _, _ := second.open(clean); text != "failed: reused; retry "+ticket {
		t.Errorf("without the session: %q", text)
	}
}

// TestPanic: a hook that panics is no success for those who wait.
func TestPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		a := newApp(t, func(c *oauth.Config) {
			c.SignedIn = func(context.Context, oauth.Grant) error { <-release; panic("a bug") }
		})
		b := newBrowser(t, a)
		_, _, out := b.open(ticket)
		target := a.vendor.agree(t, out, zhangsan)
		panicked, second := make(chan any), make(chan *http.Response)
		go func() {
			defer func() { panicked <- recover() }()
			b.get(target)
		}()
		synctest.Wait()
		go func() { second <- b.get(target) }()
		synctest.Wait()
		close(release)
		if <-panicked == nil {
			t.Error("the panic was swallowed")
		}
		clean := (<-second).Header.Get("Location")
		if text, _, _ := b.open(clean); text != "failed: unavailable; retry "+ticket {
			t.Errorf("who waited: %q", text)
		}
		if text, _, _ := b.open(target); !strings.HasPrefix(text, "failed: reused") {
			t.Errorf("again: %q", text)
		}
	})
}

// TestTwiceAtTwoProcesses: the other process asks the vendor, whose code is used; a session is no failure.
func TestTwiceAtTwoProcesses(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	other := newAppOf(t, a.vendor, func(*oauth.Config) {})
	b := newBrowser(t, a)
	_, _, out := b.open(ticket)
	target := a.vendor.agree(t, out, zhangsan)
	u := must(url.Parse(target))
	before := b.jar.Cookies(u)
	b.get(target)
	second := newBrowser(t, other) // sent before the first one's answer had come
	second.jar.SetCookies(u, before)
	clean := second.get(target).Header.Get("Location")
	b.app = other
	if text, _, _ := b.open(clean); text != "true zhangsan at "+ticket {
		t.Errorf("with the session: %q", text)
	}
	if text, _, _ := second.open(clean); text != "failed: expired; retry "+ticket {
		t.Errorf("without it: %q", text)
	}
	if text, _, _ := b.open(strings.Replace(ticket, "42", "43", 1)); !strings.HasPrefix(text, "true zhangsan") {
		t.Errorf("the session is not the other process's: %q", text)
	}
}
