package proxyhdr_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/proxyhdr"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	host := func(s string) proxyhdr.Config { return proxyhdr.Config{Hosts: []string{"itsm.exter.com", s}} }
	network := func(p netip.Prefix) proxyhdr.Config { return proxyhdr.Config{Trusted: []netip.Prefix{p}} }
	const (
		chars = "has characters other than"
		label = "is empty, or has a dot at an end"
		port  = "has no port from 1 to 65535"
	)
	for _, tt := range []struct {
		name string
		cfg  proxyhdr.Config
		want []string
	}{
		{"zero network", network(netip.Prefix{}), []string{"Trusted[0]", "is not a network"}},
		{"all of IPv4", network(netip.MustParsePrefix("0.0.0.0/0")), []string{"0.0.0.0/0 would let everybody"}},
		{"all of IPv6", network(netip.MustParsePrefix("::/0")), []string{"::/0 would let everybody"}},
		{"all of IPv4, mapped", network(netip.MustParsePrefix("::ffff:0.0.0.0/96")), []string{"holds all IPv4 addresses"}},
		{"more than IPv4, mapped", network(netip.MustParsePrefix("::ffff:0.0.0.0/90")), []string{"holds all IPv4 addresses"}},
		{"empty host", host(""), []string{`Hosts[1] "": `, label}},
		{"URL", host("https://itsm.exter.com"), []string{`Hosts[1] "https://itsm.exter.com"`, "give the host alone"}},
		{"path", host("itsm.exter.com/o/"), []string{"give the host alone"}},
		{"port alone", host(":8080"), []string{label}},
		{"final dot", host("itsm.exter.com."), []string{label}},
		{"leading dot", host(".exter.com"), []string{label}},
		{"two dots", host("itsm..exter.com"), []string{label}},
		{"long part", host(strings.Repeat("a", 64) + ".com"), []string{"part that is empty or over 63 bytes"}},
		{"long name", host(strings.Repeat("a.", 127)), []string{"longer than a host name"}},
		{"space", host("itsm exter.com"), []string{chars}},
		{"wildcard", host("*.exter.com"), []string{chars}},
		{"userinfo", host("user@itsm.exter.com"), []string{chars}},
		{"Chinese", host("流程.com"), []string{chars, "xn--", `\u6d41`}},
		{"control character", host("itsm.exter.com\n"), []string{chars, `\n`}},
		{"list", host("itsm.exter.com,app.exter.com"), []string{chars}},
		{"empty port", host("itsm.exter.com:"), []string{port}},
		{"port 0", host("itsm.exter.com:0"), []string{port}},
		{"port 65536", host("itsm.exter.com:65536"), []string{port}},
		{"port with a zero", host("itsm.exter.com:0443"), []string{port}},
		{"port with a sign", host("itsm.exter.com:+443"), []string{port}},
		{"IPv6", host("[::1]:8080"), []string{port, "IPv6"}},
		{"scheme in capitals", proxyhdr.Config{Scheme: "HTTPS"}, []string{`Config.Scheme is "HTTPS"`}},
		{"another scheme", proxyhdr.Config{Scheme: "ftp"}, []string{"give http, https or nothing"}},
		{"prefix without a slash", proxyhdr.Config{Prefix: "o/itsm"}, []string{`Config.Prefix "o/itsm" does not begin`}},
		{"prefix with two slashes", proxyhdr.Config{Prefix: "/o//itsm"}, []string{"two slashes"}},
		{"prefix with an escape", proxyhdr.Config{Prefix: "/o/%69tsm"}, []string{"no escapes"}},
		{"prefix climbs", proxyhdr.Config{Prefix: "/o/.."}, []string{"a part . or .."}},
	} {
		p, err := proxyhdr.New(tt.cfg)
		if err == nil || p != nil {
			t.Errorf("%s: accepted", tt.name)
			continue
		}
		for _, want := range append(tt.want, "proxyhdr: Config.") {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not hold %q", tt.name, err, want)
			}
		}
	}
}

func TestNewAccepts(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat(strings.Repeat("a", 62)+".", 4) + "a" // 253 bytes
	for _, h := range []string{
		"itsm.exter.com", "ITSM.Exter.com", "localhost", "127.0.0.1:8080", "xn--fiq228c.com", "a_b.com:1", "a.com:65535", longest,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "10.0.0.1:1"
		r.Header.Set("X-Forwarded-Host", h)
		o, err := outcome(t, proxyhdr.Config{Trusted: trusted, Hosts: []string{h}}, r)
		if err != nil || o.Host != h || !o.External {
			t.Errorf("%s: %+v, %v", h, o, err)
		}
	}
	for prefix, want := range map[string]string{"": "", "/": "", "/o/itsm": "/o/itsm", "/o/itsm/": "/o/itsm", "/o/bk--itsm": "/o/bk--itsm"} {
		o, err := outcome(t, proxyhdr.Config{Prefix: prefix}, httptest.NewRequest("GET", "/", nil))
		if err != nil || o.Prefix != want {
			t.Errorf("prefix %q: %+v, %v", prefix, o, err)
		}
	}
}

// TestConfigIsCopied: a slice that changes afterwards changes nothing.
func TestConfigIsCopied(t *testing.T) {
	t.Parallel()
	networks, names := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, []string{"itsm.exter.com"}
	p, err := proxyhdr.New(proxyhdr.Config{Trusted: networks, Hosts: names})
	if err != nil {
		t.Fatal(err)
	}
	networks[0], names[0] = netip.MustParsePrefix("203.0.113.0/24"), "evil.example"
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.0.0.1:1"
	r.Header.Set("X-Forwarded-Host", "evil.example, itsm.exter.com")
	p.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if o, _ := proxyhdr.FromContext(r.Context()); o.Host != "itsm.exter.com" {
			t.Errorf("%+v", o)
		}
	})).ServeHTTP(httptest.NewRecorder(), r)
}
