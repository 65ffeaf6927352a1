package main

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/realserver"
	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/chromedp/chromedp"
)

// A screen is a real browser, 360 px wide, in somebody's hand.
type screen struct {
	t   *testing.T
	ctx context.Context
}

func newScreen(t *testing.T, path string) *screen {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.UserAgent("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile MicroMessenger/7.0.1 wxwork/4.1"))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	s := &screen{t, ctx}
	s.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	s.ctx, cancel = context.WithTimeout(ctx, 2*time.Minute) // a browser that hangs must not hang the tests
	t.Cleanup(cancel)
	return s
}

func (s *screen) do(steps ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	if err := chromedp.Do(s.ctx, steps...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *screen) open(address string) {
	s.t.Helper()
	s.do(chromedp.Navigate(address))
}

// shows waits for words on the page, and holds it against the phone's width.
func (s *screen) shows(words ...string) {
	s.t.Helper()
	s.do(chromedp.WaitVisible("main"))
	text := must[string](s.t)(chromedp.Run(s.ctx, chromedp.Text("body")))
	for _, w := range words {
		if !strings.Contains(text, w) {
			s.t.Fatalf("%q is not on the page:\n%s", w, text)
		}
	}
	if must[bool](s.t)(chromedp.Run(s.ctx, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > window.innerWidth"))) {
		s.t.Errorf("the page is wider than the phone:\n%s", text)
	}
}

// keep saves a picture where SCREENSHOTS names a folder, for people to look at.
func (s *screen) keep(name string) {
	s.t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	png := must[[]byte](s.t)(chromedp.Run(s.ctx, chromedp.FullScreenshot(100)))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		s.t.Error(err)
	}
}

func (s *screen) fill(field, value string) {
	s.t.Helper()
	s.do(chromedp.SetValue(field, value))
}

// press submits by a button and waits for the page that answers.
func (s *screen) press(button string) {
	s.t.Helper()
	if _, err := chromedp.RunResponse(s.ctx, chromedp.Click(button)); err != nil {
		s.t.Fatal(err)
	}
}

// TestBrowser is the whole way in a real browser: sign in, submit, approve.
func TestBrowser(t *testing.T) {
	t.Parallel()
	path := realserver.Chromium(t)
	s := newStage(t, nil)
	as := func(userid, to string) string {
		return s.wecom.URL + "/wecomtest/as/" + userid + "?to=" + url.QueryEscape(to)
	}
	zhangsan, lisi := newScreen(t, path), newScreen(t, path)
	zhangsan.open(as("ZhangSan", s.site+s.home()))
	zhangsan.shows("还没有绑定")
	zhangsan.keep("unbound")
	s.bound("zhangsan")
	s.bound("lisi")
	zhangsan.open(s.site + s.home())
	zhangsan.shows("待我审批", "没有待处理的单据")
	zhangsan.keep("empty")
	zhangsan.open(s.site + s.home() + "ticket/create/")
	zhangsan.fill("#title", "申请重启 web-01")
	zhangsan.fill("#content", strings.Repeat("averylongwordwithoutanyspaceinit", 4)+"\n第二行")
	zhangsan.fill("#approvers", "lisi，bad|name")
	zhangsan.press("form.card button")
	zhangsan.shows("不是用户名")
	zhangsan.keep("form-error")
	zhangsan.fill("#approvers", "lisi，wangwu")
	zhangsan.press("form.card button")
	zhangsan.shows("申请重启 web-01", "待审批", "wangwu", "未绑定", "第二行")
	zhangsan.keep("submitted")

	m := s.gets("lisi", "待审批", "申请重启 web-01")
	lisi.open(as("LiSi", visit.Link(m.Content)))
	lisi.shows("申请重启 web-01", "同意", "驳回", "转交给同事")
	lisi.keep("to-approve")
	lisi.press("button.no")
	lisi.shows("请填写")
	lisi.fill("#opinion", "周日窗口内执行")
	lisi.press("form.card .buttons button[value=true]")
	lisi.shows("已同意", "周日窗口内执行")
	lisi.keep("approved")
	address := must[string](t)(chromedp.Run(lisi.ctx, chromedp.Location()))
	cookies := must[string](t)(chromedp.Run(lisi.ctx, chromedp.Evaluate[string]("document.cookie")))
	if strings.Contains(address, "code=") || strings.Contains(cookies, s.sessionCookie()) || !strings.Contains(cookies, csrfCookie) {
		t.Errorf("address %s, cookies that scripts see: %s", address, cookies)
	}
	zhangsan.open(s.site + s.home() + "?view_type=my_created")
	zhangsan.shows("我的申请", "已同意")
	zhangsan.keep("list")
	s.gets("zhangsan", "已被 lisi 同意")
	// The back button does not use a code again.
	codes := s.wecom.Calls("/cgi-bin/auth/getuserinfo")
	must[string](t)(chromedp.Run(zhangsan.ctx, chromedp.Evaluate[string]("history.back(); ''")))
	for back := false; !back; { // while the page changes there is nothing to ask
		back, _ = chromedp.Run(zhangsan.ctx, chromedp.Evaluate[bool](`document.querySelector("pre.text")?.textContent.includes("第二行") ?? false`))
		if err := zhangsan.ctx.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.wecom.Calls("/cgi-bin/auth/getuserinfo"); n != codes {
		t.Errorf("going back exchanged %d codes more", n-codes)
	}
}
