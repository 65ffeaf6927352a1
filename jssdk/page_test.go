package jssdk_test

import (
	"errors"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/jssdk"
)

var testPages = []string{
	"https://itsm.example.com/o/itsm/weixin/",
	"https://itsm.example.com/t/itsm/scan",
	"http://10.0.0.1:8080/",
}

const (
	notOurs  = "is none of Config.Pages"
	notAsIs  = "not as browsers write it"
	asTwoURL = "would be another page's too"
)

// TestPages: who gets a signature, and for each attack the reason of its refusal.
func TestPages(t *testing.T) {
	t.Parallel()
	s := newSigner(t, &vendor{}, func(c *jssdk.Config) { c.Pages = testPages })
	for _, tt := range []struct{ page, reason string }{
		{"https://itsm.example.com/o/itsm/weixin/", ""},
		{"https://itsm.example.com/o/itsm/weixin/ticket/42/?a=%E5%BC%A0&b=/../x", ""},
		{"https://itsm.example.com/o/itsm/weixin/a..b/.well-known/...", ""},
		{"https://itsm.example.com/o/itsm/weixin/#/route?x=../..", ""},
		{"https://itsm.example.com/t/itsm/scan?x", ""},
		{"https://itsm.example.com/t/itsm/scan", ""},
		{"http://10.0.0.1:8080/anything", ""},
		{"https://itsm.example.com/o/itsm/weixin/?url=x&timestamp=1", ""},
		{"https://itsm.example.com/o/itsm/weixin/?a=1&timestamp=1&nurl=x&%75rl=x", ""},

		{"https://evil.example.com/o/itsm/weixin/", notOurs},
		{"http://itsm.example.com/o/itsm/weixin/", notOurs},
		{"https://itsm.example.com:8443/o/itsm/weixin/", notOurs},
		{"https://itsm.example.com.evil.com/o/itsm/weixin/", notOurs},
		{"https://evil.com/https://itsm.example.com/o/itsm/weixin/", notOurs},
		{"https://itsm.example.com@evil.com/o/itsm/weixin/", notOurs},
		{"https://u:p@itsm.example.com/o/itsm/weixin/", notOurs},
		{"https://itsm.example.com?/o/itsm/weixin/", notOurs},
		{"https://itsm.example.com#/o/itsm/weixin/", notOurs},
		{"https://evil.com#https://itsm.example.com/o/itsm/weixin/", notOurs},
		{"//itsm.example.com/o/itsm/weixin/", notOurs},
		{"/o/itsm/weixin/", notOurs},
		{"HTTPS://ITSM.example.com/o/itsm/weixin/", notOurs},
		{"javascript:alert(1)//https://itsm.example.com/o/itsm/weixin/", notOurs},
		{"https://itsm.example.com/", notOurs},
		{"https://itsm.example.com/o/itsm/weixin", notOurs},
		{"https://itsm.example.com/o/other/", notOurs},
		{"https://itsm.example.com/t/itsm/scan/", notOurs},
		{"https://itsm.example.com/t/itsm/scanner", notOurs},
		{"https://itsm.example.com/O/itsm/weixin/", notOurs},
		{"https://itsm.example.com/o/itsm/weixin/../../other/", notOurs},
		{"https://itsm.example.com/o/itsm/weixin/./x", notOurs},
		{"https://itsm.example.com/o/itsm/weixin/%2e%2E/other/", notOurs},
		{"https://itsm.example.com/o/itsm/weixin/.%2e/other/", notOurs},
		{"https://itsm.example.com/o/itsm/weixin/..%2f..%2fother", notOurs},
		{"https://itsm.example.com/o/itsm/weixin/..%5Cother", notOurs},
		{"https://itsm.example.com/o/itsm/weixin/..;x/other", notOurs},

		{"", notAsIs},
		{"#", notAsIs},
		{`https://itsm.example.com\@evil.com/`, notAsIs},
		{`https://itsm.example.com/o/itsm/weixin/..\other`, notAsIs},
		{" https://itsm.example.com/o/itsm/weixin/", notAsIs},
		{"https://itsm.example.com/o/itsm/weixin/\n", notAsIs},
		{"https://itsm.example.com/o/itsm/weixin/\x00", notAsIs},
		{"https://itsm.example.com/o/itsm/weixin/?q=张", notAsIs},
		{"https://itsm.example.com/o/itsm/weixin/?" + strings.Repeat("a", 4096), notAsIs},

		{"https://itsm.example.com/o/itsm/weixin/?a&timestamp=1&url=https://evil.com/", asTwoURL},
		{"https://itsm.example.com/o/itsm/weixin/?a&url=https://evil.com/", asTwoURL},
		{"https://itsm.example.com/o/itsm/weixin/a&timestamp=1&url=https://evil.com/", asTwoURL},
	} {
		_, err := s.SignConfig(t.Context(), tt.page)
		if tt.reason == "" {
			if err != nil {
				t.Errorf("%q: %v", tt.page, err)
			}
			continue
		}
		if !errors.Is(err, jssdk.ErrPage) || !strings.Contains(err.Error(), tt.reason) {
			t.Errorf("%q: %v, want the reason %q", tt.page, err, tt.reason)
		}
		if _, err := s.SignAgentConfig(t.Context(), tt.page); !errors.Is(err, jssdk.ErrPage) {
			t.Errorf("%q: signed for wx.agentConfig: %v", tt.page, err)
		}
	}
}

