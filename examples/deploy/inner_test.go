package deploy_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/realserver"
)

// TestBody: 1 MiB passes, which is what the callback takes; more does not, but
// for chunks through Apache, which cannot count what it passes on.
func TestBody(t *testing.T) {
	each(t, func(t *testing.T, server string, a app) {
		s := open(t, server, a, newInner(t))
		for _, tt := range []struct {
			name   string
			size   int
			length bool // told in advance
			want   int
		}{
			{"1 MiB", 1 << 20, true, http.StatusOK},
			{"1 MiB in chunks", 1 << 20, false, http.StatusOK},
			{"more", 1<<20 + 1, true, http.StatusRequestEntityTooLarge},
			{"far more", 5 << 20, true, http.StatusRequestEntityTooLarge},
			{"more in chunks", 1<<20 + 1, false, http.StatusRequestEntityTooLarge},
		} {
			var body io.Reader = bytes.NewReader(make([]byte, tt.size))
			if !tt.length {
				body = io.MultiReader(body) // of no length that net/http knows
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+a.host+a.pages+"entry/", body)
			if err != nil {
				t.Fatal(err)
			}
			resp := s.do(t, req)
			arrived := s.inner.take()
			if server == "apache" && !tt.length {
				tt.want = http.StatusOK
			}
			if resp.StatusCode != tt.want || (len(arrived) == 1) != (tt.want == http.StatusOK) {
				t.Errorf("%s: status %d, %d arrived whole", tt.name, resp.StatusCode, len(arrived))
			}
		}
	})
}

// TestAnswer: the app's answer comes as it is, without telling what is in between.
func TestAnswer(t *testing.T) {
	each(t, func(t *testing.T, server string, a app) {
		s := open(t, server, a, newInner(t))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+a.host+a.pages+"?big", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "gzip, br")
		resp := s.do(t, req)
		body, err := io.ReadAll(resp.Body)
		if err != nil || string(body) != innerPage || resp.Header.Get("Content-Encoding") != "" {
			t.Errorf("%d bytes, %v, %v", len(body), resp.Header, err)
		}
		if resp.Header.Get("Set-Cookie") != bigHeader || resp.Header.Get("Location") != s.inner.URL+"/" {
			t.Errorf("a header is not the app's: %v", resp.Header)
		}
		for _, url := range []string{"https://" + a.host + a.pages, "https://" + a.host + "/nowhere", "http://" + a.host + a.pages} {
			resp := s.get(t, url)
			text, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if shown := resp.Header.Get("Server") + string(text); strings.Contains(shown, "1.") || strings.Contains(shown, "2.") || strings.Contains(shown, "OpenSSL") {
				t.Errorf("%s tells versions: %q", url, shown)
			}
		}
	})
}

// TestSentOnce: what was sent to the app is not sent again, since an OAuth code
// works once and a decision is made once.
func TestSentOnce(t *testing.T) {
	each(t, func(t *testing.T, server string, a app) {
		var arrived atomic.Int32
		in := &inner{Server: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if arrived.Add(1) == 1 {
				return // a connection that could be kept
			}
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = conn.Close()
			}
		}))}
		t.Cleanup(in.Close)
		s := open(t, server, a, in)
		if resp := s.get(t, "https://"+a.host+a.pages); resp.StatusCode != http.StatusOK {
			t.Fatalf("status %d", resp.StatusCode)
		}
		if resp := s.get(t, "https://"+a.host+a.pages+"login/?code=1"); resp.StatusCode != http.StatusBadGateway || arrived.Load() != 2 {
			t.Errorf("status %d, arrived %d times", resp.StatusCode, arrived.Load()-1)
		}
	})
}

// TestRestart: an app that was away is asked again at once; WeCom repeats a
// callback within seconds and then never.
func TestRestart(t *testing.T) {
	each(t, func(t *testing.T, server string, a app) {
		addr := realserver.Addr(t)
		in := &inner{}
		in.Server = &httptest.Server{URL: "http://" + addr}
		s := open(t, server, a, in)
		for range 3 {
			if resp := s.get(t, "https://"+a.host+a.pages); resp.StatusCode < 500 {
				t.Fatalf("status %d of an app that is away", resp.StatusCode)
			}
		}
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		back := &httptest.Server{Listener: listener, Config: &http.Server{Handler: in}}
		back.Start()
		t.Cleanup(back.Close)
		if resp := s.get(t, "https://"+a.host+a.pages); resp.StatusCode != http.StatusOK {
			t.Errorf("status %d of an app that is back\n%s", resp.StatusCode, s.run.Logs())
		}
	})
}

// TestInnerHTTPS: an inner address of https is believed by its certificate only.
func TestInnerHTTPS(t *testing.T) {
	each(t, func(t *testing.T, server string, a app) {
		for _, tt := range []struct {
			name, host string // of the inner certificate
			trusted    bool
			ok         bool
		}{
			{"its name, trusted", "127.0.0.1", true, true},
			{"another name, trusted", "other.inner.com", true, false},
			{"its name, not trusted", "127.0.0.1", false, false},
		} {
			cert := realserver.NewCertificate(t, tt.host)
			pair, err := tls.LoadX509KeyPair(cert.CertFile, cert.KeyFile)
			if err != nil {
				t.Fatal(err)
			}
			in := &inner{}
			in.Server = httptest.NewUnstartedServer(in)
			in.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
			in.Config.ErrorLog = log.New(io.Discard, "", 0) // of those that do not believe it
			in.StartTLS()
			t.Cleanup(in.Close)
			s := open(t, server, a, in, func(site *realserver.Site, _ *string) {
				if tt.trusted {
					site.InnerCA = cert.CertFile
				}
			})
			resp := s.get(t, "https://"+a.host+a.pages)
			if arrived := s.inner.take(); (len(arrived) == 1) != tt.ok || (resp.StatusCode == http.StatusOK) != tt.ok {
				t.Errorf("%s: status %d, %d arrived\n%s", tt.name, resp.StatusCode, len(arrived), s.run.Logs())
			}
		}
	})
}
