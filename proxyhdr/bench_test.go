package proxyhdr_test

import (
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/proxyhdr"
)

// BenchmarkHandler stands beside the least that a handler of its kind must do:
// read the peer's address and the headers, and pass a value on in the context.
func BenchmarkHandler(b *testing.B) {
	for _, bb := range []struct{ name, in string }{
		{"guide", everything},
		{"hops", "X-Forwarded-Weixin-Host: itsm.exter.com | X-Forwarded-Host: evil.example, itsm.exter.com, paas.inner.com | X-Forwarded-For: 198.51.100.1, 203.0.113.9, 10.0.0.3, 10.0.0.2"},
		{"rfc7239", `cfg=rfc7239 | Forwarded: for=198.51.100.1, for=203.0.113.9;proto=https;host=itsm.exter.com, for="10.0.0.2:80"`},
		{"untrusted", "peer=203.0.113.7:1 | " + everything},
	} {
		cfg, r := row{in: bb.in}.request(b)
		cfg.Log = slog.New(slog.DiscardHandler)
		p, err := proxyhdr.New(cfg)
		if err != nil {
			b.Fatal(err)
		}
		var got proxyhdr.Origin
		next := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = proxyhdr.FromContext(r.Context()) })
		for _, h := range []struct {
			name string
			http.Handler
		}{{"floor", floor(next)}, {"wecom", p.Handler(next)}} {
			b.Run(bb.name+"/"+h.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					h.ServeHTTP(nil, r)
				}
			})
		}
		if got.Scheme == "" {
			b.Error("nothing was measured")
		}
	}
}

// floor believes the headers of anybody, as BlueKing's applications do.
func floor(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, _ := netip.ParseAddrPort(r.RemoteAddr)
		o := proxyhdr.Origin{
			Scheme:   r.Header.Get("X-Forwarded-Proto"),
			Host:     r.Header.Get("X-Forwarded-Host"),
			Prefix:   r.Header.Get("X-Script-Name"),
			URI:      r.Header.Get("X-Original-Uri"),
			ClientIP: peer.Addr(),
		}
		if o.Scheme == "" {
			o.Scheme = "http"
		}
		if o.URI == "" {
			o.URI = r.URL.RequestURI()
		}
		if first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-For"), ","); first != "" {
			o.ClientIP, _ = netip.ParseAddr(first)
		}
		next.ServeHTTP(w, r.WithContext(proxyhdr.NewContext(r.Context(), o)))
	})
}
