package site_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/site"
)

// newSite is a site like itsm's, whose app tells what it sees of a request.
func newSite(t *testing.T, edit func(*site.Config, *site.Outer)) *site.Site {
	t.Helper()
	cfg := site.Config{
		Common: env.Common{Prefix: "/o/itsm", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
		Phone:  "/weixin/", Outward: []string{"/weixin/", "/static/weixin/"}, Inward: []string{"/weixin/"},
		Log: slog.New(slog.DiscardHandler),
	}
	outer := site.Outer{Hosts: []string{"itsm.exter.com"}}
	if edit != nil {
		edit(&cfg, &outer)
	}
	s, err := site.New(cfg, outer, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s|%s|%s|%s", r.URL.Path, site.Path(r, "/weixin/ticket/1/"), site.URL(r, "/static/weixin/a.css"), site.Location(r))
	}))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends a request from peer; headers come in pairs.
func ask(h http.Handler, peer, target string, header ...string) (int, string) {
	r := httptest.NewRequest(http.MethodGet, "http://inner"+target, nil)
	r.RemoteAddr = peer + ":1234"
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		return 0, err.Error()
	}
	return w.Code, strings.TrimSpace(string(body))
}

const (
	proxy    = "10.0.0.1"
	stranger = "192.0.2.1"
)

// phone is what the guide's nginx sets.
var phone = []string{"X-Forwarded-Host", "itsm.exter.com", "X-Forwarded-Weixin-Host", "itsm.exter.com", "X-Forwarded-Proto", "https"}

func TestWayIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for _, tt := range []struct {
		name, peer, target string
		header             []string
		code               int
		want               string
	}{
		{"the phone", proxy, "/o/itsm/weixin/?a=1", phone, 200, "/weixin/|/o/itsm/weixin/ticket/1/|https://itsm.exter.com/o/itsm/static/weixin/a.css|/o/itsm/weixin/?a=1"},
		{"the prefix is stripped by an ingress", proxy, "/weixin/x/?a=1", phone, 200, "/weixin/x/|/o/itsm/weixin/ticket/1/|https://itsm.exter.com/o/itsm/static/weixin/a.css|/o/itsm/weixin/x/?a=1"},
		{"and named by it", proxy, "/weixin/", append([]string{"X-Script-Name", "/prod--itsm"}, phone...), 200, "/weixin/|/prod--itsm/weixin/ticket/1/|https://itsm.exter.com/prod--itsm/static/weixin/a.css|/prod--itsm/weixin/"},
		{"and named, but left on", proxy, "/prod--itsm/weixin/", append([]string{"X-Script-Name", "/prod--itsm"}, phone...), 200, "/weixin/|/prod--itsm/weixin/ticket/1/|https://itsm.exter.com/prod--itsm/static/weixin/a.css|/prod--itsm/weixin/"},
		{"another outer path", proxy, "/o/itsm/weixin/x/", append([]string{"X-Original-URI", "/outer/x/?b=2"}, phone...), 200, "/weixin/x/|/o/itsm/weixin/ticket/1/|https://itsm.exter.com/o/itsm/static/weixin/a.css|/outer/x/?b=2"},
		{"the PC side", proxy, "/o/itsm/?a=\"<", nil, 200, "/|/o/itsm/weixin/ticket/1/|/o/itsm/static/weixin/a.css|/o/itsm/?a=%22%3C"},
		{"no header of a stranger counts", stranger, "/", []string{"X-Script-Name", "/evil", "X-Original-URI", "/evil/", "X-Forwarded-Host", "evil.example.com"}, 200, "/|/o/itsm/weixin/ticket/1/|/o/itsm/static/weixin/a.css|/o/itsm/"},
		{"two slashes are no host", stranger, "//evil.example.com/", nil, 200, "//evil.example.com/|/o/itsm/weixin/ticket/1/|/o/itsm/static/weixin/a.css|/o/itsm/evil.example.com/"},
		{"phone pages from inside", proxy, "/o/itsm/weixin/", nil, 404, "Not Found"},
		{"phone pages by Host alone", proxy, "/o/itsm/weixin/", []string{"Host", "itsm.exter.com"}, 404, "Not Found"},
		{"phone pages by a stranger's headers", stranger, "/o/itsm/weixin/", phone, 404, "Not Found"},
		{"dots into the phone's paths", stranger, "/o/itsm/x/../weixin/", nil, 404, "Not Found"},
		{"two slashes into them", stranger, "/o/itsm//weixin/", nil, 404, "Not Found"},
		{"phone pages without their slash", stranger, "/o/itsm/weixin", phone, 404, "Not Found"},
		{"the PC side from outside", proxy, "/o/itsm/", phone, 404, "Not Found"},
		{"the PC side by the external host's name", stranger, "/o/itsm/", []string{"Host", "ITSM.exter.com.:8443"}, 404, "Not Found"},
		{"the PC side by a list", stranger, "/", []string{"X-Forwarded-Host", "inner, itsm.exter.com"}, 404, "Not Found"},
		{"the PC side by a second line", stranger, "/", []string{"X-Forwarded-Host", "inner", "X-Forwarded-Host", "itsm.exter.com"}, 404, "Not Found"},
		{"the PC side by RFC 7239", stranger, "/", []string{"Forwarded", `for=1.2.3.4;Host="itsm.exter.com:443"`}, 404, "Not Found"},
		{"dots out of the phone's paths", proxy, "/o/itsm/weixin/../x", phone, 404, "Not Found"},
		{"escaped dots", proxy, "/o/itsm/weixin/%2e%2e/x", phone, 404, "Not Found"},
		{"escaped slash", proxy, "/o/itsm/weixin/..%2fx", phone, 404, "Not Found"},
		{"an escaped slash in place of one", proxy, "/o/itsm/weixin%2fx", phone, 404, "Not Found"},
		{"static files from inside", stranger, "/static/weixin/a.css", nil, 200, "/static/weixin/a.css|/o/itsm/weixin/ticket/1/|/o/itsm/static/weixin/a.css|/o/itsm/static/weixin/a.css"},
		{"another name", proxy, "/", []string{"X-Forwarded-Host", "other.exter.com"}, 200, "/|/o/itsm/weixin/ticket/1/|/o/itsm/static/weixin/a.css|/o/itsm/"},
		{"a host that may not be named", proxy, "/o/itsm/weixin/", []string{"X-Forwarded-Weixin-Host", "evil.example.com"}, 400, "Bad Request"},
	} {
		if code, body := ask(s, tt.peer, tt.target, tt.header...); code != tt.code || body != tt.want {
			t.Errorf("%s: %d %s\nwant %d %s", tt.name, code, body, tt.code, tt.want)
		}
	}
}

