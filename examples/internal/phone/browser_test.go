package phone_test

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/phone"
	"github.com/bkwecom/wecom/examples/internal/realserver"
	"github.com/bkwecom/wecom/message"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// A screen is a real browser, 360 px wide.
type screen struct {
	t   *testing.T
	ctx context.Context
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(realserver.Chromium(t)), chromedp.NoSandbox)
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

func ask[T any](s *screen, a chromedp.Action[T]) T {
	s.t.Helper()
	v, err := chromedp.Run(s.ctx, a)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

// shows looks for words on the page, and holds it against the phone's width.
func (s *screen) shows(words ...string) {
	s.t.Helper()
	text := ask(s, chromedp.Text("body"))
	for _, w := range words {
		if !strings.Contains(text, w) {
			s.t.Fatalf("%q is not on the page:\n%s", w, text)
		}
	}
	if ask(s, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > window.innerWidth")) {
		s.t.Errorf("the page is wider than the phone:\n%s", text)
	}
}

// keep saves a picture where SCREENSHOTS names a folder, for people to look at.
func (s *screen) keep(name string) {
	s.t.Helper()
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), ask(s, chromedp.FullScreenshot(100)), 0o600); err != nil {
			s.t.Error(err)
		}
	}
}

// press clicks and waits for the page that answers.
func (s *screen) press(button string) {
	s.t.Helper()
	if _, err := chromedp.RunResponse(s.ctx, chromedp.Click(button)); err != nil {
		s.t.Fatal(err)
	}
}

// TestBrowserLinks: links open in a page of their own, as the member whose phone
// they are on, one member after the other in one browser.
func TestBrowserLinks(t *testing.T) {
	t.Parallel()
	b := newScreen(t)
	base, s := membership(t)
	phones := httptest.NewServer(phone.Handler(phone.Config{WeCom: s.WeCom, Title: "流程服务", Home: base + "home/", Open: s.Open}))
	t.Cleanup(phones.Close)
	for _, user := range []string{"zhangsan", "lisi", "zhangsan"} {
		b.do(chromedp.Navigate(phones.URL + "/phone/" + user))
		b.do(chromedp.Click("nav a"))
		page := b.tab("/weixin/home/")
		page.do(chromedp.WaitVisible("main"))
		page.shows(user + " 在 /o/app/weixin/home/")
		page.do(chromedp.Navigate("about:blank")) // not to be found again
	}
}

// tab waits for a page that the browser has opened by itself.
func (s *screen) tab(address string) *screen {
	s.t.Helper()
	for s.ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
		tabs, err := chromedp.Targets(s.ctx)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, i := range tabs {
			if i.Type == "page" && strings.Contains(i.URL, address) {
				ctx, cancel := chromedp.NewContext(s.ctx, chromedp.WithTargetID(i.TargetID))
				s.t.Cleanup(cancel)
				return &screen{s.t, ctx}
			}
		}
	}
	s.t.Fatalf("no page of %s was opened", address)
	return nil
}

// TestBrowser does in a real browser what a member does: write, tap, choose,
// open the menu.
func TestBrowser(t *testing.T) {
	t.Parallel()
	b := newScreen(t)
	s := newStage(t)
	site := httptest.NewServer(s.phones)
	t.Cleanup(site.Close)
	s.menu()
	b.do(chromedp.Navigate(site.URL))
	b.shows("故障自愈", "推送", "还没有消息", "模拟环境")
	b.press(".actions button")
	b.shows("已推送 <1_1>")
	b.keep("front")
	b.press(`a[href="/phone/zhangsan"]`)
	b.shows("欢迎 zhangsan")
	b.keep("welcome")
	s.send(message.Text{Content: "【故障自愈】即将执行 重启服务,请审核！\n同意请回复: TY 1_1\n驳回请回复: BH 1_1\n10.0.0.1 磁盘 /data 只读，服务无法写入 http://localhost:9/todo/"})
	// The frame tells by itself, and what is being written stays.
	b.do(chromedp.SendKeys(".reply input", "TY 1_1 重启"))
	for told := false; !told; {
		told, _ = chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.querySelector("iframe").contentDocument.body.innerText.includes("有新消息")`))
		if err := b.ctx.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if written := ask(b, chromedp.Value(".reply input")); written != "TY 1_1 重启" {
		t.Errorf("what was being written is %q now", written)
	}
	b.keep("news")
	b.press(".reply button")
	b.shows("即将执行", "TY 1_1 重启", "收到 <b>TY 1_1 重启</b>")
	b.keep("reply")

	for _, kind := range []string{"text_notice", "news_notice", "vote_interaction", "multiple_interaction", "button_interaction"} {
		s.card(kind)
		b.do(chromedp.Navigate(site.URL + "/phone/zhangsan"))
		b.shows("磁盘 <只读>")
		b.keep(kind)
	}
	b.do(chromedp.SetValue(`select[name="q:q_level"]`, "low"))
	b.press(`button[value="agree"]`)
	b.shows("点击了「同意」", "已同意")
	b.keep("agreed")
	b.do(chromedp.Click(`input[value="c"]`))
	b.press(`form:has(input[value="c"]) button[value="submit"]`)
	b.do(chromedp.SetValue(`select[name="q:q_day"]`, "tue"))
	b.press(`form:has([name="q:q_day"]) button[value="submit"]`)
	b.do(chromedp.Click(`form:has(input[value="text_notice"]) summary`))
	b.keep("card-menu")
	b.press(`form:has(input[value="text_notice"]) button[value="mute"]`)
	b.do(chromedp.Click("nav summary"))
	b.keep("menu")
	b.press(`nav button[value="ABOUT"]`)
	b.shows("帮助: ABOUT")
	b.keep("end")

	var chosen []callback.Selected
	var clicked []string
	for _, m := range s.events() {
		switch m := m.(type) {
		case *callback.CardEvent:
			chosen = append(chosen, m.Selected...)
			clicked = append(clicked, m.Key)
		case *callback.MenuClick:
			clicked = append(clicked, m.Key)
		case *callback.Text:
			clicked = append(clicked, m.Content)
		case *callback.CardMenu:
			clicked = append(clicked, "a card's menu "+m.Key)
		}
	}
	if diff := cmp.Diff([]string{"TY 1_1 重启", "agree", "submit", "submit", "a card's menu mute", "ABOUT"}, clicked); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]callback.Selected{
		{QuestionKey: "q_level", OptionIDs: []string{"low"}}, {QuestionKey: "q_lunch", OptionIDs: []string{"a", "c"}},
		{QuestionKey: "q_day", OptionIDs: []string{"tue"}}, {QuestionKey: "q_slot", OptionIDs: []string{"pm"}},
	}, chosen); diff != "" {
		t.Error(diff)
	}
}
