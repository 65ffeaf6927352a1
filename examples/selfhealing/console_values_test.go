package main

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// TestSavedIsUsable: a value that the settings page takes can be used, for one
// that cannot would be there at the next start, too, and end it.
func TestSavedIsUsable(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	taken := 0
	for _, path := range []string{
		"/wechat/", "/o/bk_fta_solutions/wechat/", "/a-b/c_d/e.f/~g/wechat/", "/a;b/wechat/", "/a,b/wechat/", "/a b/wechat/", "/a%20b/wechat/", "/a%2Fb/wechat/",
		"/%3B/wechat/", "/a%3Fb/wechat/", "/a%0Ab/wechat/", "/中/wechat/", "/../wechat/", "/./wechat/", "/%2e%2e/wechat/", `/"<>/wechat/`, `/a\b/wechat/`,
		"/{x}/wechat/", "/*/wechat/", "/" + strings.Repeat("a", 240) + "/wechat/", "/" + strings.Repeat("a", 5000) + "/wechat/",
	} {
		values := o.settings()
		values[settings.AppURL] = "https://mycompany.com" + path
		w, problems := settings.ParseWechat(func(field string) string { return values[field] })
		if len(problems) > 0 {
			continue
		}
		taken++
		if err := o.app.use(settings.State{Wechat: w}); err != nil {
			t.Errorf("%.60q is taken, but: %v", path, err)
		}
	}
	if taken != 4 {
		t.Errorf("%d addresses are taken", taken)
	}
}

// named is a proxy that writes its own Host and forwards the browser's.
type named string

func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-Host", string(n))
	return http.DefaultTransport.RoundTrip(r)
}

// TestConsoleStaysOpen: an admin cannot make the address that the settings page is
// open at the external one, whichever header names it, and whoever has sent that.
func TestConsoleStaysOpen(t *testing.T) {
	t.Parallel()
	for _, trusted := range []string{"10.0.0.0/8", "127.0.0.0/8"} {
		o := newOffice(t, func(c *config) { c.set.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(trusted)} })
		admin := o.pc("admin")
		admin.Client.Transport = named("paas.example.com")
		p := o.fill(admin, o.console(admin), "", settings.AppURL, "http://paas.example.com/o/bk_fta_solutions/wechat/")
		o.shows(p, http.StatusUnprocessableEntity, "您现在打开设置页所用的域名")
		o.shows(o.console(admin), http.StatusOK)
	}
}

// TestMenuWithoutAddress: what is missing is told, and not taken for a network
// that is down.
func TestMenuWithoutAddress(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	admin := o.pc("admin")
	o.saves(settings.AppURL, "")
	p := o.fill(admin, o.console(admin), "menu/")
	if !has(findings(p), "bad 发布菜单：缺少微信端地址") || o.wecom.Menu(simAgent) != nil {
		t.Errorf("%q", findings(p))
	}
}
