package site_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/health"
	"github.com/bkwecom/wecom/examples/internal/site"
)

// TestHealthFirst: probes name an address, not the site, and are answered
// whatever else their request says.
func TestHealthFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *site.Config, _ *site.Outer) {
		c.Checks = []health.Check{{Name: "part", Ask: func(context.Context) error { return errors.New("ill") }}}
	})
	for _, target := range []string{"/ping", "/o/itsm/ping", "/healthz", "/o/itsm/healthz/"} {
		for _, header := range [][]string{nil, phone, {"Host", "10.0.0.9"}, {"X-Forwarded-Weixin-Host", "evil.example.com"}} {
			code, body := ask(s, proxy, target, header...)
			if code != 200 || !strings.Contains(body, "pong") && !strings.Contains(body, "ill") {
				t.Errorf("%s %v: %d %s", target, header, code, body)
			}
		}
	}
	if code, body := ask(s, proxy, "/sub/ping", "X-Script-Name", "/sub"); code != 200 || body != "pong" {
		t.Errorf("below X-Script-Name: %d %s", code, body)
	}
}

func TestProofs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"WW_verify_abc.txt", "MP_verify_9.txt", "secret.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("proof of "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newSite(t, func(c *site.Config, _ *site.Outer) { c.Common.DomainVerifyDir = dir })
	for target, want := range map[string]string{
		"/WW_verify_abc.txt": "proof of WW_verify_abc.txt", "/o/itsm/WW_verify_abc.txt": "proof of WW_verify_abc.txt",
		"/MP_verify_9.txt": "proof of MP_verify_9.txt", "/WW_verify_none.txt": "404 page not found",
		"/secret.txt": "Not Found", "/WW_verify_abc.txt/": "Not Found", "/x/WW_verify_abc.txt": "Not Found", "/WW_verify_..%2fsecret.txt": "Not Found",
	} {
		if _, body := ask(s, proxy, target, phone...); body != want {
			t.Errorf("%s: %s", target, body)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/WW_verify_abc.txt", nil)
	w := httptest.NewRecorder()
	if s.ServeHTTP(w, r); w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
	if code, _ := ask(newSite(t, nil), proxy, "/WW_verify_abc.txt"); code != 404 {
		t.Errorf("without a folder: %d", code)
	}
}

func TestBarred(t *testing.T) {
	t.Parallel()
	var barred []string
	s := newSite(t, func(c *site.Config, _ *site.Outer) {
		c.Barred = func(r *http.Request) { barred = append(barred, r.URL.Path) }
	})
	ask(s, proxy, "/o/itsm/event/", phone...)
	ask(s, proxy, "/o/itsm/weixin/", phone...)
	if len(barred) != 1 || barred[0] != "/event/" {
		t.Errorf("told of %v", barred)
	}
}

func TestPanic(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		next http.HandlerFunc
		want string // in the log; "" is none
	}{
		{"a secret", func(http.ResponseWriter, *http.Request) { panic("hunter2") }, "string"},
		{"a mistake", func(_ http.ResponseWriter, r *http.Request) { _ = []string(nil)[len(r.Host)] }, "index out of range"},
		{"headers were set", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/hunter2")
			panic(errors.New("hunter2"))
		}, "*errors.errorString"},
	} {
		var log strings.Builder
		s, err := site.New(site.Config{Log: slog.New(slog.NewTextHandler(&log, nil))}, site.Outer{}, tt.next)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/hunter2?hunter2", nil))
		if w.Code != 500 || w.Header().Get("Location") != "" || !strings.Contains(w.Body.String(), "Internal Server Error") {
			t.Errorf("%s: %d %v %s", tt.name, w.Code, w.Header(), w.Body)
		}
		if !strings.Contains(log.String(), tt.want) || !strings.Contains(log.String(), "parts_test.go:") || strings.Contains(log.String(), "hunter2") {
			t.Errorf("%s: log %s", tt.name, &log)
		}
	}
}

// TestPanicHalfWay: what has begun is cut, so that it does not look whole.
func TestPanicHalfWay(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]http.HandlerFunc{
		"body":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("half")); panic("x") },
		"status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200); panic("x") },
		"abort":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		s, err := site.New(site.Config{Common: env.Common{}, Log: slog.New(slog.DiscardHandler)}, site.Outer{}, next)
		if err != nil {
			t.Fatal(err)
		}
		srv := httptest.NewUnstartedServer(s)
		srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
		srv.Start()
		resp, err := http.Get(srv.URL)
		if err == nil {
			_, err = resp.Body.Read(make([]byte, 100))
			for err == nil {
				_, err = resp.Body.Read(make([]byte, 100))
			}
			_ = resp.Body.Close()
		}
		if err == nil || err.Error() == "EOF" {
			t.Errorf("%s: the answer looks whole", name)
		}
		srv.Close()
	}
}

// TestControls: http.ResponseController reaches the connection.
func TestControls(t *testing.T) {
	t.Parallel()
	s, err := site.New(site.Config{}, site.Outer{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints) // begins no answer
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s)
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("%v %v", resp, err)
	}
	_ = resp.Body.Close()
}

// TestPathStays: no inner path leads to another host.
func TestPathStays(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for inner, want := range map[string]string{
		"/weixin/": "/weixin/", "": "/", "//evil.example/": "/evil.example/", `/\evil.example/`: "/evil.example/", `\/evil.example/`: "/evil.example/",
		"https://evil.example/": "/https://evil.example/",
	} {
		if got := site.Path(r, inner); got != want {
			t.Errorf("%s: %s", inner, got)
		}
	}
}
