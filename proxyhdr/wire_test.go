package proxyhdr_test

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"testing"

	"github.com/bkwecom/wecom/proxyhdr"
)

// elsewhere makes connections seem to come from an address, so that one machine
// can play the proxies and the internet.
type elsewhere struct {
	net.Listener
	from string
}

type conn struct {
	net.Conn
	from net.Addr
}

func (c conn) RemoteAddr() net.Addr { return c.from }

func (l elsewhere) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return conn{c, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(l.from))}, nil
}

func serveFrom(t *testing.T, from string, h http.Handler) *url.URL {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.Listener = elsewhere{srv.Listener, from}
	srv.Start()
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// forward is a reverse proxy of the standard library.
func forward(to *url.URL, edit func(*httputil.ProxyRequest)) http.Handler {
	return &httputil.ReverseProxy{Rewrite: func(pr *httputil.ProxyRequest) {
		pr.SetURL(to) // Host becomes the inner one
		edit(pr)
	}}
}

func send(t *testing.T, to *url.URL, target string, header http.Header) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to.String()+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "itsm.exter.com" // what the browser asks for
	for k, v := range header {
		r.Header[k] = v
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, body)
}

// TestThroughReverseProxies: the guide's chain, an edge proxy that sets the
// headers and BlueKing's own proxy that strips the prefix, over the wire. A
// client that sends every header itself gets no further than its address.
func TestThroughReverseProxies(t *testing.T) {
	t.Parallel()
	p, err := proxyhdr.New(proxyhdr.Config{
		Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")},
		Hosts:   []string{"itsm.exter.com"},
		Scheme:  "https", // the inner proxy says http
		Log:     slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	show := p.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, _ := proxyhdr.FromContext(r.Context())
		fmt.Fprintf(w, "%s %v %v %s %s %s", o.ClientIP, o.Weixin, o.External, o.Scheme, o.URI, o.URL(r.URL.Path))
	}))

	app := serveFrom(t, "10.0.0.2:4711", show)
	inner := serveFrom(t, "10.0.0.1:4711", http.StripPrefix("/o/itsm", forward(app, func(pr *httputil.ProxyRequest) {
		pr.Out.Header["X-Forwarded-For"] = pr.In.Header["X-Forwarded-For"]
		pr.Out.Header["X-Forwarded-Host"] = pr.In.Header["X-Forwarded-Host"]
		host := pr.Out.Header["X-Forwarded-Host"]
		pr.SetXForwarded() // appends to X-Forwarded-For, overwrites the others
		pr.Out.Header["X-Forwarded-Host"] = append(host[:len(host):len(host)], pr.In.Host)
		pr.Out.Header["X-Forwarded-Weixin-Host"] = pr.In.Header["X-Forwarded-Weixin-Host"]
		pr.Out.Header["X-Original-Uri"] = pr.In.Header["X-Original-Uri"]
		pr.Out.Header.Set("X-Script-Name", "/o/itsm")
	})))
	appending := func(pr *httputil.ProxyRequest) {
		pr.Out.Header["X-Forwarded-For"] = pr.In.Header["X-Forwarded-For"]
		pr.SetXForwarded()
		pr.Out.Header.Set("X-Forwarded-Weixin-Host", "itsm.exter.com")
		pr.Out.Header.Set("X-Original-Uri", pr.In.RequestURI)
	}
	edge := serveFrom(t, "203.0.113.9:51234", forward(inner, appending))
	lax := serveFrom(t, "203.0.113.9:51234", forward(inner, func(pr *httputil.ProxyRequest) {
		appending(pr)
		pr.Out.Header["X-Forwarded-Weixin-Host"] = pr.In.Header["X-Forwarded-Weixin-Host"]
	}))
	direct := serveFrom(t, "203.0.113.9:51234", show)

	forged := http.Header{
		"X-Forwarded-For":         {"10.0.0.9", "198.51.100.1, garbage"},
		"X-Forwarded-Host":        {"evil.example"},
		"X-Forwarded-Weixin-Host": {"evil.example"},
		"X_forwarded_weixin_host": {"evil.example"},
		"X-Forwarded-Proto":       {"ftp"},
		"X-Script-Name":           {"//evil.example"},
		"X-Original-Uri":          {"//evil.example"},
		"Forwarded":               {"for=10.0.0.9;host=evil.example"},
		"X-Real-Ip":               {"10.0.0.9"},
	}
	const target = "/o/itsm/weixin/ticket/42/?a=1"
	const seen = "203.0.113.9 true true https /o/itsm/weixin/ticket/42/?a=1 https://itsm.exter.com/o/itsm/weixin/ticket/42/"
	for _, tt := range []struct {
		name   string
		to     *url.URL
		header http.Header
		want   string
	}{
		{"a member's phone", edge, nil, "200 " + seen},
		{"every header forged", edge, forged, "200 " + seen},
		{"an edge that lets the client's host pass", lax, forged, "400 请求有误，请联系管理员。\n"},
		{"past the proxies", direct, forged, "200 203.0.113.9 false false http /o/itsm/weixin/ticket/42/?a=1 /o/itsm/weixin/ticket/42/"},
	} {
		if got := send(t, tt.to, target, tt.header); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}
