package proxyhdr_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bkwecom/wecom/proxyhdr"
)

func TestURL(t *testing.T) {
	t.Parallel()
	outer := proxyhdr.Origin{Scheme: "https", Host: "itsm.exter.com", Prefix: "/o/itsm", External: true}
	port := proxyhdr.Origin{Scheme: "http", Host: "itsm.exter.com:8443", External: true}
	inner := proxyhdr.Origin{Scheme: "http", Host: "evil.example", Prefix: "/o/itsm"}
	root := proxyhdr.Origin{Scheme: "http", Host: "evil.example"}
	for _, tt := range []struct {
		name string
		o    proxyhdr.Origin
		path string
		want string
	}{
		{"external", outer, "/weixin/ticket/42/", "https://itsm.exter.com/o/itsm/weixin/ticket/42/"},
		{"no slash", outer, "weixin/", "https://itsm.exter.com/o/itsm/weixin/"},
		{"empty", outer, "", "https://itsm.exter.com/o/itsm/"},
		{"root", outer, "/", "https://itsm.exter.com/o/itsm/"},
		{"query and fragment", outer, "/x?a=1&b=%20#/ticket/1", "https://itsm.exter.com/o/itsm/x?a=1&b=%20#/ticket/1"},
		{"Chinese and spaces", outer, "/中 文", "https://itsm.exter.com/o/itsm/%E4%B8%AD%20%E6%96%87"},
		{"markup", outer, `/"><b>`, "https://itsm.exter.com/o/itsm/%22%3E%3Cb%3E"},
		{"controls", outer, "/\x00\x1f\x7f", "https://itsm.exter.com/o/itsm/%00%1F%7F"},
		{"port", port, "/x", "http://itsm.exter.com:8443/x"},
		{"two slashes", port, "//evil.example/", "http://itsm.exter.com:8443/evil.example/"},
		{"userinfo", port, "@evil.example/", "http://itsm.exter.com:8443/@evil.example/"},
		{"not external", inner, "/weixin/", "/o/itsm/weixin/"},
		{"not external at the root", root, "/weixin/", "/weixin/"},
		{"not external, two slashes", root, "//evil.example/", "/evil.example/"},
		{"not external, backslashes", root, `\\evil.example/`, "/%5C%5Cevil.example/"},
		{"not external, slash and backslash", root, `/\evil.example/`, "/%5Cevil.example/"},
		{"not external, tab between slashes", root, "/\t/evil.example/", "/%09/evil.example/"},
		{"not external, newline before slashes", root, "\n//evil.example/", "/%0A//evil.example/"},
		{"not external, address", root, "https://evil.example/", "/https://evil.example/"},
		{"zero origin", proxyhdr.Origin{}, "/x", "/x"},
		{"external without a scheme", proxyhdr.Origin{Host: "itsm.exter.com", External: true}, "/x", "/x"},
		{"external without a host", proxyhdr.Origin{Scheme: "https", External: true}, "/x", "/x"},
	} {
		if got := tt.o.URL(tt.path); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	if o, ok := proxyhdr.FromContext(context.Background()); ok || o != (proxyhdr.Origin{}) {
		t.Errorf("an empty context holds %+v", o)
	}
	want := proxyhdr.Origin{Scheme: "https", Host: "itsm.exter.com", ClientIP: netip.MustParseAddr("203.0.113.9"), Weixin: true, External: true}
	got, ok := proxyhdr.FromContext(proxyhdr.NewContext(context.Background(), want))
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" || !ok {
		t.Error(diff, ok)
	}
}

// TestOddCallers: what a program can do wrong without a proxy's help.
func TestOddCallers(t *testing.T) {
	t.Parallel()
	var zero proxyhdr.Proxy
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/x", nil)
	zero.Handler(nil).ServeHTTP(w, r)
	if w.Code != 404 {
		t.Errorf("no handler: %d", w.Code)
	}
	r.URL, r.Header = nil, nil
	o, err := outcome(t, proxyhdr.Config{}, r)
	if err != nil || o.URI != "/" {
		t.Errorf("no URL: %+v, %v", o, err)
	}
	r = httptest.NewRequest("OPTIONS", "*", nil)
	if o, err = outcome(t, proxyhdr.Config{}, r); err != nil || o.URI != "/" {
		t.Errorf("OPTIONS *: %+v, %v", o, err)
	}
	r = httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.0.0.1:1"
	r.Header.Set("X-Forwarded-Weixin-Host", "\t itsm.exter.com ") // net/http trims
	if o, err = outcome(t, proxyhdr.Config{Trusted: trusted, Hosts: hosts}, r); err != nil || !o.Weixin {
		t.Errorf("spaces: %+v, %v", o, err)
	}
	r = &http.Request{Header: http.Header{"X-Forwarded-For": nil, "X-Script-Name": {}}, RemoteAddr: "10.0.0.1:1"}
	if o, err = outcome(t, proxyhdr.Config{Trusted: trusted}, r); err != nil || o.ClientIP.String() != "10.0.0.1" {
		t.Errorf("headers without lines: %+v, %v", o, err)
	}
}
