package proxyhdr_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/proxyhdr"
)

// row is a request and what becomes of it: the differences to the defaults
// below, or "400", the header and the reason. "" is a request that is taken as
// if it had no forwarding header.
type row struct {
	name string
	in   string // settings and header lines, separated by " | "
	want string
}

// What a row's input may set before its header lines, with the defaults.
var defaults = map[string]string{
	"cfg":    "guide",
	"peer":   "10.0.0.1:4711",
	"target": "/weixin/?a=1",
	"host":   "paas.inner.com",
	"tls":    "",
}

var configs = map[string]proxyhdr.Config{
	"guide":   {Trusted: trusted, Hosts: hosts},
	"scheme":  {Trusted: trusted, Hosts: hosts, Scheme: "https"},
	"http":    {Trusted: trusted, Hosts: hosts, Scheme: "http"},
	"prefix":  {Trusted: trusted, Hosts: hosts, Prefix: "/o/itsm"},
	"rfc7239": {Trusted: trusted, Hosts: hosts, Forwarded: true},
	"rfcfix":  {Trusted: trusted, Hosts: hosts, Forwarded: true, Scheme: "https"},
	"nobody":  {Hosts: hosts},
	"nohosts": {Trusted: trusted},
	"mapped":  {Trusted: []netip.Prefix{netip.MustParsePrefix("::ffff:10.0.0.0/104")}, Hosts: hosts},
	"unclean": {Trusted: []netip.Prefix{netip.MustParsePrefix("10.200.3.4/8")}, Hosts: hosts},
}

var (
	trusted = []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("2001:db8:1::/48"),
		netip.MustParsePrefix("fe80::/10"),
	}
	hosts = []string{"itsm.exter.com", "itsm.exter.com:8443", "App.Exter.com", "www.exter.com:443", "www.exter.com:80", "127.0.0.1:8080"}
)

func allRows() []row {
	return slices.Concat(peerRows, weixinRows, hostRows, forRows, protoRows, prefixRows, uriRows, forwardedRows)
}

// request reads a row's input as net/http would from the wire.
func (tt row) request(t testing.TB) (cfg proxyhdr.Config, r *http.Request) {
	t.Helper()
	set := map[string]string{}
	for k, v := range defaults {
		set[k] = v
	}
	var lines []string
	direct := http.Header{}
	for line := range strings.SplitSeq(tt.in, " | ") {
		if k, v, ok := strings.Cut(line, "="); ok && len(lines) == 0 {
			if _, ok := defaults[k]; ok {
				set[k] = v
				continue
			}
		}
		switch k, v, _ := strings.Cut(line, ": "); {
		case line == "":
		case strings.ContainsAny(v, "\x01\x7f"): // stopped by net/http, but not by every handler in front
			direct.Add(k, v)
		default:
			lines = append(lines, line)
		}
	}
	cfg, ok := configs[set["cfg"]]
	if !ok {
		t.Fatalf("no configuration %q", set["cfg"])
	}
	raw := "GET " + set["target"] + " HTTP/1.1\r\nHost: " + set["host"] + "\r\n" + strings.Join(append(lines, "\r\n"), "\r\n")
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
	if err != nil {
		t.Fatalf("not a request: %v\n%s", err, raw)
	}
	for k, v := range direct {
		r.Header[k] = v
	}
	r.RemoteAddr = set["peer"]
	if set["tls"] != "" {
		r.TLS = &tls.ConnectionState{}
	}
	return cfg, r
}

// outcome sends a request through a Proxy.
func outcome(t testing.TB, cfg proxyhdr.Config, r *http.Request) (o proxyhdr.Origin, refused error) {
	t.Helper()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Refused = func(w http.ResponseWriter, _ *http.Request, err error) {
		refused = err
		w.WriteHeader(http.StatusBadRequest)
	}
	p, err := proxyhdr.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	called := 0
	w := httptest.NewRecorder()
	p.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		called++
		var ok bool
		if o, ok = proxyhdr.FromContext(r.Context()); !ok {
			t.Error("no origin in the context")
		}
	})).ServeHTTP(w, r)
	if wantCode, wantCalled := 200, 1; refused == nil && (w.Code != wantCode || called != wantCalled) {
		t.Errorf("%d, handler ran %d times", w.Code, called)
	}
	if refused != nil && (w.Code != 400 || called != 0) {
		t.Errorf("refused with %d, handler ran %d times", w.Code, called)
	}
	return o, refused
}

// render shows what differs from the request as it arrived.
func render(o proxyhdr.Origin, refused error, r *http.Request, cfg proxyhdr.Config) string {
	if refused != nil {
		var he *proxyhdr.HeaderError
		if !errors.As(refused, &he) {
			return "400 with another error: " + refused.Error()
		}
		return "400 " + he.Header + " " + he.Problem
	}
	plain := "http"
	if r.TLS != nil {
		plain = "https"
	}
	var peer string
	if ap, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		peer = ap.Addr().WithZone("").Unmap().String()
	} else {
		peer = netip.Addr{}.String()
	}
	var b strings.Builder
	field := func(name, got, base string) {
		if got != base {
			b.WriteString(" " + name + "=" + got)
		}
	}
	field("scheme", o.Scheme, plain)
	field("host", o.Host, r.Host)
	field("prefix", o.Prefix, cfg.Prefix)
	field("client", o.ClientIP.String(), peer)
	field("uri", o.URI, r.URL.RequestURI())
	if o.Weixin {
		b.WriteString(" weixin")
	}
	if o.External {
		b.WriteString(" external")
	}
	return strings.TrimPrefix(b.String(), " ")
}

// TestTable: what is believed of which request, and what is refused for which
// reason.
func TestTable(t *testing.T) {
	t.Parallel()
	rows := allRows()
	if len(rows) < 150 {
		t.Errorf("%d rows", len(rows))
	}
	names, inputs := map[string]bool{}, map[string]string{}
	for _, tt := range rows {
		if names[tt.name] {
			t.Errorf("two rows %q", tt.name)
		}
		if other, ok := inputs[tt.in]; ok {
			t.Errorf("rows %q and %q are the same case", tt.name, other)
		}
		names[tt.name], inputs[tt.in] = true, tt.name
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg, r := tt.request(t)
			before := r.Clone(context.Background())
			o, refused := outcome(t, cfg, r)
			if diff := cmp.Diff(tt.want, render(o, refused, r, cfg)); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s", tt.in, diff)
			}
			if diff := cmp.Diff(before.Header, r.Header); diff != "" || before.URL.String() != r.URL.String() || before.RemoteAddr != r.RemoteAddr {
				t.Errorf("the request was changed: %s", diff)
			}
		})
	}
}
