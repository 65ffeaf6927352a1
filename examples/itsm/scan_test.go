package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/realserver"
	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/chromedp/chromedp"
)

// jweixin stands in for the vendor's script, in a client that can scan.
const jweixin = `(function () {
  var ready;
  window.wx = {
    config: function (c) { window.given = JSON.stringify(c); setTimeout(ready, 0); },
    ready: function (f) { ready = f; }, error: function () {},
    checkJsApi: function (o) { o.success({ checkResult: { scanQRCode: true } }); },
    scanQRCode: function (o) { o.success({ resultStr: 'CODE_128,SRV-0042' }); }
  };
}());`

// vendorScript serves it from an origin of its own, and counts.
func vendorScript(t *testing.T) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte(jweixin))
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/jweixin.js"
}

func TestScan(t *testing.T) {
	t.Parallel()
	path, script := realserver.Chromium(t), vendorScript(t)
	s := newStage(t, func(c *config) { c.set.JSSDK = script })
	s.bound("zhangsan")
	zhangsan := newScreen(t, path)
	form := s.site + s.home() + "ticket/create/"
	zhangsan.open(s.wecom.URL + "/wecomtest/as/ZhangSan?to=" + url.QueryEscape(form))
	zhangsan.do(chromedp.WaitVisible("#scan"), chromedp.Click("#scan"))
	zhangsan.keep("scanned")
	if got := must[string](t)(chromedp.Run(zhangsan.ctx, chromedp.Value("#content"))); got != "资产编码：SRV-0042" {
		t.Errorf("the field holds %q", got)
	}
	given := must[string](t)(chromedp.Run(zhangsan.ctx, chromedp.Evaluate[string]("window.given")))
	if err := s.wecom.CheckJSSDKConfig(form, []byte(given)); err != nil {
		t.Errorf("the client refuses %s: %v", given, err)
	}
}

// TestScriptsAreRare: no page but the form may load a script, and that one only
// where the setting is.
func TestScriptsAreRare(t *testing.T) {
	t.Parallel()
	script := vendorScript(t)
	for name, tt := range map[string]struct {
		edit func(*config)
		form bool
	}{
		"off":                 {func(*config) {}, false},
		"on":                  {func(c *config) { c.set.JSSDK = script }, true},
		"an official account": {func(c *config) { c.set.JSSDK, c.set.IsQY, c.set.WeixinAppID = script, false, simMP }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, tt.edit)
			pc := s.bound("zhangsan")
			person := "ZhangSan"
			if !s.app.cfg.set.IsQY {
				person = "o-ZhangSan"
			}
			v := s.phone(person)
			for _, page := range []struct {
				v    *visit.Visit
				path string
				form bool
			}{{v, s.home(), false}, {v, s.home() + "ticket/create/", tt.form}, {pc, "/o/itsm/ticket/create/", false}} {
				got := s.get(page.v, page.path).wants(t, http.StatusOK)
				policy := got.Header.Get("Content-Security-Policy")
				if strings.Contains(got.Body, "<script") != page.form || strings.Contains(policy, "script-src") != page.form || strings.Contains(policy, "unsafe") {
					t.Errorf("%s: %s", page.path, policy)
				}
			}
			status := http.StatusNotFound
			if tt.form {
				status = http.StatusOK
			}
			s.get(v, s.home()+"api/jssdk/?url="+url.QueryEscape(s.site+s.home()+"ticket/create/")).wants(t, status)
		})
	}
}

func TestSignsOwnPagesOnly(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.set.JSSDK = vendorScript(t) })
	v := s.member("zhangsan")
	for address, status := range map[string]int{
		s.site + s.home() + "ticket/create/": 200, s.site + s.home(): 403, "https://evil.example/": 403,
		s.site + s.home() + "ticket/create/../../": 403, "javascript:alert(1)": 403,
	} {
		if a := s.call(v, http.MethodGet, "api/jssdk/?url="+url.QueryEscape(address), ""); a.Status != status {
			t.Errorf("%s: %+v", address, a)
		}
	}
	if a := s.call(s.phone("LiSi"), http.MethodGet, "api/jssdk/?url=x", ""); a.Status != http.StatusUnauthorized {
		t.Errorf("without a session: %+v", a)
	}
}