// TestOuterPath: the phone pages may have another address outside.
func TestOuterPath(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(_ *site.Config, o *site.Outer) { o.Path = "/wx/service/" })
	for _, tt := range []struct {
		target string
		header []string
		want   string
	}{
		{"/o/itsm/weixin/a/?b=1", phone, "/weixin/a/|/wx/service/ticket/1/|https://itsm.exter.com/o/itsm/static/weixin/a.css|/wx/service/a/?b=1"},
		// Some proxies send one fixed value; the configured path knows better.
		{"/o/itsm/weixin/a/?b=1", append([]string{"X-Original-URI", "/wx/service/"}, phone...), "/weixin/a/|/wx/service/ticket/1/|https://itsm.exter.com/o/itsm/static/weixin/a.css|/wx/service/a/?b=1"},
		{"/o/itsm/", nil, "/|/o/itsm/weixin/ticket/1/|/o/itsm/static/weixin/a.css|/o/itsm/"},
	} {
		if code, body := ask(s, proxy, tt.target, tt.header...); code != 200 || body != tt.want {
			t.Errorf("%s: %d %s\nwant %s", tt.target, code, body, tt.want)
		}
	}
}

// TestUse: another external host counts at once, and a wrong one changes nothing.
func TestUse(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	moved := []string{"X-Forwarded-Host", "new.exter.com"}
	if code, _ := ask(s, proxy, "/o/itsm/weixin/", moved...); code != 404 {
		t.Errorf("before: %d", code)
	}
	for _, wrong := range []site.Outer{
		{Hosts: []string{"new.exter.com/path"}}, {Hosts: []string{"new.exter.com"}, Path: "//evil/"}, {Path: "relative/"}, {Path: "/open"},
	} {
		if err := s.Use(wrong); err == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
	if code, _ := ask(s, proxy, "/o/itsm/weixin/", phone...); code != 200 {
		t.Errorf("after wrong ones: %d", code)
	}
	if err := s.Use(site.Outer{Hosts: []string{"new.exter.com"}}); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]int{"/o/itsm/weixin/": 200, "/o/itsm/": 404} {
		if code, _ := ask(s, proxy, target, moved...); code != want {
			t.Errorf("%s after: %d", target, code)
		}
	}
	if code, _ := ask(s, proxy, "/o/itsm/", "X-Forwarded-Host", "itsm.exter.com"); code != 200 {
		t.Errorf("the old host still is external: %d", code)
	}
}

func TestWithoutSite(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/a/?b=1", nil)
	if site.Path(r, "/x/") != "/x/" || site.URL(r, "/x/") != "/x/" || site.Location(r) != "/a/?b=1" || site.External(r) || site.Origin(r).External {
		t.Error("a request without a site is at the root")
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	next := http.NotFoundHandler()
	for name, cfg := range map[string]site.Config{
		"outward": {Outward: []string{"weixin/"}}, "inward": {Inward: []string{"/weixin"}}, "phone": {Phone: "weixin"},
		"prefix": {Common: env.Common{Prefix: "no slash"}},
	} {
		if _, err := site.New(cfg, site.Outer{}, next); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := site.New(site.Config{}, site.Outer{}, nil); err == nil {
		t.Error("next: no error")
	}
	if _, err := site.New(site.Config{}, site.Outer{}, next); err != nil {
		t.Errorf("everything empty: %v", err)
	}
}
