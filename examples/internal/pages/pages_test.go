package pages_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/pages"
	"github.com/google/go-cmp/cmp"
)

func static(string) func(*http.Request) string {
	return func(*http.Request) string { return "/o/itsm/static/weixin/" }
}

// newPages has one page in each way that pages go wrong, and a good one.
func newPages(t *testing.T, edit func(*pages.Config)) *pages.Pages {
	t.Helper()
	cfg := pages.Config{
		Title: "流程服务", Static: static(""), Log: slog.New(slog.DiscardHandler),
		Link: func(_ *http.Request, path string) string { return "/o/itsm" + path },
		CSRF: func(*http.Request) string { return "token-of-now" },
		Pages: fstest.MapFS{
			"_nav.html": {Data: []byte(`{{define "nav"}}<nav><a href="{{.Link "/weixin/"}}"{{if eq .Path "/weixin/"}} class="on"{{end}}>首页</a></nav>{{end}}`)},
			"list.html": {Data: []byte(`{{define "title"}}待我审批{{end}}{{define "main"}}<ul>{{range .Data}}<li><a href="{{$.Link "/weixin/ticket/"}}{{.ID}}/">{{.Title}}</a> {{when .Time}}|</li>{{else}}{{template "empty" "没有待审批的单据"}}{{end}}</ul>{{end}}`)},
			"form.html": {Data: []byte(`{{define "title"}}提单{{end}}{{define "main"}}<form method="post">{{template "csrf" .}}</form>{{end}}{{define "who"}}zhangsan{{end}}`)},
			"bad.html":  {Data: []byte(`{{define "title"}}x{{end}}{{define "main"}}half a page {{.Data.Nothing}}{{end}}`)},
		},
	}
	if edit != nil {
		edit(&cfg)
	}
	p, err := pages.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func show(p *pages.Pages, path string, status int, page string, data any) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.Show(w, httptest.NewRequest(http.MethodGet, path, nil), status, page, data)
	return w
}

type item struct {
	ID    int
	Title string
	Time  time.Time
}

func TestShow(t *testing.T) {
	t.Parallel()
	p := newPages(t, nil)
	at := time.Date(2026, 11, 22, 4, 5, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, path, page string
		data             any
		want, not        []string
	}{
		{"list", "/weixin/", "list", []item{{7, "<b>重启</b>", at}, {8, "无", time.Time{}}}, []string{
			"<title>待我审批 · 流程服务</title>", `<html lang="zh-CN">`, `width=device-width`, `href="/o/itsm/static/weixin/style.css?v=`,
			`<a href="/o/itsm/weixin/ticket/7/">&lt;b&gt;重启&lt;/b&gt;</a> 2026-11-22 12:05|`, `无</a> |`, `class="on"`,
		}, []string{"模拟环境", "<b>重启", "没有待审批"}},
		{"empty", "/weixin/approval/", "list", nil, []string{"没有待审批的单据"}, []string{`class="on"`}},
		{"form", "/", "form", nil, []string{`<input type="hidden" name="csrf_token" value="token-of-now">`, "</strong>zhangsan</header>"}, nil},
	} {
		w := show(p, tt.path, 200, tt.page, tt.data)
		if w.Code != 200 {
			t.Errorf("%s: %d", tt.name, w.Code)
		}
		for _, want := range tt.want {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: no %q in\n%s", tt.name, want, w.Body)
			}
		}
		for _, not := range tt.not {
			if strings.Contains(w.Body.String(), not) {
				t.Errorf("%s: %q is in\n%s", tt.name, not, w.Body)
			}
		}
		// No page needs a script or a style of its own, which the policy forbids.
		if m := regexp.MustCompile(`(?i)<script|<style| style=| on[a-z]+=`).FindString(w.Body.String()); m != "" {
			t.Errorf("%s: %q", tt.name, m)
		}
	}
	if w := show(newPages(t, func(c *pages.Config) { c.Simulated = true }), "/", 200, "list", nil); !strings.Contains(w.Body.String(), "模拟环境") {
		t.Error("a simulation does not say so")
	}
}

