package site_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/site"
)

func Example() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /weixin/ticket/{id}/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, site.Path(r, "/weixin/"), site.URL(r, "/weixin/ticket/"+r.PathValue("id")+"/"))
	})
	s, err := site.New(site.Config{
		Common:  env.Common{Prefix: "/o/itsm", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
		Phone:   "/weixin/",
		Outward: []string{"/weixin/", "/static/weixin/"},
		Inward:  []string{"/weixin/"},
	}, site.Outer{Hosts: []string{"itsm.exter.com"}}, mux)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest(http.MethodGet, "http://inner/o/itsm/weixin/ticket/42/", nil)
	r.RemoteAddr = "10.0.0.1:1234"
	r.Header.Set("X-Forwarded-Weixin-Host", "itsm.exter.com")
	r.Header.Set("X-Forwarded-Proto", "https")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	fmt.Print(w.Body)

	r.RemoteAddr = "192.0.2.1:1234" // nobody who may say so
	w = httptest.NewRecorder()
	s.ServeHTTP(w, r)
	fmt.Println(w.Code)
	// Output:
	// /o/itsm/weixin/ https://itsm.exter.com/o/itsm/weixin/ticket/42/
	// 404
}
