package proxyhdr_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/bkwecom/wecom/proxyhdr"
)

// listen returns a handler and what it logs.
func listen(t *testing.T, cfg proxyhdr.Config) (http.Handler, func() []string) {
	t.Helper()
	var log bytes.Buffer
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil)) // locks
	p, err := proxyhdr.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})), func() []string {
		defer log.Reset()
		return strings.FieldsFunc(log.String(), func(r rune) bool { return r == '\n' })
	}
}

func ask(h http.Handler, peer, header, value string) {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = peer
	if header != "" {
		r.Header.Set(header, value)
	}
	h.ServeHTTP(httptest.NewRecorder(), r)
}

// TestStrangersAreLoggedOnce, with the setting that would trust them, and
// without what they say.
func TestStrangersAreLoggedOnce(t *testing.T) {
	t.Parallel()
	h, lines := listen(t, proxyhdr.Config{Trusted: trusted})
	ask(h, "203.0.113.7:1", "", "")
	ask(h, "203.0.113.7:1", "Accept", "x")
	ask(h, "203.0.113.7:1", "X-Real-IP", "x")
	ask(h, "203.0.113.7:1", "Forwarded", "for=x") // not read, trusted or not
	ask(h, "10.0.0.1:1", "X-Forwarded-For", "203.0.113.9")
	if got := lines(); len(got) != 0 {
		t.Errorf("logged for nothing: %q", got)
	}
	ask(h, "203.0.113.7:1", "X-Forwarded-For", "the-client-says")
	ask(h, "203.0.113.7:2", "X-Forwarded-Host", "x")
	ask(h, "[::ffff:203.0.113.7]:3", "X-Script-Name", "x")
	got := lines()
	if len(got) != 1 {
		t.Fatalf("%d lines: %q", len(got), got)
	}
	for _, want := range []string{"level=WARN", "peer=203.0.113.7:1", "header=X-Forwarded-For", "add 203.0.113.7/32 to Config.Trusted"} {
		if !strings.Contains(got[0], want) {
			t.Errorf("no %q in %s", want, got[0])
		}
	}
	if strings.Contains(got[0], "the-client-says") {
		t.Errorf("the value is logged: %s", got[0])
	}
	ask(h, "[2001:db8:9::1]:1", "X-Original-URI", "x")
	if got := lines(); len(got) != 1 || !strings.Contains(got[0], "add 2001:db8:9::1/128 to") || !strings.Contains(got[0], "header=X-Original-URI") {
		t.Errorf("IPv6: %q", got)
	}
	ask(h, "@", "X-Forwarded-Proto", "https")
	ask(h, "", "X-Forwarded-Proto", "https")
	if got := lines(); len(got) != 1 || !strings.Contains(got[0], "let the app listen on a TCP address") {
		t.Errorf("no address: %q", got)
	}
}

func TestStrangersWithRFC7239(t *testing.T) {
	t.Parallel()
	h, lines := listen(t, proxyhdr.Config{Forwarded: true})
	ask(h, "203.0.113.7:1", "X-Forwarded-For", "x")
	if got := lines(); len(got) != 0 {
		t.Errorf("a header that is never read: %q", got)
	}
	ask(h, "203.0.113.7:1", "Forwarded", "for=x")
	if got := lines(); len(got) != 1 || !strings.Contains(got[0], "header=Forwarded") {
		t.Errorf("%q", got)
	}
}

// TestStrangersAreBounded: the internet does not fill memory or log.
func TestStrangersAreBounded(t *testing.T) {
	t.Parallel()
	h, lines := listen(t, proxyhdr.Config{})
	var wg sync.WaitGroup
	for i := range 400 {
		wg.Go(func() { ask(h, fmt.Sprintf("203.0.113.%d:1", i%100), "X-Forwarded-For", "x") })
	}
	wg.Wait()
	if got := lines(); len(got) != 16 {
		t.Errorf("%d lines", len(got))
	}
}

// TestDefaultLog: without a Log, slog.Default is asked when there is something
// to say, not when the Proxy is made.
func TestDefaultLog(t *testing.T) {
	p, err := proxyhdr.New(proxyhdr.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	ask(p.Handler(nil), "203.0.113.7:1", "X-Forwarded-For", "x")
	if !strings.Contains(log.String(), "untrusted peer") {
		t.Errorf("%q", log.String())
	}
}
