package oauth_test

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

func TestFailures(t *testing.T) {
	t.Parallel()
	messages := map[string]bool{}
	for reason, status := range map[oauth.Reason]int{
		oauth.Denied: 403, oauth.Expired: 400, oauth.Reused: 400, oauth.Foreign: 400, oauth.WrongClient: 403, oauth.Unavailable: 503,
		oauth.Refused: 403, oauth.Unsaved: 401, oauth.NotMember: 403, oauth.TwoPeople: 400, oauth.Forged: 403, "another": 503,
	} {
		f := oauth.Failure{Reason: reason, Client: "企业微信"}
		if f.Status() != status {
			t.Errorf("%s: status %d", reason, f.Status())
		}
		if !strings.HasSuffix(f.Message(), "。") {
			t.Errorf("%s: %q", reason, f.Message())
		}
		messages[f.Message()] = true
	}
	if len(messages) != 11 {
		t.Errorf("%d messages", len(messages))
	}
}

// TestPage: the plain page is Chinese, fits a phone, runs no script, and says nothing of the sign-in.
func TestPage(t *testing.T) {
	t.Parallel()
	a := newApp(t, func(c *oauth.Config) { c.Fail = nil })
	b := newBrowser(t, a)
	hostile := home + "?q='%22%3E%3Cscript%3E&a='onload=x"
	_, _, out := b.open(hostile)
	resp := b.get(b.get(sentBack(t, out, url.Values{"code": {"authdeny"}})).Header.Get("Location"))
	text := body(t, resp)
	if resp.StatusCode != http.StatusForbidden || !strings.Contains(text, "你没有同意登录") {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	link := regexp.MustCompile(`<a href="([^"]*)">重新登录</a>`).FindStringSubmatch(text)
	if link == nil || html.UnescapeString(link[1]) != strings.ReplaceAll(hostile, "'", "%27") && html.UnescapeString(link[1]) != hostile {
		t.Errorf("link %v", link)
	}
	if !strings.Contains(text, `width=device-width`) || strings.Contains(text, "<script") || strings.Contains(text, " style=") {
		t.Error(text)
	}
	style := regexp.MustCompile(`<style>(.*)</style>`).FindStringSubmatch(text)[1]
	sum := sha256.Sum256([]byte(style))
	policy := resp.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%s is not in %s", want, policy)
		}
	}
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff",
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}

	if text := body(t, newBrowser(t, a).do("POST", home, "")); !strings.Contains(text, "<h1>没有保存</h1>") {
		t.Errorf("a form without a session: %s", text)
	}
	if text, _ := newBrowser(t, a).signIn(a.vendor, home+"members/", visitor); !strings.Contains(text, "<h1>没有权限</h1>") {
		t.Errorf("no member: %s", text)
	}
	b = newBrowser(t, a)
	b.agent = plainAgent
	if text := body(t, b.get(ticket)); !strings.Contains(text, "<h1>请在企业微信中打开</h1>") || strings.Contains(text, "重新登录") {
		t.Errorf("in a plain browser: %s", text)
	}
}