// FuzzPages: what is signed is, for net/url too, one of the pages, however often it is decoded and
// cleaned, and the signed text can be read in one way only.
func FuzzPages(f *testing.F) {
	s := newSigner(f, &vendor{}, func(c *jssdk.Config) { c.Pages = testPages })
	for _, seed := range []string{
		"https://itsm.example.com/o/itsm/weixin/ticket/42/?a=b#c", "https://itsm.example.com/t/itsm/scan?x=1",
		"http://10.0.0.1:8080/%2e%2e/x;y/..;", "https://itsm.example.com/o/itsm/weixin/?a&url=http://x/",
		"https://itsm.example.com:443/o/itsm/weixin/", "https://itsm.example.com/o/itsm/weixin/%252e%252e/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, page string) {
		c, err := s.SignConfig(t.Context(), page)
		if err != nil {
			if !errors.Is(err, jssdk.ErrPage) {
				t.Fatal(err)
			}
			return
		}
		address, _, _ := strings.Cut(page, "#")
		if c.Signature != jssdk.Signature(canary+"-1", c.NonceStr, c.Timestamp, address) {
			t.Error("the signature is not for this page")
		}
		if text := "&timestamp=1&url=" + address; strings.Count(text, "&url=") != 1 {
			t.Errorf("%q can be read as two pages", address)
		}
		raw, _, _ := strings.Cut(address, "?")
		u, err := url.Parse(raw)
		if err != nil {
			// Escapes in the path that are none: the host is what counts.
			for _, p := range testPages {
				if strings.HasPrefix(raw, p) {
					return
				}
			}
			t.Fatalf("%q is no address: %v", address, err)
		}
		clean := path.Clean(u.Path)
		if u.User != nil || !slices.ContainsFunc(testPages, func(p string) bool {
			own := strings.TrimPrefix(p, u.Scheme+"://"+u.Host)
			return own != p && (clean+"/" == own || clean == own || strings.HasSuffix(own, "/") && strings.HasPrefix(clean, own))
		}) {
			t.Errorf("%q (%s) is none of the pages", address, clean)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	var noClient *vendor
	pages := func(p ...string) func(*jssdk.Config) { return func(c *jssdk.Config) { c.Pages = p } }
	for _, tt := range []struct {
		change func(*jssdk.Config)
		field  string
		says   string
	}{
		{func(c *jssdk.Config) { c.API = nil }, "API", "*wecom.Client"},
		{func(c *jssdk.Config) { c.API = noClient }, "API", "*wecom.Client"},
		{func(c *jssdk.Config) { c.CorpID = "" }, "CorpID", "corpid"},
		{func(c *jssdk.Config) { c.CorpID = "ww1 " }, "CorpID", "corpid"},
		{func(c *jssdk.Config) { c.AgentID = 0 }, "AgentID", "wx.agentConfig"},
		{func(c *jssdk.Config) { c.AgentID, c.AgentAPIs = -1, nil }, "AgentID", "wx.agentConfig"},
		{func(c *jssdk.Config) { c.APIs, c.AgentAPIs = nil, nil }, "APIs", "is empty"},
		{func(c *jssdk.Config) { c.APIs = []string{"wx.scanQRCode"} }, "APIs", "without wx."},
		{func(c *jssdk.Config) { c.AgentAPIs = []string{""} }, "APIs", "without wx."},
		{pages(), "Pages", "is empty"},
		{pages("itsm.example.com/"), "Pages", "absolute"},
		{pages("ftp://itsm.example.com/"), "Pages", "absolute"},
		{pages("https:///x/"), "Pages", "absolute"},
		{pages("https://itsm.example.com/%zz"), "Pages", "absolute"},
		{pages("https://u@itsm.example.com/"), "Pages", "only"},
		{pages("https://itsm.example.com/?"), "Pages", "only"},
		{pages("https://itsm.example.com/#"), "Pages", "only"},
		{pages("https://itsm.example.com:443/"), "Pages", "default port"},
		{pages("http://itsm.example.com:80/"), "Pages", "default port"},
		{pages("https://itsm.example.com:/"), "Pages", "default port"},
		{pages("https://ITSM.example.com/"), "Pages", "lower-case"},
		{pages("https://流程.example.com/"), "Pages", "lower-case"},
		{pages("https://*.example.com/"), "Pages", "lower-case"},
		{pages("https://itsm.example.com"), "Pages", "add the slash"},
		{pages("https://itsm.example.com/a/../b/"), "Pages", "as browsers write it"},
		{pages("https://itsm.example.com/a%2fb/"), "Pages", "as browsers write it"},
		{pages("https://itsm.example.com/页/"), "Pages", "as browsers write it"},
		{pages("https://itsm.example.com/ok/", "https://itsm.example.com/a b/"), "Pages", "as browsers write it"},
	} {
		s, err := jssdk.New(config(&vendor{}, tt.change))
		var field *jssdk.FieldError
		if s != nil || !errors.As(err, &field) || field.Field != tt.field || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%v, want %s … %s", err, tt.field, tt.says)
		}
	}
}

// TestNotMadeByNew: no Signer is no signature, and no panic.
func TestNotMadeByNew(t *testing.T) {
	t.Parallel()
	for _, s := range []*jssdk.Signer{nil, {}} {
		if _, err := s.SignConfig(t.Context(), page); err == nil {
			t.Error("SignConfig")
		}
		if _, err := s.SignAgentConfig(t.Context(), page); err == nil {
			t.Error("SignAgentConfig")
		}
		if w := get(s.Handler(), "GET", "/?url=x", nil); w.Code != 503 {
			t.Errorf("Handler: %d", w.Code)
		}
	}
	s := newSigner(t, &vendor{}, func(c *jssdk.Config) { c.AgentID, c.AgentAPIs = 0, nil })
	var field *jssdk.FieldError
	if _, err := s.SignAgentConfig(t.Context(), page); !errors.As(err, &field) {
		t.Errorf("wx.agentConfig without an agentid: %v", err)
	}
}
