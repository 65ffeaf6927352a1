package realserver

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// A Site is what an operator fills into one of examples/deploy's
// configurations, and what a test must move away from the well-known ports.
type Site struct {
	HTTP, HTTPS string // addresses in place of ports 80 and 443
	Inner       string // the app's URL, such as http://127.0.0.1:5000
	Cert        Certificate
	InnerCA     string // PEM file; "" leaves the distribution's
}

// NewSite chooses addresses and makes a certificate for host.
func NewSite(t testing.TB, host, inner string) Site {
	t.Helper()
	return Site{HTTP: Addr(t), HTTPS: Addr(t), Inner: inner, Cert: NewCertificate(t, host)}
}

// Nginx runs a configuration with the site's values.
func (s Site) Nginx(t testing.TB, conf string) *Server {
	t.Helper()
	addrs := []string{s.HTTPS}
	if strings.Contains(conf, "listen 80;") {
		addrs = append(addrs, s.HTTP)
	}
	return Nginx(t, s.FillNginx(t, conf), addrs...)
}

// Apache runs a configuration with the site's values.
func (s Site) Apache(t testing.TB, conf string) *Server {
	t.Helper()
	return Apache(t, s.FillApache(t, conf), s.HTTP, s.HTTPS)
}

// FillNginx edits what an operator would, and the ports.
func (s Site) FillNginx(t testing.TB, conf string) string {
	t.Helper()
	return s.fill(t, conf, []edit{
		{`listen\s+80;`, "listen " + s.HTTP + ";", false},
		{`listen\s+443( ssl)?;`, "listen " + s.HTTPS + " ssl;", true},
		{`(?m)^\s*ssl\s+on;`, "", false}, // nginx 1.25 does not know it any more; "listen … ssl" says it
		{`(ssl_certificate\s+)[^;]+;`, "${1}" + s.Cert.CertFile + ";", true},
		{`(ssl_certificate_key\s+)[^;]+;`, "${1}" + s.Cert.KeyFile + ";", true},
		{`(proxy_pass\s+)https?://[^;]+;`, "${1}" + s.Inner + ";", true},
	}, `(proxy_ssl_trusted_certificate\s+)[^;]+`)
}

// FillApache edits what an operator would, and the ports.
func (s Site) FillApache(t testing.TB, conf string) string {
	t.Helper()
	return s.fill(t, conf, []edit{
		{`<VirtualHost \*:80>`, "<VirtualHost " + s.HTTP + ">", true},
		{`<VirtualHost \*:443>`, "<VirtualHost " + s.HTTPS + ">", true},
		{`(Define\s+\w+_CERT\s+)\S+`, "${1}" + s.Cert.CertFile, true},
		{`(Define\s+\w+_KEY\s+)\S+`, "${1}" + s.Cert.KeyFile, true},
		{`(Define\s+\w+_INNER\s+)\S+`, "${1}" + s.Inner, true},
	}, `(SSLProxyCACertificateFile\s+)\S+`)
}

// An edit that must be made and finds nothing to edit is a test's mistake, which
// would otherwise bind well-known ports or ask someone else's server.
type edit struct {
	pattern, with string
	must          bool
}

func (s Site) fill(t testing.TB, conf string, edits []edit, innerCA string) string {
	t.Helper()
	if s.InnerCA != "" {
		edits = append(edits, edit{innerCA, "${1}" + s.InnerCA, true})
	}
	for _, e := range edits {
		pattern := regexp.MustCompile(e.pattern)
		if e.must && !pattern.MatchString(conf) {
			t.Fatalf("the configuration has no %s", e.pattern)
		}
		conf = pattern.ReplaceAllString(conf, e.with)
	}
	return conf
}

// Transport is a member's way to the site: whatever the host, ports 80 and 443
// are the site's, and its certificate is believed.
func (s Site) Transport() *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			switch _, port, _ := net.SplitHostPort(addr); port {
			case "80":
				addr = s.HTTP
			case "443":
				addr = s.HTTPS
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		},
		TLSClientConfig: &tls.Config{RootCAs: s.Cert.Pool, MinVersion: tls.VersionTLS12},
	}
}
