package oauth_test

import (
	"context"
	"encoding/binary"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/oauth"
)

// TestSessionAttacks: the reason why a session is none is in the name; all are as if not signed in.
func TestSessionAttacks(t *testing.T) {
	t.Parallel()
	named := func(c *oauth.Config) { c.CookieName = "sid" } // the default would tell apps apart already
	a := newApp(t, named)
	good := a.guard.MakeSession(zhangsan, time.Now())
	made := func(change func(*oauth.Config)) string {
		return newApp(t, func(c *oauth.Config) { named(c); change(c) }).guard.MakeSession(zhangsan, time.Now())
	}
	_, pending := a.guard.MakePending(a.guard.MakeState(time.Now()), home)
	head := func(version, kind byte) []byte {
		at := binary.BigEndian.AppendUint64([]byte{version, kind}, uint64(time.Now().UnixMilli()))
		return append(at, make([]byte, 16)...)
	}
	if _, ok := a.guard.OpenSession(a.guard.SealSession(append(head(1, 0), 0, 0, 0, 0))); !ok {
		t.Fatal("the rows below are refused for another reason")
	}
	plain := func(p []byte) string { return a.guard.SealSession(p) }
	for name, value := range map[string]string{
		"empty":               "",
		"not sealed":          "zhangsan",
		"cut":                 good[:len(good)-4],
		"changed":             flip(good, len(good)/2),
		"changed at its end":  flip(good, len(good)-1),
		"padded":              good + "=",
		"other alphabet":      strings.NewReplacer("-", "+", "_", "/").Replace(good) + "+",
		"twice":               good + good,
		"too long":            good + strings.Repeat("A", 4096),
		"another key":         made(func(c *oauth.Config) { c.Keys = [][]byte{key(9)} }),
		"another app":         made(func(c *oauth.Config) { c.Provider = &vendor{id: "fake:2"} }),
		"another environment": made(func(c *oauth.Config) { c.CallbackURL = site + "/t/itsm/weixin/login/" }),
		"another host":        made(func(c *oauth.Config) { c.CallbackURL = "https://other.example.com" + callback }),
		"another name":        made(func(c *oauth.Config) { c.CookieName = "other" }),
		"another Web":         made(func(c *oauth.Config) { c.Web = newVendor() }),
		"another purpose":     pending,
		"expired":             a.guard.MakeSession(zhangsan, time.Now().Add(-13*time.Hour)),
		"from the future":     a.guard.MakeSession(zhangsan, time.Now().Add(time.Hour)),
		"nothing in it":       plain(nil),
		"a head only":         plain(head(1, 0)),
		"another version":     plain(append(head(2, 0), 0, 0, 0, 0)),
		"another kind":        plain(append(head(1, 2), 0, 0, 0, 0)),
		"a length past it":    plain(append(head(1, 0), 9, 0, 0, 0)),
		"more after it":       plain(append(head(1, 0), 0, 0, 0, 0, 0)),
		"a length of no end":  plain(append(head(1, 0), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
	} {
		if id, ok := a.guard.OpenSession(value); ok {
			t.Errorf("%s: opened as %v", name, id)
		}
		b := newBrowser(t, a)
		resp := b.get(ticket, "Cookie", a.guard.CookieName()+"="+value)
		if resp.StatusCode != http.StatusFound {
			t.Errorf("%s: status %d", name, resp.StatusCode)
		}
		// Another app of the host can plant it beside the real one, and locks nobody out.
		both := a.guard.CookieName() + "=" + value + "; " + a.guard.CookieName() + "=" + good
		if text := body(t, b.get(ticket, "Cookie", both)); !strings.HasPrefix(text, "true zhangsan") {
			t.Errorf("%s, planted: %q", name, text)
		}
	}
}

// TestOneSpelling: a sealed value has one spelling, whatever its length.
func TestOneSpelling(t *testing.T) {
	t.Parallel()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	a := newApp(t, nil)
	for _, user := range []string{"a", "ab", "abc"} {
		value := a.guard.MakeSession(oauth.Identity{UserID: user}, time.Now())
		opened := 0
		for _, last := range alphabet {
			if _, ok := a.guard.OpenSession(value[:len(value)-1] + string(last)); ok {
				opened++
			}
		}
		if opened != 1 {
			t.Errorf("%s: %d spellings", user, opened)
		}
	}
}

// TestTwoSessions: which of two valid ones is planted nobody knows, unless both are the same person's.
func TestTwoSessions(t *testing.T) {
	t.Parallel()
	var asked []oauth.Identity
	a := newApp(t, func(c *oauth.Config) {
		c.Revoked = func(_ context.Context, id oauth.Identity) (bool, error) { asked = append(asked, id); return false, nil }
	})
	name := a.guard.CookieName()
	older := a.guard.MakeSession(zhangsan, time.Now().Add(-2*time.Hour))
	newer := a.guard.MakeSession(zhangsan, time.Now().Add(-1*time.Hour))
	newest, _ := a.guard.OpenSession(newer)
	for _, cookies := range []string{older + "; " + name + "=" + newer, newer + "; " + name + "=" + older} {
		asked = nil
		text := body(t, newBrowser(t, a).get(ticket, "Cookie", name+"="+cookies))
		if !strings.HasPrefix(text, "true zhangsan") || len(asked) != 1 || asked[0] != newest {
			t.Errorf("two of one person: %q, %v", text, asked)
		}
	}
	foreign := older + "; " + name + "=" + a.guard.MakeSession(lisi, time.Now())
	for target, header := range map[string]string{ticket: "text/html", callback: "text/html"} {
		resp := newBrowser(t, a).get(target, "Accept", header, "Cookie", name+"="+foreign)
		if text := body(t, resp); resp.StatusCode != 400 || text != "failed: two people; retry " {
			t.Errorf("%s: two people: %d %q", target, resp.StatusCode, text)
		}
	}
	resp := newBrowser(t, a).get(ticket, "Accept", "application/json", "Cookie", name+"="+foreign)
	if text := body(t, resp); resp.StatusCode != 400 || !strings.Contains(text, `"result":false,"code":400`) {
		t.Errorf("JSON: %d %s", resp.StatusCode, text)
	}
	many := strings.Repeat(name+"=x; ", 31) + name + "=" + newer
	if resp := newBrowser(t, a).get(ticket, "Cookie", many); resp.StatusCode != http.StatusOK {
		t.Errorf("31 planted cookies lock out: %d", resp.StatusCode)
	}
	if resp := newBrowser(t, a).get(ticket, "Cookie", name+"=x; "+many); resp.StatusCode != http.StatusFound {
		t.Errorf("the 33rd cookie was looked at: %d", resp.StatusCode)
	}
}
