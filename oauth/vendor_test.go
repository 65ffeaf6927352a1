package oauth_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/oauth"
	"github.com/bkwecom/wecom/wecomtest"
)

const appSecret = "the-app's-secret"

// play is the simulated vendor with an app of the real client, in memory.
func play(t *testing.T) (*wecomtest.Server, *wecom.Client) {
	srv := wecomtest.NewUnstartedServer()
	t.Cleanup(srv.Close)
	srv.AddUser(wecomtest.User{ID: "zhangsan", Name: "张三", OpenID: "oZhangsan", Mobile: "13800000001", Gender: "1"})
	srv.AddVisitor(wecomtest.Visitor{OpenID: "oVisitor", ExternalUserID: "wmVisitor", Nickname: "访客", UnionID: "uVisitor"})
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: appSecret, TrustedDomain: "itsm.example.com", LoginDomain: "itsm.example.com"})
	srv.AddOfficialAccount(wecomtest.OfficialAccount{AppID: "wx1", Secret: "S", Domain: "itsm.example.com"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: appSecret, BaseURL: srv.URL, HTTPClient: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return srv, wc
}

// TestVendor goes the whole way with the real client and the simulated vendor, for every provider.
func TestVendor(t *testing.T) {
	t.Parallel()
	type way struct {
		provider func(*wecomtest.Server, *wecom.Client) oauth.Provider
		browser  func(*wecomtest.Server) *http.Client
		want     string
	}
	phone := func(id string) func(*wecomtest.Server) *http.Client {
		return func(srv *wecomtest.Server) *http.Client { return srv.Browser(id) }
	}
	desktop := func(srv *wecomtest.Server) *http.Client { return srv.DesktopBrowser("zhangsan") }
	weCom := func(scope string, old bool) func(*wecomtest.Server, *wecom.Client) oauth.Provider {
		return func(srv *wecomtest.Server, wc *wecom.Client) oauth.Provider {
			return oauth.WeCom{API: wc, CorpID: srv.CorpID, AgentID: 1000002, OpenURL: srv.URL, Scope: scope, OldPath: old}
		}
	}
	web := func(qr bool) func(*wecomtest.Server, *wecom.Client) oauth.Provider {
		return func(srv *wecomtest.Server, wc *wecom.Client) oauth.Provider {
			return oauth.WebLogin{API: wc, CorpID: srv.CorpID, AgentID: 1000002, LoginURL: srv.URL, OpenURL: srv.URL, QRConnect: qr}
		}
	}
	account := func(scope string) func(*wecomtest.Server, *wecom.Client) oauth.Provider {
		return func(srv *wecomtest.Server, _ *wecom.Client) oauth.Provider {
			return oauth.OfficialAccount{AppID: "wx1", Secret: "S", Scope: scope, OpenURL: srv.URL, APIURL: srv.URL, HTTPClient: srv.Client()}
		}
	}
	for name, tt := range map[string]way{
		"member":           {weCom("", false), phone("zhangsan"), "zhangsan"},
		"member, older":    {weCom("", true), phone("zhangsan"), "zhangsan"},
		"private info":     {weCom(oauth.PrivateInfo, false), phone("zhangsan"), "zhangsan 13800000001"},
		"visitor":          {weCom("", false), phone("oVisitor"), "oVisitor wmVisitor"},
		"visitor, older":   {weCom("", true), phone("oVisitor"), "oVisitor wmVisitor"},
		"web login":        {web(false), desktop, "zhangsan"},
		"older web login":  {web(true), desktop, "zhangsan"},
		"official account": {account(""), phone("oVisitor"), "oVisitor uVisitor"},
		"profile":          {account(oauth.UserInfo), phone("oVisitor"), "oVisitor uVisitor 访客"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, wc := play(t)
			provider := tt.provider(srv, wc)
			var more string
			guard, err := oauth.New(oauth.Config{
				Provider: provider, CallbackURL: callbackURL, Keys: [][]byte{key(1)},
				SignedIn: func(ctx context.Context, g oauth.Grant) error {
					switch p := provider.(type) {
					case oauth.WeCom:
						if p.Scope == oauth.PrivateInfo {
							d, err := p.Detail(ctx, g.UserTicket)
							more = d.Mobile
							return err
						}
					case oauth.OfficialAccount:
						if p.Scope == oauth.UserInfo {
							profile, err := p.Profile(ctx, g)
							more = profile.Nickname
							return err
						}
					}
					return nil
				},
				OnError: func(_ *http.Request, err error) { t.Error(err) },
			})
			if err != nil {
				t.Fatal(err)
			}
			mux := http.NewServeMux()
			mux.Handle("GET "+callback, guard.Callback())
			mux.Handle(home, guard.Protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				id, _ := oauth.FromContext(r.Context())
				io.WriteString(w, strings.Join(strings.Fields(strings.Join([]string{id.UserID, id.OpenID, id.ExternalUserID, id.UnionID, more}, " ")), " "))
			})))
			srv.AddSite("itsm.example.com", mux)
			browser := tt.browser(srv)
			for range 2 { // the second time without signing in
				resp, err := browser.Get(site + ticket)
				if err != nil {
					t.Fatal(err)
				}
				if text := body(t, resp); resp.StatusCode != 200 || text != tt.want || resp.Request.URL.String() != site+ticket {
					t.Errorf("%d %q at %s, want %q", resp.StatusCode, text, resp.Request.URL, tt.want)
				}
			}
			if n := srv.Calls("/cgi-bin/gettoken"); n > 1 {
				t.Errorf("%d token fetches", n)
			}
		})
	}
}

