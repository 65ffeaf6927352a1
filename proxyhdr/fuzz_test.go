package proxyhdr_test

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bkwecom/wecom/proxyhdr"
)

var (
	cleanPrefix = regexp.MustCompile(`^(?:/[0-9A-Za-z._~-]+)*$`)
	shortASCII  = regexp.MustCompile(`^[ -~…]{1,400}$`)
)

// sameSite resolves a reference as a browser does, which drops tabs and line
// breaks and reads a backslash in a path as a slash.
func sameSite(ref string) bool {
	path, _, _ := strings.Cut(strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(strings.TrimLeft(ref, "\x00\t\n\r ")), "?")
	u, err := url.Parse("https://itsm.exter.com/base/")
	if err != nil {
		return false
	}
	path = strings.NewReplacer(`\`, "/", "%", "%25").Replace(path) // browsers take any percent sign
	if path, _, _ = strings.Cut(path, "#"); !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return false
	}
	u, err = u.Parse(path)
	return err == nil && u.Scheme == "https" && u.Host == "itsm.exter.com"
}

// client is a second reader of X-Forwarded-For: all at once, by splitting.
func client(lines []string, peer netip.Addr, trusts func(netip.Addr) bool) (a netip.Addr, ok bool) {
	elements := strings.Split(strings.Join(lines, ","), ",")
	slices.Reverse(elements)
	a = peer
	for _, e := range elements {
		if e = strings.Trim(e, " \t"); e == "" {
			continue
		}
		if !trusts(a) {
			return a, true
		}
		if h, err := netip.ParseAddrPort(e); err == nil {
			a = h.Addr()
		} else if a, err = netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(e, "["), "]")); err != nil {
			return a, false
		}
		a = a.WithZone("").Unmap()
	}
	return a, true
}

// FuzzOrigin: whatever the headers say, a host is on the list or the request's
// own and not external; an untrusted peer changes nothing.
func FuzzOrigin(f *testing.F) {
	names := []string{"X-Forwarded-Weixin-Host", "X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Script-Name", "X-Original-Uri", "Forwarded"}
	for _, tt := range allRows() {
		cfg, r := tt.request(f)
		var values [7]string
		for i, name := range names {
			values[i] = strings.Join(r.Header[name], "\n")
		}
		f.Add(cfg.Forwarded, cfg.Scheme != "", cfg.Prefix != "", r.RemoteAddr, r.RequestURI,
			values[0], values[1], values[2], values[3], values[4], values[5], values[6])
	}
	f.Fuzz(func(t *testing.T, rfc, fixed, prefix bool, peer, target, weixin, host, forwardedFor, proto, script, uri, forwarded string) {
		cfg := proxyhdr.Config{Trusted: trusted, Hosts: hosts, Forwarded: rfc}
		if fixed {
			cfg.Scheme = "https"
		}
		if prefix {
			cfg.Prefix = "/o/itsm"
		}
		u, err := url.ParseRequestURI(target)
		if err != nil {
			u = &url.URL{Path: target}
		}
		r := &http.Request{Method: "GET", URL: u, Host: "paas.inner.com", RemoteAddr: peer, Header: http.Header{}}
		for i, value := range []string{weixin, host, forwardedFor, proto, script, uri, forwarded} {
			if value != "" {
				r.Header[names[i]] = strings.Split(value, "\n")
			}
		}
		bare := r.Clone(t.Context())
		bare.Header = http.Header{}

		o, refused := outcome(t, cfg, r)
		plain, err := outcome(t, cfg, bare)
		if err != nil {
			t.Fatalf("refused without a forwarding header: %v", err)
		}
		ap, err := netip.ParseAddrPort(peer)
		addr := ap.Addr().WithZone("").Unmap()
		trusts := func(a netip.Addr) bool {
			return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
		}
		if err != nil || !trusts(addr) {
			if diff := cmp.Diff(plain, o, cmpopts.EquateComparable(netip.Addr{})); diff != "" || refused != nil {
				t.Fatalf("an untrusted peer was heard: %v %s", refused, diff)
			}
			if o.ClientIP != addr {
				t.Fatalf("client %v of peer %q", o.ClientIP, peer)
			}
		}
		if refused != nil {
			var he *proxyhdr.HeaderError
			if !errors.As(refused, &he) || !shortASCII.MatchString(refused.Error()) {
				t.Fatalf("refused with %q", refused)
			}
			return
		}

		if o.External {
			if !slices.Contains(hosts, o.Host) {
				t.Fatalf("external host %q", o.Host)
			}
		} else if o.Host != r.Host || o.Weixin {
			t.Fatalf("%+v", o)
		}
		if o.Scheme != "http" && o.Scheme != "https" || fixed && o.External && o.Scheme != "https" {
			t.Fatalf("scheme %q", o.Scheme)
		}
		if !cleanPrefix.MatchString(o.Prefix) || strings.Contains(o.Prefix+"/", "/./") || strings.Contains(o.Prefix+"/", "/../") {
			t.Fatalf("prefix %q", o.Prefix)
		}
		if !sameSite(o.URI) || strings.ContainsAny(o.URI, "\\#\"<> ") || strings.ContainsFunc(o.URI, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
			t.Fatalf("URI %q", o.URI)
		}
		if !rfc && err == nil {
			want, ok := client(r.Header["X-Forwarded-For"], addr, trusts)
			if !trusts(addr) {
				want, ok = addr, true
			}
			if !ok || want != o.ClientIP {
				t.Fatalf("client %v, want %v", o.ClientIP, want)
			}
		}
		if rfc && forwarded == "" && o.ClientIP != addr {
			t.Fatalf("client %v without a header that names one", o.ClientIP)
		}
	})
}

// FuzzClientsWord: what a client wrote in front of what the proxy appended,
// in the same line or in another, changes nothing.
func FuzzClientsWord(f *testing.F) {
	for _, tt := range allRows() {
		_, r := tt.request(f)
		for _, lines := range r.Header {
			f.Add(lines[0])
		}
	}
	appended := map[string]string{
		"X-Forwarded-For":   "203.0.113.9",
		"X-Forwarded-Proto": "https",
		"X-Forwarded-Host":  "itsm.exter.com",
		"Forwarded":         `for=203.0.113.9;proto=https;host="itsm.exter.com"`,
	}
	f.Fuzz(func(t *testing.T, word string) {
		for _, rfc := range []bool{false, true} {
			cfg := proxyhdr.Config{Trusted: trusted, Hosts: hosts, Forwarded: rfc}
			for _, separate := range []bool{false, true} {
				r := &http.Request{Host: "paas.inner.com", RemoteAddr: "10.0.0.1:1", URL: &url.URL{Path: "/"}, Header: http.Header{}}
				for header, own := range appended {
					r.Header[header] = []string{word + ", " + own}
					if separate {
						r.Header[header] = []string{word, own}
					}
				}
				o, err := outcome(t, cfg, r)
				if got, want := render(o, err, r, cfg), "scheme=https host=itsm.exter.com client=203.0.113.9 external"; got != want {
					t.Fatalf("rfc %v, separate %v: %s", rfc, separate, got)
				}
			}
		}
	})
}

// FuzzURL: a link stays on this site, whatever its path holds.
func FuzzURL(f *testing.F) {
	for _, s := range []string{"/weixin/ticket/42/", "//evil.example/", `/\evil.example`, "/\t/evil.example", "\n\r//evil.example", "https://evil.example/", "@evil.example", "/中?a=b#c", "0%", ":8443/", ".evil.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if got := (proxyhdr.Origin{Host: "evil.example"}).URL(path); !sameSite(got) {
			t.Fatalf("%q became %q", path, got)
		}
		got := proxyhdr.Origin{Scheme: "https", Host: "itsm.exter.com", Prefix: "/o/itsm", External: true}.URL(path)
		rest, ok := strings.CutPrefix(got, "https://itsm.exter.com/o/itsm/")
		if !ok || strings.ContainsAny(rest, "\\\"<> ") || strings.ContainsFunc(rest, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
			t.Fatalf("%q became %q", path, got)
		}
	})
}
