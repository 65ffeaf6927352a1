package site_test

import (
	"bufio"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/site"
)

// FuzzGate: whatever the request line and a forwarded host are, on the external
// host the app is reached by the phone's paths alone, from inside by none of them,
// and a location to come back to stays on this site.
func FuzzGate(f *testing.F) {
	for _, seed := range []string{
		"/o/itsm/weixin/", "/weixin/../x", "/weixin/%2e%2e/x", "/weixin%2fx", "//weixin/", "//evil/", "/o/itsm//evil/", "/x/..//evil",
		"/\\evil/", "/weixin/?a=\\b", "/./weixin/", "/weixin;x/", "/WW_verify_a.txt", "/o%2fitsm/weixin/", "/weixin/.", "/weixin/..",
	} {
		f.Add(seed, "itsm.exter.com")
		f.Add(seed, "inner")
	}
	var seen *http.Request
	// No mux, which would send unclean paths back by itself.
	next := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r })
	s, err := site.New(site.Config{
		Common:  env.Common{Prefix: "/o/itsm", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
		Phone:   "/weixin/",
		Outward: []string{"/weixin/", "/static/weixin/"}, Inward: []string{"/weixin/"}, Log: slog.New(slog.DiscardHandler),
	}, site.Outer{Hosts: []string{"itsm.exter.com"}}, next)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, target, host string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + target + " HTTP/1.1\r\nHost: inner\r\n\r\n")))
		if err != nil || strings.ContainsAny(host, "\r\n") {
			return
		}
		r.RemoteAddr = "10.0.0.1:1"
		r.Header.Set("X-Forwarded-Host", host)
		seen = nil
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		_, _ = io.Copy(io.Discard, w.Body)
		if seen == nil {
			return
		}
		clean := path.Clean(seen.URL.Path) + "/"
		phone := strings.HasPrefix(clean, "/weixin/")
		if site.External(seen) && !phone && !strings.HasPrefix(clean, "/static/weixin/") {
			t.Errorf("%q of %q reaches %q from outside", target, host, seen.URL.Path)
		}
		if !site.External(seen) && phone {
			t.Errorf("%q of %q reaches %q from inside", target, host, seen.URL.Path)
		}
		// As a browser resolves it: tabs and line ends vanish, a backslash is a slash.
		location := strings.ReplaceAll(strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(site.Location(seen)), `\`, "/")
		back, err := url.Parse(location)
		if err != nil || !strings.HasPrefix(location, "/") || strings.HasPrefix(location, "//") || back.Host != "" {
			t.Errorf("%q comes back to %q", target, site.Location(seen))
		}
	})
}
