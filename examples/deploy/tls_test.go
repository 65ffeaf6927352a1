package deploy_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/realserver"
)

func (s *site) handshake(version uint16, suites ...uint16) (tls.ConnectionState, error) {
	conn, err := tls.Dial("tcp", s.HTTPS, &tls.Config{
		ServerName: s.app.host, RootCAs: s.Cert.Pool, MinVersion: version, MaxVersion: version, CipherSuites: suites,
	})
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = conn.Close() }()
	return conn.ConnectionState(), nil
}

func TestTLS(t *testing.T) {
	each(t, func(t *testing.T, server string, a app) {
		s := open(t, server, a, newInner(t))
		for version, ok := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
			state, err := s.handshake(version)
			switch {
			case ok && (err != nil || state.Version != version):
				t.Errorf("%s: %v", tls.VersionName(version), err)
			case !ok && (err == nil || !strings.Contains(err.Error(), "remote error: tls: protocol version")): // RFC 8446, 6.2
				t.Errorf("%s: %v, want the alert that names the version", tls.VersionName(version), err)
			}
		}
		for suite, ok := range map[uint16]bool{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: true, tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: true,
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: false, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: false,
		} {
			if _, err := s.handshake(tls.VersionTLS12, suite); (err == nil) != ok {
				t.Errorf("%s: %v, want it to work: %v", tls.CipherSuiteName(suite), err, ok)
			}
		}

		// That the old ones are refused is the configuration's doing.
		old := open(t, server, a, s.inner, func(_ *realserver.Site, text *string) {
			*text = strings.NewReplacer("ssl_protocols TLSv1.2", "ssl_protocols TLSv1.1", "SSLProtocol -all", "SSLProtocol -all +TLSv1.1",
				"ssl_ciphers ", "ssl_ciphers ALL:", "SSLCipherSuite ", "SSLCipherSuite ALL:").Replace(*text)
		})
		if _, err := old.handshake(tls.VersionTLS11, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA); err != nil {
			t.Errorf("a server that may speak TLS 1.1 does not: %v", err)
		}
	})
}
