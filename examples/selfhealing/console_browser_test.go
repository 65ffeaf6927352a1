package main

import (
	"testing"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/realserver"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/chromedp/chromedp"
)

// TestConsoleBrowser: the settings page in a real browser, narrow and wide.
func TestConsoleBrowser(t *testing.T) {
	t.Parallel()
	path := realserver.Chromium(t)
	o := newOffice(t, nil)
	s := newScreen(t, path)
	token := must[string](t)(o.bk.SignIn("admin"))
	s.do(chromedp.Navigate(o.inner("/ping")))
	must[string](t)(chromedp.Run(s.ctx, chromedp.Evaluate[string]("document.cookie = '"+bklogin.Cookie+"="+token+"; path=/'")))
	s.do(chromedp.Navigate(o.inner(page)))
	s.shows("settings-360", "微信审批配置", "测试连接", "保存")
	s.press(`form[action$="connection/"] button`)
	s.shows("settings-connection", "access_token 获取成功")
	s.do(chromedp.SetValue("#"+settings.Token, "no way"), chromedp.SetValue("#"+settings.SuperApprover, "zhaoliu"))
	s.press("form.card button")
	s.shows("settings-refused", "没有保存", "1 到 32 位")
	s.do(chromedp.SetValue("#"+settings.Token, "NewToken1"), chromedp.EmulateViewport(1000, 740))
	s.press("form.card button")
	s.shows("settings-1000", "已保存", "立即作废")
	if got := o.settings(); got[settings.Token] != "NewToken1" || got[settings.SuperApprover] != "zhaoliu" {
		t.Errorf("not saved: %q", got[settings.SuperApprover])
	}
}
