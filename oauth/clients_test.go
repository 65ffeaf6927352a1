package oauth_test

import (
	"context"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

func TestClients(t *testing.T) {
	t.Parallel()
	web := newVendor()
	web.id, web.clients = "web:1", []oauth.Client{oauth.Browser}
	for _, tt := range []struct {
		name, agent string
		accepts     []oauth.Client
		web         *vendor
		want        string // the ID of the vendor
	}{
		{"WeCom", weComAgent, []oauth.Client{oauth.InWeCom, oauth.InWeChat}, nil, "fake:1"},
		{"WeChat", weChatAgent, []oauth.Client{oauth.InWeCom, oauth.InWeChat}, nil, "fake:1"},
		{"desktop", plainAgent, []oauth.Client{oauth.InWeCom, oauth.InWeChat}, nil, ""},
		{"no agent", "", []oauth.Client{oauth.InWeCom, oauth.InWeChat}, nil, ""},
		{"desktop with Web", plainAgent, []oauth.Client{oauth.InWeCom, oauth.InWeChat}, web, "web:1"},
		{"WeCom with Web", weComAgent, []oauth.Client{oauth.InWeCom}, web, "fake:1"},
		{"official account in WeChat", weChatAgent, []oauth.Client{oauth.InWeChat}, web, "fake:1"},
		{"official account in WeCom", weComAgent, []oauth.Client{oauth.InWeChat}, web, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, func(c *oauth.Config) {
				c.Provider.(*vendor).clients = tt.accepts
				if tt.web != nil {
					c.Web = tt.web
				}
			})
			b := newBrowser(t, a)
			b.agent = tt.agent
			resp := b.get(ticket)
			if tt.want == "" {
				if text := body(t, resp); resp.StatusCode != 403 || text != "failed: wrong client; retry " || len(resp.Cookies()) > 0 {
					t.Errorf("%d %q", resp.StatusCode, text)
				}
				return
			}
			v := a.vendor
			if tt.want == "web:1" {
				v = tt.web
			}
			if text, _, _ := b.open(v.agree(t, resp.Header.Get("Location"), zhangsan)); text != "true zhangsan at "+ticket {
				t.Errorf("shows %q", text)
			}
		})
	}
}

// TestWebIdentity: the identity says by which provider it came, and who began decides who exchanges.
func TestWebIdentity(t *testing.T) {
	t.Parallel()
	web := newVendor()
	web.id, web.clients = "web:1", []oauth.Client{oauth.Browser}
	var got oauth.Identity
	a := newApp(t, func(c *oauth.Config) {
		c.Web = web
		c.SignedIn = func(_ context.Context, g oauth.Grant) error { got = g.Identity; return nil }
	})
	b := newBrowser(t, a)
	b.agent = plainAgent
	_, _, out := b.open(ticket)
	b.agent = weComAgent
	b.open(web.agree(t, out, zhangsan))
	if got.Provider != "web:1" || a.vendor.exchanges() != 0 {
		t.Errorf("provider %q, %d exchanges by the other", got.Provider, a.vendor.exchanges())
	}
}