// TestHalfAPage: what cannot be rendered is an error page from its first byte.
func TestHalfAPage(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	p := newPages(t, func(c *pages.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	for _, page := range []string{"bad", "missing"} {
		w := show(p, "/", 200, page, item{})
		if w.Code != 500 || strings.Contains(w.Body.String(), "half a page") || !strings.Contains(w.Body.String(), "系统错误") || !strings.Contains(log.String(), "page="+page) {
			t.Errorf("%s: %d %s\n%s", page, w.Code, w.Body, &log)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	const policy = "default-src 'none'; style-src 'self'%; img-src 'self'%; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	for address, source := range map[string]string{
		"/static/wechat/": "", "https://cdn.example.com/a/b/": " https://cdn.example.com/a/b/", "http://127.0.0.1:9000/": " http://127.0.0.1:9000/",
		"https://cdn.example.com/a;script-src *,x/": " https://cdn.example.com/a%3Bscript-src%20%2A%2Cx/",
		"javascript:alert(1)/":                      "", "//evil.example.com/": "", "https://a.example.com;script-src/": "", "%": "",
	} {
		p := newPages(t, func(c *pages.Config) { c.Static = func(*http.Request) string { return address } })
		got := map[string]string{}
		for name, values := range show(p, "/", 200, "list", nil).Header() {
			got[name] = strings.Join(values, "|")
		}
		want := map[string]string{
			"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": strings.ReplaceAll(policy, "%", source),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", address, diff)
		}
	}
	p := newPages(t, func(c *pages.Config) { c.FormAction = []string{"https://open.weixin.qq.com/x", "no origin"} })
	if got := show(p, "/", 200, "list", nil).Header().Get("Content-Security-Policy"); !strings.Contains(got, "; form-action 'self' https://open.weixin.qq.com; ") {
		t.Error(got)
	}
}

func TestNotice(t *testing.T) {
	t.Parallel()
	p := newPages(t, nil)
	w := httptest.NewRecorder()
	p.Notice(w, httptest.NewRequest(http.MethodGet, "/", nil), 403, pages.Notice{
		Title: "尚未绑定", Text: "先到个人中心绑定微信\n再在 PC 端访问一次 <ITSM>", Good: true,
		Links: []pages.Link{{Label: "首页", Path: "/weixin/"}, {Label: "外部", URL: "https://paas.example.com/"}, {Label: "坏", URL: "javascript:alert(1)"}},
	})
	body := w.Body.String()
	for _, want := range []string{"<title>尚未绑定 · 流程服务</title>", "&lt;ITSM&gt;", `href="/o/itsm/weixin/"`, `href="https://paas.example.com/"`, "notice good"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if w.Code != 403 || strings.Contains(body, "javascript") {
		t.Errorf("%d\n%s", w.Code, body)
	}
	seen := map[string]int{}
	for _, status := range []int{400, 401, 403, 404, 405, 409, 413, 429, 500, 503} {
		w := httptest.NewRecorder()
		p.Fail(w, httptest.NewRequest(http.MethodGet, "/", nil), status)
		seen[w.Body.String()]++
		if w.Code != status {
			t.Errorf("%d answers %d", status, w.Code)
		}
	}
	if len(seen) < 9 { // 400 and 405 have a title in common, not their text
		t.Errorf("%d different pages", len(seen))
	}
	w = httptest.NewRecorder()
	if p.NotFound(w, httptest.NewRequest(http.MethodGet, "/x", nil)); w.Code != 404 {
		t.Errorf("NotFound: %d", w.Code)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	page := func(name, text string) func(*pages.Config) {
		return func(c *pages.Config) { c.Pages = fstest.MapFS{name: {Data: []byte(text)}} }
	}
	for name, edit := range map[string]func(*pages.Config){
		"title":       func(c *pages.Config) { c.Title = "" },
		"static":      func(c *pages.Config) { c.Static = nil },
		"no main":     page("a.html", `{{define "title"}}x{{end}}`),
		"no title":    page("a.html", `{{define "main"}}x{{end}}`),
		"syntax":      page("a.html", `{{define "title"}}{{`),
		"partial":     page("_a.html", `{{`),
		"no function": page("a.html", `{{define "title"}}{{fly}}{{end}}`),
		"asset":       func(c *pages.Config) { c.Assets = fstest.MapFS{"run.sh": {}} },
		"asset folder": func(c *pages.Config) {
			c.Assets = fstest.MapFS{"deep/a.css": {}}
		},
	} {
		cfg := pages.Config{Title: "x", Static: static("")}
		edit(&cfg)
		if _, err := pages.New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	p, err := pages.New(pages.Config{Title: "x", Static: static("")})
	if err != nil {
		t.Fatal(err)
	}
	if w := show(p, "/", 200, "notice", pages.Notice{Title: "好", Links: []pages.Link{{Path: "/a/"}}}); w.Code != 200 || !strings.Contains(w.Body.String(), `href="/a/"`) {
		t.Errorf("an app without pages of its own: %d %s", w.Code, w.Body)
	}
}