// TestVendorCodes: the vendor's word on codes reaches the page; contacts are read with the real client.
func TestVendorCodes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, wc := play(t)
		provider := oauth.WeCom{API: wc, CorpID: srv.CorpID, AgentID: 1000002, OpenURL: srv.URL}
		a := newApp(t, func(c *oauth.Config) { c.Provider = provider })
		srv.AddSite("itsm.example.com", a)
		phone := srv.Browser("zhangsan")
		stop := false // before the callback is opened
		phone.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if stop && r.URL.Host == "itsm.example.com" {
				return http.ErrUseLastResponse
			}
			return nil
		}
		begin := func() string {
			stop = true
			resp, err := phone.Get(site + ticket)
			if err != nil {
				t.Fatal(err)
			}
			stop = false
			return resp.Header.Get("Location")
		}
		text := func(address string) string {
			resp, err := phone.Get(address)
			if err != nil {
				t.Fatal(err)
			}
			return body(t, resp)
		}
		first := begin()
		time.Sleep(6 * time.Minute) // the state lives on, the code does not
		if got := text(first); got != "failed: expired; retry "+ticket {
			t.Errorf("after six minutes: %q", got)
		}
		second := must(url.Parse(begin()))
		q := second.Query()
		if _, err := provider.Exchange(t.Context(), q.Get("code")); err != nil {
			t.Fatal(err)
		}
		if got := text(second.String()); got != "failed: expired; retry "+ticket || !strings.Contains(a.why(), "40029") || strings.Contains(a.why(), q.Get("code")) {
			t.Errorf("a used code: %q, told %s", got, a.why())
		}
		if user, err := oauth.GetUser(t.Context(), wc, "zhangsan"); err != nil || user.Name != "张三" {
			t.Errorf("%+v, %v", user, err)
		}
		openid, err := oauth.ConvertToOpenID(t.Context(), wc, "zhangsan")
		if err != nil {
			t.Fatal(err)
		}
		if userid, err := oauth.ConvertToUserID(t.Context(), wc, openid); userid != "zhangsan" || err != nil {
			t.Errorf("%q, %v", userid, err)
		}
	})
}
