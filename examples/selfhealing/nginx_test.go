package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/realserver"
	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/wecomtest"
)

// TestBehindProxies: WeCom comes through a real nginx or Apache with the
// configuration that is delivered, which exposes the phone's paths only.
func TestBehindProxies(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(realserver.Site, testing.TB, string) *realserver.Server{
		"nginx": realserver.Site.Nginx, "apache": realserver.Site.Apache,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proofs := t.TempDir()
			if err := os.WriteFile(filepath.Join(proofs, "WW_verify_a1.txt"), []byte("a1"), 0o600); err != nil {
				t.Fatal(err)
			}
			s := newStage(t, func(c *config) {
				c.set.Wechat.AppURL, c.set.DomainVerifyDir = "https://mycompany.com/o/bk_fta_solutions/wechat/", proofs
			})
			proxy := realserver.NewSite(t, "mycompany.com", "http://"+s.listener.Addr().String())
			conf, err := os.ReadFile(filepath.Join("..", "deploy", name, "selfhealing.conf"))
			if err != nil {
				t.Fatal(err)
			}
			run := start(proxy, t, string(conf))
			s.throughProxy(t, proxy, run)
		})
	}
}

func (s *stage) throughProxy(t *testing.T, proxy realserver.Site, run *realserver.Server) {
	set := s.app.cfg.set
	// The guide's address is http; WeCom follows no redirect.
	callback := wecomtest.Callback{URL: "http://" + proxy.HTTP + "/o/bk_fta_solutions/wechat/entry/", Token: set.Wechat.Token.Reveal(), EncodingAESKey: set.Wechat.EncodingAESKey.Reveal()}
	if err := s.agent.Save(t.Context(), callback); err != nil {
		t.Fatalf("the URL check fails through the proxy: %v\n%s", err, run.Logs())
	}
	id := s.alarm("api_default", "1", canary)
	s.gets("lisi", number(id))
	if answer := s.says("lisi", "TY "+number(id)); !strings.Contains(answer, "审批成功") {
		t.Errorf("answer %q", answer)
	}
	s.run(id)

	transport := proxy.Transport()
	t.Cleanup(transport.CloseIdleConnections)
	s.pageThroughProxy(t, transport, run)
	ask := func(method, url, body string) (status int, text string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatalf("%s: %v\n%s", url, err, run.Logs())
		}
		defer func() { _ = resp.Body.Close() }()
		data, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(data)
	}
	outer := "https://mycompany.com/o/bk_fta_solutions/"
	for url, want := range map[string]int{
		outer + "event/api/monitor/": 404, outer + "doc/wechat_config/": 404, outer + "healthz": 404, "https://mycompany.com/": 404,
		outer + "wechat/entry/": 400, outer + "wechat/entry": 400, outer + "static/wechat/style.css": 200, "http://mycompany.com/o/bk_fta_solutions/wechat/todo/": 301,
	} {
		if status, body := ask(http.MethodGet, url, ""); status != want {
			t.Errorf("%s: %d %s, want %d", url, status, body, want)
		}
	}
	if status, body := ask(http.MethodGet, "http://mycompany.com/WW_verify_a1.txt", ""); status != http.StatusOK || body != "a1" {
		t.Errorf("domain proof: %d %q", status, body)
	}
	// A refusal that leaves a large body unread must reach the peer as a refusal.
	if status, _ := ask(http.MethodPost, outer+"wechat/entry/", strings.Repeat("x", 900<<10)); status != http.StatusBadRequest {
		t.Errorf("a large body gets %d", status)
	}
}

// pageThroughProxy signs in and decides on a page, by https.
func (s *stage) pageThroughProxy(t *testing.T, transport http.RoundTripper, run *realserver.Server) {
	t.Helper()
	if err := s.agent.SetDomains("mycompany.com", ""); err != nil {
		t.Fatal(err)
	}
	s.wecom.AddRoute("mycompany.com", roundTrip(func(r *http.Request) (*http.Response, error) {
		resp, err := transport.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		for _, c := range resp.Cookies() {
			if !c.Secure || strings.TrimSuffix(c.Path, "/") != "/o/bk_fta_solutions/wechat" {
				t.Errorf("cookie %+v", c)
			}
		}
		return resp, nil
	}))
	id := s.alarm("api_defense", "page", canary)
	link := visit.Link(s.gets("lisi", number(id)).Content)
	if want := "https://mycompany.com/o/bk_fta_solutions/wechat/" + alarmPage(id); link != want {
		t.Errorf("link %s, want %s", link, want)
	}
	lisi := s.phone("lisi")
	page := s.shows(s.open(lisi, link), http.StatusOK, "准许执行自愈套餐", `href="/o/bk_fta_solutions/static/wechat/style.css`)
	s.shows(s.open(lisi, todoPage), http.StatusOK, number(id))
	s.shows(s.sends(lisi, page, "message", "approved", "approve", "经代理"), http.StatusOK, "lisi 同意（页面）", "经代理")
	s.run(id)
	if strings.Contains(run.Logs(), "code=") {
		t.Errorf("the proxy's log tells a code:\n%s", run.Logs())
	}
}
