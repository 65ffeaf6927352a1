package deploy_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/realserver"
)

// An app is one of the two, as seen from outside.
type app struct{ name, host, pages, static string }

var (
	itsm        = app{"itsm", "itsm.exter.com", "/o/itsm/weixin/", "/o/itsm/static/weixin/"}
	selfhealing = app{"selfhealing", "mycompany.com", "/o/bk_fta_solutions/wechat/", "/o/bk_fta_solutions/static/wechat/"}
)

// prefix is /o/itsm.
func (a app) prefix() string { return "/" + strings.Join(strings.Split(a.pages, "/")[1:3], "/") }

// in puts the app's paths into a pattern.
func (a app) in(pattern string) string {
	return strings.NewReplacer("{pages}", a.pages, "{static}", a.static, "{P}", a.prefix(), "{host}", a.host,
		"{test}", strings.Replace(a.pages, "/o/", "/t/", 1)).Replace(pattern)
}

// site is an app's configuration, run by a real server in front of an inner
// server that records what arrives.
type site struct {
	realserver.Site
	app    app
	server string // nginx or apache
	run    *realserver.Server
	inner  *inner
}

func conf(t *testing.T, elem ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// open runs an app's configuration; the optional edits are made before.
func open(t *testing.T, server string, a app, in *inner, edits ...func(*realserver.Site, *string)) *site {
	t.Helper()
	s := &site{Site: realserver.NewSite(t, a.host, in.URL), app: a, server: server, inner: in}
	text := conf(t, server, a.name+".conf")
	for _, edit := range edits {
		edit(&s.Site, &text)
	}
	if server == "nginx" {
		s.run = s.Nginx(t, text)
	} else {
		s.run = s.Apache(t, text)
	}
	return s
}

// each runs a test for every configuration.
func each(t *testing.T, test func(t *testing.T, server string, a app)) {
	t.Helper()
	t.Parallel()
	for _, server := range []string{"nginx", "apache"} {
		for _, a := range []app{itsm, selfhealing} {
			t.Run(server+"/"+a.name, func(t *testing.T) {
				t.Parallel()
				test(t, server, a)
			})
		}
	}
}

// get asks as a browser would, without following redirects.
func (s *site) get(t *testing.T, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s.do(t, req)
}

// do answers with a body that is read.
func (s *site) do(t *testing.T, req *http.Request) *http.Response {
	t.Helper()
	transport := s.Transport()
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", req.Method, req.URL, err, s.run.Logs())
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp
}

// raw sends bytes that net/http would not, and returns the status, 0 if the
// connection was closed without one.
func (s *site) raw(t *testing.T, request string) (status int, client string) {
	t.Helper()
	conn, err := tls.Dial("tcp", s.HTTPS, &tls.Config{ServerName: s.app.host, RootCAs: s.Cert.Pool, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatalf("%v\n%s", err, s.run.Logs())
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	_, _ = io.WriteString(conn, request) // a server may refuse before it has read all
	client, _, err = net.SplitHostPort(conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, client
	}
	_ = resp.Body.Close()
	return resp.StatusCode, client
}

// inner records what a proxy lets through.
type inner struct {
	*httptest.Server
	mu      sync.Mutex
	arrived []*http.Request
}

// innerPage and bigHeader are more than a proxy's smallest buffers hold.
var (
	innerPage = "<!doctype html><title>inner</title>" + strings.Repeat("<p>text</p>\n", 5000)
	bigHeader = strings.Repeat("c", 6<<10)
)

func newInner(t *testing.T) *inner {
	t.Helper()
	in := &inner{}
	in.Server = httptest.NewServer(in)
	t.Cleanup(in.Close)
	return in
}

func (in *inner) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the proxy gave up: it let nothing whole through
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	in.mu.Lock()
	in.arrived = append(in.arrived, r)
	in.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if r.URL.RawQuery == "big" {
		w.Header().Set("Set-Cookie", bigHeader)
		w.Header().Set("Location", "http://"+r.Host+"/")
	}
	_, _ = io.WriteString(w, innerPage)
}

// take returns what has arrived since the last call.
func (in *inner) take() []*http.Request {
	in.mu.Lock()
	defer in.mu.Unlock()
	got := in.arrived
	in.arrived = nil
	return got
}
