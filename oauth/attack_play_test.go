package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/oauth"
)

// flip changes one character of a state to another of its alphabet.
func flip(s string, at int) string {
	c := byte('a')
	if s[at] == c {
		c = 'b'
	}
	return s[:at] + string(c) + s[at+1:]
}

func TestAttacks(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, tt := range attacks() {
		if seen[tt.name] {
			t.Fatalf("two rows %q", tt.name)
		}
		seen[tt.name] = true
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, nil)
			b := newBrowser(t, a)
			_, _, out := b.open(ticket)
			target := tt.play(t, a, b, out)
			resp := b.get(target)
			clean := resp.Header.Get("Location")
			if resp.StatusCode != http.StatusSeeOther || !strings.HasPrefix(clean, callback+"?error=") {
				t.Fatalf("answered %d, to %q", resp.StatusCode, clean)
			}
			for _, ck := range resp.Cookies() {
				if ck.MaxAge >= 0 {
					t.Errorf("a cookie was set: %v", ck)
				}
			}
			if resp.Header.Get("Referrer-Policy") != "no-referrer" || resp.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("headers %v", resp.Header)
			}
			text, status, _ := b.open(clean)
			if want := "failed: " + string(tt.reason) + "; retry "; !strings.HasPrefix(text, want) {
				t.Errorf("shows %q, want %q", text, want)
			}
			if want := (oauth.Failure{Reason: tt.reason}).Status(); status != want {
				t.Errorf("status %d, want %d", status, want)
			}
			if !strings.Contains(a.why(), tt.log) {
				t.Errorf("told %q, want %q", a.why(), tt.log)
			}
			for _, secret := range []string{"CODE-canary", "TICKET-canary", must(url.Parse(out)).Query().Get("state")} {
				if strings.Contains(a.why()+text+clean, secret) {
					t.Errorf("%s is shown: %s", secret, a.why()+text+clean)
				}
			}
			if resp := b.get(ticket); resp.StatusCode != http.StatusFound {
				t.Errorf("signed in all the same: %d", resp.StatusCode)
			}
		})
	}
}

// TestRetry: the failure's page leads where the visitor wanted to go.
func TestRetry(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	b := newBrowser(t, a)
	_, _, out := b.open(ticket)
	text, _, _ := b.open(sentBack(t, out, url.Values{"code": {"authdeny"}}))
	if want := "failed: denied; retry " + ticket; text != want {
		t.Errorf("shows %q, want %q", text, want)
	}
}

// TestBackButton: the callback again, with a session, goes on, and asks the vendor nothing.
func TestBackButton(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	b := newBrowser(t, a)
	_, _, out := b.open(ticket)
	target := a.vendor.agree(t, out, zhangsan)
	b.open(target)
	for name, again := range map[string]string{
		"used":    target,
		"expired": callback + "?c_url=" + url.QueryEscape(ticket) + "&code=X&state=" + a.guard.MakeState(time.Now().Add(-time.Hour)),
		"gone":    callback + "?c_url=" + url.QueryEscape(ticket) + "&code=X&state=" + a.guard.MakeState(time.Now()),
	} {
		if text, _, _ := b.open(again); text != "true zhangsan at "+ticket {
			t.Errorf("%s: %q", name, text)
		}
	}
	if resp := b.get(callback + "?c_url=//evil.example&code=X&state=" + a.guard.MakeState(time.Now())); resp.Header.Get("Location") != home {
		t.Errorf("an evil way back: %q", resp.Header.Get("Location"))
	}
	if text, _, _ := b.open(callback + "?code=X&state=" + strings.Repeat("a", 64)); !strings.HasPrefix(text, "failed: foreign") {
		t.Errorf("a forged state: %q", text)
	}
	if n := a.vendor.exchanges(); n != 1 {
		t.Errorf("%d exchanges", n)
	}
}
