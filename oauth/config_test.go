package oauth_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/oauth"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{}
	at := func(address string) func(*oauth.Config) { return func(c *oauth.Config) { c.CallbackURL = address } }
	with := func(p oauth.Provider) func(*oauth.Config) { return func(c *oauth.Config) { c.Provider = p } }
	web := func(p oauth.Provider) func(*oauth.Config) { return func(c *oauth.Config) { c.Web = p } }
	keys := func(k ...[]byte) func(*oauth.Config) { return func(c *oauth.Config) { c.Keys = k } }
	many := make([][]byte, 9)
	for i := range many {
		many[i] = key(byte(i))
	}
	for _, tt := range []struct {
		field   string
		problem string
		change  func(*oauth.Config)
	}{
		{"Provider", "is nil", with(nil)},
		{"Provider", "is nil", with((*vendor)(nil))},
		{"Provider.API", "is nil", with(oauth.WeCom{CorpID: "ww1"})},
		{"Provider.CorpID", "is empty", with(oauth.WeCom{API: api})},
		{"Provider.AgentID", "is negative", with(oauth.WeCom{API: api, CorpID: "ww1", AgentID: -1})},
		{"Provider.AgentID", "is needed", with(oauth.WeCom{API: api, CorpID: "ww1", Scope: oauth.PrivateInfo})},
		{"Provider.Scope", "must be", with(oauth.WeCom{API: api, CorpID: "ww1", Scope: "snsapi_userinfo"})},
		{"Provider.OpenURL", "absolute", with(oauth.WeCom{API: api, CorpID: "ww1", OpenURL: "open.weixin.qq.com"})},
		{"Provider.OpenURL", "only", with(oauth.WeCom{API: api, CorpID: "ww1", OpenURL: "https://h/?a"})},
		{"Provider.OpenURL", "absolute", with(&oauth.WeCom{API: api, CorpID: "ww1", OpenURL: "javascript:alert(1)"})},
		{"Web.API", "is nil", web(oauth.WebLogin{CorpID: "ww1", AgentID: 1})},
		{"Web.CorpID", "is empty", web(oauth.WebLogin{API: api, AgentID: 1})},
		{"Web.AgentID", "is missing", web(oauth.WebLogin{API: api, CorpID: "ww1"})},
		{"Web.Lang", `"zh"`, web(oauth.WebLogin{API: api, CorpID: "ww1", AgentID: 1, Lang: "fr"})},
		{"Web.LoginURL", "only", web(oauth.WebLogin{API: api, CorpID: "ww1", AgentID: 1, LoginURL: "https://a:b@h"})},
		{"Web.OpenURL", "only", web(oauth.WebLogin{API: api, CorpID: "ww1", AgentID: 1, OpenURL: "https://h/#"})},
		{"Web", "nil pointer", web((*oauth.WebLogin)(nil))},
		{"Provider.AppID", "is empty", with(oauth.OfficialAccount{Secret: "s"})},
		{"Provider.Secret", "is empty", with(oauth.OfficialAccount{AppID: "wx1"})},
		{"Provider.Scope", "must be", with(oauth.OfficialAccount{AppID: "wx1", Secret: "s", Scope: oauth.PrivateInfo})},
		{"Provider.OpenURL", "absolute", with(oauth.OfficialAccount{AppID: "wx1", Secret: "s", OpenURL: "ftp://h"})},
		{"Provider.APIURL", "absolute", with(oauth.OfficialAccount{AppID: "wx1", Secret: "s", APIURL: "https://"})},
		{"Keys", "has 0 keys", keys()},
		{"Keys", "has 9 keys", keys(many...)},
		{"Keys", "key 1 has 31 bytes", keys(key(1), key(1)[:31])},
		{"Keys", "over and over", keys(make([]byte, 32))},
		{"MaxAge", "31 days", func(c *oauth.Config) { c.MaxAge = -time.Hour }},
		{"MaxAge", "31 days", func(c *oauth.Config) { c.MaxAge = 32 * 24 * time.Hour }},
		{"MaxAge", "31 days", func(c *oauth.Config) { c.MaxAge = time.Millisecond }},
		{"CallbackURL", "absolute", at("")},
		{"CallbackURL", "absolute", at("/o/itsm/weixin/login/")},
		{"CallbackURL", "absolute", at("//itsm.example.com/login/")},
		{"CallbackURL", "absolute", at("ftp://itsm.example.com/login/")},
		{"CallbackURL", "absolute", at("https://%zz/login/")},
		{"CallbackURL", "absolute", at("https:///login/")},
		{"CallbackURL", "only", at(callbackURL + "?app=1")},
		{"CallbackURL", "only", at(callbackURL + "?")},
		{"CallbackURL", "only", at(callbackURL + "#")},
		{"CallbackURL", "only", at("https://user@itsm.example.com/login/")},
		{"CallbackURL", "path of its own", at(site)},
		{"CallbackURL", "path of its own", at(site + "/")},
		{"CallbackURL", "browsers would change", at(site + "//login/")},
		{"CallbackURL", "browsers would change", at(site + "/a/../login/")},
		{"CallbackURL", "browsers would change", at(site + "/a%2flogin/")},
		{"CookiePath", "must be a path", func(c *oauth.Config) { c.CookiePath = "weixin" }},
		{"CookiePath", "must be a path", func(c *oauth.Config) { c.CookiePath = "/a;Domain=example.com" }},
		{"CookiePath", "must be a path", func(c *oauth.Config) { c.CookiePath = "/a?b" }},
		{"CookiePath", "must be a parent", func(c *oauth.Config) { c.CookiePath = "/o/bk_sops/" }},
		{"CookiePath", "must be a parent", func(c *oauth.Config) { c.CookiePath = "/o/itsm/weixin/log" }},
		{"CookieName", "letters", func(c *oauth.Config) { c.CookieName = "a b" }},
		{"CookieName", "letters", func(c *oauth.Config) { c.CookieName = "a;b" }},
		{"CookieName", "letters", func(c *oauth.Config) { c.CookieName = strings.Repeat("x", 65) }},
		{"CookieName", "from https", func(c *oauth.Config) {
			c.CookieName, c.CallbackURL = "__Secure-x", "http://itsm.example.com/o/itsm/weixin/login/"
		}},
		{"CookieName", "CookiePath /", func(c *oauth.Config) { c.CookieName = "__Host-x" }},
		{"Home", "not the callback's", func(c *oauth.Config) { c.Home = callback }},
		{"Home", "under CookiePath", func(c *oauth.Config) { c.Home = "/o/bk_sops/" }},
		{"Home", "under CookiePath", func(c *oauth.Config) { c.Home = "https://evil.example/" }},
	} {
		cfg := oauth.Config{Provider: newVendor(), CallbackURL: callbackURL, Keys: [][]byte{key(1)}}
		tt.change(&cfg)
		_, err := oauth.New(cfg)
		var got *oauth.FieldError
		if !errors.As(err, &got) || got.Field != "Config."+tt.field || !strings.Contains(got.Problem, tt.problem) {
			t.Errorf("%s %s: %v", tt.field, tt.problem, err)
		}
	}
	for name, change := range map[string]func(*oauth.Config){
		"all defaults": func(*oauth.Config) {},
		"the design's": func(c *oauth.Config) { c.Provider = oauth.WeCom{API: api, CorpID: "ww1", AgentID: 1} },
		"no agentid": func(c *oauth.Config) {
			c.Provider = &oauth.WeCom{API: api, CorpID: "ww1", OpenURL: "http://127.0.0.1:1"}
		},
		"eight keys":     func(c *oauth.Config) { c.Keys = many[:8] },
		"31 days":        func(c *oauth.Config) { c.MaxAge = 31 * 24 * time.Hour },
		"no slashes":     func(c *oauth.Config) { c.CallbackURL, c.CookiePath = site+"/o/itsm/weixin/login", "/o/itsm/weixin" },
		"a whole host":   func(c *oauth.Config) { c.CookiePath = "/" },
		"a Host- name":   func(c *oauth.Config) { c.CookiePath, c.CookieName = "/", "__Host-x" },
		"ipv6 and ports": func(c *oauth.Config) { c.CallbackURL = "http://[::1]:8080/login/" },
	} {
		cfg := oauth.Config{Provider: newVendor(), CallbackURL: callbackURL, Keys: [][]byte{key(1)}}
		change(&cfg)
		if _, err := oauth.New(cfg); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDefaultLog changes slog's default, so it does not run beside others.
func TestDefaultLog(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	var out bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	a := newApp(t, func(c *oauth.Config) { c.OnError = nil })
	newBrowser(t, a).get(callback + "?code=CODE-canary&state=STATE-canary")
	if text := out.String(); !strings.Contains(text, "none of this app's") || strings.Contains(text, "canary") {
		t.Errorf("logged %s", text)
	}
}
