package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/oauth"
)

// attack plays against an app whose victim uses browser b. out is the address of the vendor for a
// sign-in that b began. It returns the address that b opens.
type attack struct {
	name   string
	play   func(t *testing.T, a *app, b *browser, out string) (target string)
	reason oauth.Reason
	log    string // what OnError is told
}

func attacks() []attack {
	other := func(t *testing.T, change func(*oauth.Config)) *app { return newApp(t, change) }
	back := func(out string, t *testing.T, extra url.Values) string { return sentBack(t, out, extra) }
	withState := func(state string) string { return callback + "?code=CODE-canary&state=" + url.QueryEscape(state) }
	state := func(out string) string { return must(url.Parse(out)).Query().Get("state") }
	return []attack{
		{"refused", func(t *testing.T, _ *app, _ *browser, out string) string {
			return back(out, t, url.Values{})
		}, oauth.Denied, "visitor refused"},
		{"authdeny", func(t *testing.T, _ *app, _ *browser, out string) string {
			return back(out, t, url.Values{"code": {"authdeny"}})
		}, oauth.Denied, "visitor refused"},
		{"another browser's state", func(t *testing.T, a *app, _ *browser, _ string) string {
			_, _, out := newBrowser(t, a).open(ticket)
			return a.vendor.agree(t, out, lisi)
		}, oauth.Foreign, "foreign state"},
		{"another app's state", func(t *testing.T, _ *app, b *browser, _ string) string {
			o := other(t, func(c *oauth.Config) { c.Provider = &vendor{id: "fake:2", clients: []oauth.Client{oauth.InWeCom}} })
			name, value := o.guard.MakePending(o.guard.MakeState(time.Now()), home)
			b.jar.SetCookies(must(url.Parse(site+home)), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
			return withState(o.guard.MakeState(time.Now()))
		}, oauth.Foreign, "none of this app's"},
		{"another environment's state", func(t *testing.T, _ *app, _ *browser, _ string) string {
			return withState(other(t, func(c *oauth.Config) { c.CallbackURL = site + "/t/itsm/weixin/login/" }).guard.MakeState(time.Now()))
		}, oauth.Foreign, "none of this app's"},
		{"another key's state", func(t *testing.T, _ *app, _ *browser, _ string) string {
			return withState(other(t, func(c *oauth.Config) { c.Keys = [][]byte{key(9)} }).guard.MakeState(time.Now()))
		}, oauth.Foreign, "none of this app's"},
		{"an app's state with Web", func(t *testing.T, _ *app, _ *browser, _ string) string {
			return withState(other(t, func(c *oauth.Config) { c.Web = newVendor() }).guard.MakeState(time.Now()))
		}, oauth.Foreign, "none of this app's"},
		{"no state", func(*testing.T, *app, *browser, string) string { return callback + "?code=CODE-canary" }, oauth.Foreign, "none of this app's"},
		{"empty state", func(*testing.T, *app, *browser, string) string { return withState("") }, oauth.Foreign, "none of this app's"},
		{"invented state", func(*testing.T, *app, *browser, string) string { return withState(strings.Repeat("a", 64)) }, oauth.Foreign, "none of this app's"},
		{"short state", func(_ *testing.T, _ *app, _ *browser, out string) string { return withState(state(out)[:63]) }, oauth.Foreign, "none of this app's"},
		{"long state", func(_ *testing.T, _ *app, _ *browser, out string) string { return withState(state(out) + "a") }, oauth.Foreign, "none of this app's"},
		{"state in capitals", func(_ *testing.T, _ *app, _ *browser, out string) string {
			return withState(strings.ToUpper(state(out)))
		}, oauth.Foreign, "none of this app's"},
		{"state with a line break", func(_ *testing.T, _ *app, _ *browser, out string) string {
			return withState(state(out)[:63] + "\n")
		}, oauth.Foreign, "none of this app's"},
		{"changed time", func(_ *testing.T, _ *app, _ *browser, out string) string {
			return withState(flip(state(out), 6))
		}, oauth.Foreign, "none of this app's"},
		{"changed tag", func(_ *testing.T, _ *app, _ *browser, out string) string {
			return withState(flip(state(out), 63))
		}, oauth.Foreign, "none of this app's"},
		{"authentic state, no browser", func(_ *testing.T, a *app, _ *browser, _ string) string {
			return withState(a.guard.MakeState(time.Now()))
		}, oauth.Foreign, "foreign state"},
		{"another state's cookie", func(_ *testing.T, a *app, b *browser, _ string) string {
			mine, theirs := a.guard.MakeState(time.Now()), a.guard.MakeState(time.Now())
			name, _ := a.guard.MakePending(mine, home)
			_, value := a.guard.MakePending(theirs, home)
			b.jar.SetCookies(must(url.Parse(site+home)), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
			return withState(mine)
		}, oauth.Foreign, "foreign state"},
		{"a session as the cookie", func(_ *testing.T, a *app, b *browser, _ string) string {
			mine := a.guard.MakeState(time.Now())
			name, _ := a.guard.MakePending(mine, home)
			b.jar.SetCookies(must(url.Parse(site+home)), []*http.Cookie{{Name: name, Value: a.guard.MakeSession(zhangsan, time.Now()), Path: "/"}})
			return withState(mine)
		}, oauth.Foreign, "foreign state"},
		{"expired", func(_ *testing.T, a *app, b *browser, _ string) string {
			s := a.guard.MakeState(time.Now().Add(-11 * time.Minute))
			name, value := a.guard.MakePending(s, ticket)
			b.jar.SetCookies(must(url.Parse(site+home)), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
			return withState(s)
		}, oauth.Expired, "expired state"},
		{"from the future", func(_ *testing.T, a *app, b *browser, _ string) string {
			s := a.guard.MakeState(time.Now().Add(5 * time.Minute))
			name, value := a.guard.MakePending(s, ticket)
			b.jar.SetCookies(must(url.Parse(site+home)), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
			return withState(s)
		}, oauth.Expired, "expired state"},
		{"used", func(t *testing.T, a *app, b *browser, out string) string {
			target := a.vendor.agree(t, out, zhangsan)
			b.open(target)
			b.do(http.MethodPost, home+"logout/", "")
			return target
		}, oauth.Reused, "reused state"},
		{"used, and its cookie kept", func(t *testing.T, a *app, b *browser, out string) string {
			u := must(url.Parse(site + home))
			kept := b.jar.Cookies(u)
			target := a.vendor.agree(t, out, zhangsan)
			b.open(target)
			b.do(http.MethodPost, home+"logout/", "")
			b.jar.SetCookies(u, []*http.Cookie{{Name: kept[0].Name, Value: kept[0].Value, Path: "/o/itsm/weixin"}})
			return target
		}, oauth.Reused, "reused state"},
		{"used by a refusal", func(t *testing.T, a *app, b *browser, out string) string {
			b.open(back(out, t, url.Values{"code": {"authdeny"}}))
			return a.vendor.agree(t, out, zhangsan)
		}, oauth.Reused, "reused state"},
		{"an old code", func(t *testing.T, _ *app, _ *browser, out string) string {
			return back(out, t, url.Values{"code": {"CODE-canary"}})
		}, oauth.Expired, "errcode 40029"},
		{"a code of the other spelling", func(t *testing.T, a *app, _ *browser, out string) string {
			a.vendor.fail = codeError(40163)
			return back(out, t, url.Values{"code": {"CODE-canary"}})
		}, oauth.Expired, "errcode 40163"},
		{"a code of another app", func(t *testing.T, a *app, _ *browser, out string) string {
			a.vendor.fail = codeError(50001)
			return back(out, t, url.Values{"code": {"CODE-canary"}})
		}, oauth.Unavailable, "errcode 50001"},
		{"a code that is none", func(t *testing.T, _ *app, _ *browser, out string) string {
			return back(out, t, url.Values{"code": {"CODE-canary \x00"}})
		}, oauth.Foreign, "never have"},
		{"a code too long", func(t *testing.T, _ *app, _ *browser, out string) string {
			return back(out, t, url.Values{"code": {strings.Repeat("C", 513)}})
		}, oauth.Foreign, "513 bytes"},
		{"the vendor names nobody", func(t *testing.T, a *app, _ *browser, out string) string {
			return a.vendor.agree(t, out, oauth.Identity{})
		}, oauth.Unavailable, "names nobody"},
		{"the vendor names too much", func(t *testing.T, a *app, _ *browser, out string) string {
			return a.vendor.agree(t, out, oauth.Identity{UserID: strings.Repeat("u", 1025)})
		}, oauth.Unavailable, "1025 bytes"},
		{"the cookie would be too long", func(t *testing.T, a *app, _ *browser, out string) string {
			x := strings.Repeat("u", 1000)
			return a.vendor.agree(t, out, oauth.Identity{UserID: x, OpenID: x, ExternalUserID: x})
		}, oauth.Unavailable, "session cookie"},
		{"two codes", func(t *testing.T, a *app, _ *browser, out string) string {
			return a.vendor.agree(t, out, zhangsan) + "&code=CODE-canary"
		}, oauth.Foreign, "query is not"},
		{"two states", func(t *testing.T, a *app, _ *browser, out string) string {
			return a.vendor.agree(t, out, zhangsan) + "&state=" + state(out)
		}, oauth.Foreign, "query is not"},
		{"two ways back", func(t *testing.T, a *app, _ *browser, out string) string {
			return a.vendor.agree(t, out, zhangsan) + "&c_url=/o/itsm/weixin/"
		}, oauth.Foreign, "query is not"},
		{"a broken query", func(t *testing.T, a *app, _ *browser, out string) string {
			return a.vendor.agree(t, out, zhangsan) + "&x=%zz"
		}, oauth.Foreign, "query is not"},
	}
}
