package realserver_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/realserver"
)

func TestServers(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(t testing.TB, addr string) *realserver.Server{
		"nginx": func(t testing.TB, addr string) *realserver.Server {
			return realserver.Nginx(t, "server { listen "+addr+"; access_log /var/log/nginx/site.log; location / { return 200 here; } }", addr)
		},
		"apache": func(t testing.TB, addr string) *realserver.Server {
			return realserver.Apache(t, "<VirtualHost "+addr+">\nCustomLog ${APACHE_LOG_DIR}/site.log %U\nErrorDocument 403 here\nRewriteEngine On\nRewriteRule ^ - [F]\n</VirtualHost>", addr)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr := realserver.Addr(t)
			t.Run("while the test runs", func(t *testing.T) {
				server := run(t, addr)
				resp, err := http.Get("http://" + addr + "/page")
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp.Body)
				if err != nil || string(body) != "here" {
					t.Errorf("%q, %v\n%s", body, err, server.Logs())
				}
				if logs := server.Logs(); !strings.Contains(logs, "== site.log\n") {
					t.Errorf("the site's log is not among them:\n%s", logs)
				}
			})
			if conn, err := net.Dial("tcp", addr); err == nil {
				_ = conn.Close()
				t.Error("the server outlives its test")
			}
		})
	}
}

// ended is a testing.TB that notes how a test was ended.
type ended struct {
	testing.TB
	how, why string
}

func (e *ended) Helper() {}
func (e *ended) end(how string, why ...any) {
	e.how, e.why = how, fmt.Sprint(why...)
	runtime.Goexit()
}
func (e *ended) Skip(args ...any)                  { e.end("skipped", args...) }
func (e *ended) Fatal(args ...any)                 { e.end("failed", args...) }
func (e *ended) Fatalf(format string, args ...any) { e.end("failed", fmt.Sprintf(format, args...)) }

func endOf(t *testing.T, f func(testing.TB)) *ended {
	e, done := &ended{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		f(e)
	}()
	<-done
	return e
}

func TestMissing(t *testing.T) {
	for _, tt := range []struct{ ci, how string }{{"true", "failed"}, {"", "skipped"}} {
		t.Setenv("CI", tt.ci)
		e := endOf(t, realserver.NeedsNothing)
		if e.how != tt.how || !strings.Contains(e.why, "no-such-package") {
			t.Errorf("CI=%q: %s, %s", tt.ci, e.how, e.why)
		}
	}
}

func TestBrokenSiteIsReported(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(testing.TB){
		"nginx":  func(t testing.TB) { realserver.Nginx(t, "nonsense_directive;") },
		"apache": func(t testing.TB) { realserver.Apache(t, "NonsenseDirective") },
		"edits":  func(t testing.TB) { realserver.Site{}.FillNginx(t, "server { listen 8443; }") },
	} {
		e := endOf(t, f)
		if e.how == "skipped" {
			t.Skip(e.why)
		}
		if word := map[string]string{"nginx": "nonsense_directive", "apache": "NonsenseDirective", "edits": "listen"}[name]; e.how != "failed" || !strings.Contains(e.why, word) {
			t.Errorf("%s: %s, %s", name, e.how, e.why)
		}
	}
}

func TestChromium(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), realserver.Chromium(t), "--version").Output()
	if err != nil || !strings.Contains(string(out), "Chrom") {
		t.Errorf("%q, %v", out, err)
	}
}
