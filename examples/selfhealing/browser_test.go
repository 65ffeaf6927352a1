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

// shows waits for words on the page, and holds it against the phone's width.
func (s *screen) shows(name string, words ...string) {
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
	if small := must[string](s.t)(chromedp.Run(s.ctx, chromedp.Evaluate[string](
		`[...document.querySelectorAll("button,textarea")].filter(e => e.getBoundingClientRect().height < 44).map(e => e.textContent).join()`))); small != "" {
		s.t.Errorf("too small for a finger: %s", small)
	}
	// A picture where SCREENSHOTS names a folder, for people to look at.
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		png := must[[]byte](s.t)(chromedp.Run(s.ctx, chromedp.FullScreenshot(100)))
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
			s.t.Error(err)
		}
	}
}

// press presses a button and waits for the page that answers.
func (s *screen) press(button string) {
	s.t.Helper()
	if _, err := chromedp.RunResponse(s.ctx, chromedp.Click(button)); err != nil {
		s.t.Fatal(err)
	}
}

// TestBrowser is the approval by page in a real browser.
func TestBrowser(t *testing.T) {
	t.Parallel()
	path := realserver.Chromium(t)
	s := newStage(t, nil)
	long := strings.Repeat("averylongwordwithoutanyspaceinit", 6)
	id := s.alarm("api_defense", "1", "磁盘 /data 只读\n"+long)
	s.alarm("api_defense", "2", "磁盘 /data 使用率 99%")
	m := s.gets("lisi", number(id))
	as := func(member, to string) string {
		return s.wecom.URL + "/wecomtest/as/" + member + "?to=" + url.QueryEscape(to)
	}
	lisi, zhangsan := newScreen(t, path), newScreen(t, path)
	lisi.do(chromedp.Navigate(as("lisi", s.address()+todoPage)))
	lisi.shows("todo", "审批列表", "隔离主机", number(id), "同类告警 1 条")
	lisi.press("ul.cards a")
	lisi.shows("alarm", "隔离主机", "准许执行自愈套餐", "拒绝执行", long, "同类告警（1 条）", "收到告警")
	zhangsan.do(chromedp.Navigate(as("zhangsan", visit.Link(m.Content))))
	zhangsan.shows("other", "准许执行自愈套餐")
	lisi.do(chromedp.SetValue("#approve", "已联系业务方"))
	lisi.press("button[value=approved]")
	lisi.shows("approved", "lisi 同意（页面）", "已联系业务方")
	s.run(id)
	zhangsan.press("button.no")
	zhangsan.shows("second", "已经审批过了", "已由 lisi 同意")
	zhangsan.press("a.button")
	zhangsan.shows("after", "lisi 同意（页面）")
	address := must[string](t)(chromedp.Run(lisi.ctx, chromedp.Location()))
	cookies := must[string](t)(chromedp.Run(lisi.ctx, chromedp.Evaluate[string]("document.cookie")))
	if strings.Contains(address, "code=") || !strings.HasPrefix(cookies, csrfCookie+"=") || strings.Contains(cookies, ";") {
		t.Errorf("address %s, cookies that scripts see: %s", address, cookies)
	}
	stranger := newScreen(t, path)
	stranger.do(chromedp.Navigate(as("zhaoliu", visit.Link(m.Content))))
	stranger.shows("forbidden", "没有权限")
	s.gets("lisi", "执行成功")
	lisi.do(chromedp.Navigate(s.address() + todoPage))
	lisi.shows("empty", "没有待审批的告警")
	s.oneRun(id)
}
