package main

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/site"
	"github.com/google/go-cmp/cmp"
)

// TestTodoPage: a phone gets a page with its stylesheet, from where the settings
// say.
func TestTodoPage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ static, want string }{
		{"", "/o/bk_fta_solutions/static/wechat/style.css"},
		{"/static/wechat/", "/o/bk_fta_solutions/static/wechat/style.css"}, // the guide's default
		{"/mapped/", "/mapped/style.css"},
		{"https://cdn.example.com/static/", "https://cdn.example.com/static/style.css"},
	} {
		s := newStage(t, func(c *config) { c.set.Wechat.StaticURL = tt.static })
		page := s.open(s.phone("zhangsan"), "todo/")
		status, body := page.Status, page.Body
		m := regexp.MustCompile(`<link rel="stylesheet" href="([^"?]+)(\?v=\w+)"`).FindStringSubmatch(body)
		if status != 200 || !strings.Contains(body, "没有待审批的告警") || !strings.Contains(body, "模拟环境") || m == nil || m[1] != tt.want {
			t.Errorf("%q: %d %s", tt.static, status, body)
			continue
		}
		if strings.HasPrefix(m[1], "/o/") {
			if status, css := s.get(s.inner(m[1] + m[2])); status != 200 || !strings.Contains(css, "360") {
				t.Errorf("%s: %d", m[1], status)
			}
		}
	}
}

// TestTrustedProxies: what a proxy says of prefix and host counts if its network
// is named, and only then.
func TestTrustedProxies(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		trusted, want string
	}{
		{"127.0.0.0/8", "/sub/static/wechat/style.css"},
		{"10.0.0.0/8", "/o/bk_fta_solutions/static/wechat/style.css"},
	} {
		s := newStage(t, func(c *config) { c.set.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(tt.trusted)} })
		for _, path := range []string{"/wechat/todo/", "/o/bk_fta_solutions/wechat/todo/"} {
			if status, body := s.get(s.inner(path), "X-Script-Name", "/sub"); !strings.Contains(body, `href="`+tt.want) {
				t.Errorf("%s, trusted %s: %d %s", path, tt.trusted, status, body)
			}
		}
	}
	s := newStage(t, nil)
	if status, _ := s.get(s.inner("/wechat/todo/"), "X-Forwarded-Weixin-Host", "evil.example.com"); status != 400 {
		t.Errorf("a host that nobody configured: %d", status)
	}
}

func TestOuter(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]site.Outer{
		"": {},
		"http://mycompany.com/o/bk_fta_solutions/wechat/": {Hosts: []string{"mycompany.com"}},
		"https://mycompany.com:8443/fta/wechat/":          {Hosts: []string{"mycompany.com:8443"}, Path: "/fta/wechat/"},
	} {
		var cfg config
		cfg.set.Prefix, cfg.set.Wechat.AppURL = "/o/bk_fta_solutions", address
		if diff := cmp.Diff(want, outer(cfg.set)); diff != "" {
			t.Errorf("%s: %s", address, diff)
		}
	}
}
