package proxyhdr_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"github.com/bkwecom/wecom/proxyhdr"
)

// An app behind the proxy of BlueKing's ITSM guide.
func Example() {
	p, err := proxyhdr.New(proxyhdr.Config{
		Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")},
		Hosts:   []string{"itsm.exter.com"},
		Prefix:  "/o/itsm",
		Log:     slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	app := p.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, _ := proxyhdr.FromContext(r.Context())
		fmt.Fprintln(w, o.ClientIP, o.Weixin, o.URL("/weixin/ticket/42/"))
	}))

	r := httptest.NewRequest("GET", "/o/itsm/weixin/", nil)
	r.Header.Set("X-Forwarded-For", "198.51.100.1, 203.0.113.9") // the first is what the client says
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Forwarded-Weixin-Host", "itsm.exter.com")
	for _, peer := range []string{"10.0.0.1:50000", "203.0.113.7:50000"} {
		r.RemoteAddr = peer
		w := httptest.NewRecorder()
		app.ServeHTTP(w, r)
		body, _ := io.ReadAll(w.Body)
		fmt.Print(string(body))
	}
	// Output:
	// 203.0.113.9 true https://itsm.exter.com/o/itsm/weixin/ticket/42/
	// 203.0.113.7 false /o/itsm/weixin/ticket/42/
}

// A link is absolute only where a trusted proxy named one of the hosts.
func ExampleOrigin_URL() {
	outside := proxyhdr.Origin{Scheme: "https", Host: "itsm.exter.com", Prefix: "/o/itsm", External: true}
	inside := proxyhdr.Origin{Scheme: "http", Host: "whatever.the.client.says", Prefix: "/o/itsm"}
	fmt.Println(outside.URL("/weixin/"))
	fmt.Println(inside.URL("/weixin/"))
	fmt.Println(inside.URL("//evil.example/"))
	// Output:
	// https://itsm.exter.com/o/itsm/weixin/
	// /o/itsm/weixin/
	// /o/itsm/evil.example/
}

// A test of a handler needs no proxy.
func ExampleNewContext() {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if o, ok := proxyhdr.FromContext(r.Context()); !ok || !o.Weixin {
			http.NotFound(w, r)
		}
	})
	r := httptest.NewRequest("GET", "/weixin/", nil)
	phone := r.WithContext(proxyhdr.NewContext(r.Context(), proxyhdr.Origin{Weixin: true}))
	for _, r := range []*http.Request{r, phone} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 404
	// 200
}

// What a trusted proxy sends and nobody can read is refused; the error says
// which header it is.
func ExampleConfig_refused() {
	p, err := proxyhdr.New(proxyhdr.Config{
		Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")},
		Log:     slog.New(slog.DiscardHandler),
		Refused: func(w http.ResponseWriter, _ *http.Request, err error) {
			fmt.Println(err)
			w.WriteHeader(http.StatusBadRequest)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.0.0.1:50000"
	r.Header.Set("X-Forwarded-Proto", "on")
	p.Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
	// Output: proxyhdr: X-Forwarded-Proto "on" is neither http nor https: let the proxy send its own scheme
}

// The proxy says under which prefix it serves the app, X-Script-Name, and what the browser asked for,
// X-Original-URI. Hosts that are not listed are not named, whoever sends them.
func ExampleProxy_Handler() {
	p, err := proxyhdr.New(proxyhdr.Config{
		Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Hosts:   []string{"itsm.exter.com"},
		Log:     slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	app := p.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, ok := proxyhdr.FromContext(r.Context())
		fmt.Println(ok, o.External, o.URL("/weixin/ticket/42/"), o.URI)
	}))
	for _, host := range []string{"itsm.exter.com", "evil.example.com"} {
		r := httptest.NewRequest("GET", "/weixin/ticket/42/?tab=log", nil)
		r.RemoteAddr = "10.0.0.1:50000"
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-Host", host)
		r.Header.Set("X-Script-Name", "/o/itsm")
		r.Header.Set("X-Original-URI", "/o/itsm/weixin/ticket/42/?tab=log")
		app.ServeHTTP(httptest.NewRecorder(), r)
	}
	// Output:
	// true true https://itsm.exter.com/o/itsm/weixin/ticket/42/ /o/itsm/weixin/ticket/42/?tab=log
	// true false /o/itsm/weixin/ticket/42/ /o/itsm/weixin/ticket/42/?tab=log
}

// A proxy that speaks RFC 7239.
func ExampleConfig_forwarded() {
	p, err := proxyhdr.New(proxyhdr.Config{
		Trusted:   []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Hosts:     []string{"itsm.exter.com"},
		Forwarded: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest("GET", "/weixin/", nil)
	r.RemoteAddr = "10.0.0.1:50000"
	r.Header.Set("Forwarded", `for=203.0.113.9;proto=https;host=itsm.exter.com`)
	p.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, _ := proxyhdr.FromContext(r.Context())
		fmt.Println(o.ClientIP, o.URL("/weixin/"))
	})).ServeHTTP(httptest.NewRecorder(), r)
	// Output: 203.0.113.9 https://itsm.exter.com/weixin/
}

// A network that would let everybody forge the headers is refused.
func ExampleNew() {
	_, err := proxyhdr.New(proxyhdr.Config{Trusted: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}})
	fmt.Println(err)
	// Output: proxyhdr: Config.Trusted[0]: 0.0.0.0/0 would let everybody forge the headers: name the networks of your proxies
}
