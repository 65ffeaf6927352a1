package proxyhdr_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/proxyhdr"
)

// TestPage: the peer is told nothing; the log is told all.
func TestPage(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	p, err := proxyhdr.New(proxyhdr.Config{Trusted: trusted, Hosts: hosts, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.0.0.1:4711"
	r.Header.Set("X-Forwarded-Weixin-Host", strings.Repeat("evil.example\u202e", 100))
	w := httptest.NewRecorder()
	p.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler ran") })).ServeHTTP(w, r)
	got := w.Result()
	if got.StatusCode != 400 || w.Body.String() != "请求有误，请联系管理员。\n" {
		t.Errorf("%d %s", got.StatusCode, w.Body)
	}
	want := http.Header{
		"Cache-Control":          {"no-store"},
		"Content-Type":           {"text/plain; charset=utf-8"},
		"X-Content-Type-Options": {"nosniff"},
	}
	if diff := cmp.Diff(want, got.Header); diff != "" {
		t.Error(diff)
	}
	line := log.String()
	for _, part := range []string{"level=WARN", "X-Forwarded-Weixin-Host", "is not in Config.Hosts", "evil.example", "peer=10.0.0.1:4711"} {
		if !strings.Contains(line, part) {
			t.Errorf("%q is not in the log: %s", part, line)
		}
	}
	if strings.Count(line, "\n") != 1 || len(line) > 500 || strings.Contains(line, "\u202e") {
		t.Errorf("the log has foreign text at length: %q", line)
	}
}

// TestRefused: the hook answers alone, and the reason is logged as well.
func TestRefused(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var got error
	p, err := proxyhdr.New(proxyhdr.Config{
		Trusted: trusted, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Refused: func(w http.ResponseWriter, _ *http.Request, err error) {
			got = err
			http.Error(w, "走错了", http.StatusBadRequest)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.0.0.1:4711"
	r.Header.Set("X-Original-URI", "//o/itsm/weixin/login/?code=CODE&state=STATE")
	w := httptest.NewRecorder()
	p.Handler(nil).ServeHTTP(w, r)
	if w.Code != 400 || w.Body.String() != "走错了\n" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	if want := "proxyhdr: X-Original-URI begins with two slashes, which browsers take for another host"; got == nil || got.Error() != want {
		t.Errorf("%v, want %s", got, want)
	}
	if line := log.String(); !strings.Contains(line, "two slashes") || strings.Contains(line, "CODE") {
		t.Errorf("logged %q", line)
	}
}
