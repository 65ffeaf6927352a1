package deploy_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReach: the guides' paths go to the app, all else is 404, and nothing but
// pages is redirected to https.
func TestReach(t *testing.T) {
	each(t, func(t *testing.T, server string, a app) {
		s := open(t, server, a, newInner(t))
		const app, nothing = "200", "404"
		entry := map[string]string{"itsm": nothing, "selfhealing": app}[a.name] // by http: WeCom follows no redirect
		for _, row := range []struct{ method, url, want, arrives string }{
			{"GET", "https://{host}{pages}", app, ""},
			{"GET", "https://{host}{pages}?a=b%2Fc&d", app, ""},
			{"GET", "https://{host}{test}", app, ""},
			{"GET", "https://{host}{pages}login/?c_url=%2Fx&code=1&state=2", app, ""},
			{"POST", "https://{host}{pages}api/ticket/receipts/batch_approval/", app, ""},
			{"GET", "https://{host}{pages}ticket/42/", app, ""},
			{"GET", "https://{host}{pages}entry", app, ""},
			{"POST", "https://{host}{pages}entry", app, ""},
			{"POST", "https://{host}{pages}entry/?msg_signature=a&timestamp=1&nonce=b", app, ""},
			{"GET", "https://{host}{static}app.min-1_2.css", app, ""},
			{"GET", "https://{host}{static}icons/a.svg?v=1", app, ""},
			{"HEAD", "https://{host}{pages}", app, ""},

			{"GET", "https://{host}/WW_verify_aB3.txt", app, "{P}/WW_verify_aB3.txt"},
			{"GET", "http://{host}/WW_verify_aB3.txt", app, "{P}/WW_verify_aB3.txt"},
			{"GET", "http://{host}/MP_verify_x.txt?a=b", app, "{P}/MP_verify_x.txt?a=b"},
			{"POST", "https://{host}/WW_verify_aB3.txt", nothing, ""},
			{"GET", "https://{host}/XX_verify_aB3.txt", nothing, ""},
			{"GET", "https://{host}/WW_verify_.txt", nothing, ""},
			{"GET", "https://{host}/WW_verify_a.txt/", nothing, ""},
			{"GET", "https://{host}/WW_verify_a.html", nothing, ""},
			{"GET", "https://{host}/WW_verify_axtxt", nothing, ""},
			{"GET", "https://{host}/a/WW_verify_a.txt", nothing, ""},
			{"GET", "https://{host}/WW_verify_" + strings.Repeat("a", 65) + ".txt", nothing, ""},

			{"GET", "https://{host}/", nothing, ""},
			{"GET", "https://{host}{P}", nothing, ""},
			{"GET", "https://{host}{P}/", nothing, ""},
			{"GET", "https://{host}{P}x/weixin/", nothing, ""},
			{"GET", "https://{host}{P}/weixin2/", nothing, ""},
			{"GET", "https://{host}{P}/wechat2/", nothing, ""},
			{"GET", "https://{host}{P}/staticweixin/", nothing, ""},
			{"GET", "https://{host}{P}/weixin", nothing, ""},
			{"GET", "https://{host}{P}/wechat", nothing, ""},
			{"GET", "https://{host}{P}/doc/wechat_config/", nothing, ""},
			{"POST", "https://{host}{P}/event/api/monitor/", nothing, ""},
			{"GET", "https://{host}{P}/static/", nothing, ""},
			{"GET", "https://{host}{P}/static/other/a.css", nothing, ""},
			{"GET", "https://{host}/ping", nothing, ""},
			{"GET", "https://{host}/healthz", nothing, ""},
			{"GET", "https://{host}{P}/healthz", nothing, ""},
			{"GET", "https://{host}/x{pages}", nothing, ""},
			{"GET", "https://{host}/s" + strings.TrimPrefix(a.pages, "/o"), nothing, ""},
			{"GET", "https://{host}/favicon.ico", nothing, ""},
			{"GET", "https://{host}/server-status", nothing, ""},

			{"GET", "http://{host}{pages}", "301 https://{host}{pages}", ""},
			{"GET", "http://{host}{test}", "301 https://{host}{test}", ""},
			{"HEAD", "http://{host}{pages}ticket/42/", "301 https://{host}{pages}ticket/42/", ""},
			{"GET", "http://{host}{pages}login/?c_url=%2Fo%2525&a=<", "301 https://{host}{pages}login/?c_url=%2Fo%2525&a=<", ""},
			{"POST", "http://{host}{pages}approve/flow/", nothing, ""},
			{"GET", "http://{host}{static}app.css", nothing, ""},
			{"GET", "http://{host}/", nothing, ""},
			{"GET", "http://{host}{P}/", nothing, ""},
			{"POST", "http://{host}{pages}entry/", entry, ""},
			{"POST", "http://{host}{pages}entry", entry, ""},
		} {
			url := a.in(row.url)
			req, err := http.NewRequestWithContext(t.Context(), row.method, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp := s.do(t, req)
			got := fmt.Sprint(resp.StatusCode)
			if location := resp.Header.Get("Location"); location != "" {
				got += " " + location
			}
			if want := a.in(row.want); got != want {
				t.Errorf("%s %s: %q, want %q", row.method, url, got, want)
			}
			arrived := s.inner.take()
			if row.want != app {
				if len(arrived) != 0 {
					t.Errorf("%s %s: arrived as %s", row.method, url, arrived[0].RequestURI)
				}
				continue
			}
			want := a.in(row.arrives)
			if want == "" {
				want = strings.TrimPrefix(url, "https://"+a.host)
				want = strings.TrimPrefix(want, "http://"+a.host)
			}
			if len(arrived) != 1 || arrived[0].RequestURI != want || arrived[0].Method != row.method {
				t.Errorf("%s %s: %d arrived, want %s", row.method, url, len(arrived), want)
				continue
			}
			if scheme, _, _ := strings.Cut(url, ":"); arrived[0].Header.Get("X-Forwarded-Proto") != scheme {
				t.Errorf("%s %s: scheme %q", row.method, url, arrived[0].Header.Get("X-Forwarded-Proto"))
			}
		}
		// WeCom checks a callback URL by GET, which must not be taken for a page's.
		if a.name == "selfhealing" {
			for _, path := range []string{"entry", "entry/"} {
				if resp := s.get(t, "http://"+a.host+a.pages+path+"?echostr=x"); resp.StatusCode != http.StatusOK || len(s.inner.take()) != 1 {
					t.Errorf("the URL check by http on %s: %d", path, resp.StatusCode)
				}
			}
		}
	})
}

// TestTricks: no spelling of a path gets anything else through, nor a path that
// may pass in a spelling that the app could read differently.
func TestTricks(t *testing.T) {
	each(t, func(t *testing.T, server string, a app) {
		s := open(t, server, a, newInner(t))
		for _, target := range []string{
			"{pages}../../../doc", "{pages}../../../../doc/", "{pages}../doc/wechat_config/", "{pages}..", "{pages}../", "{pages}./", "{pages}.",
			"{pages}%2e%2e/doc/", "{pages}%2E%2E/%2e%2e/", "{pages}..%2fdoc/", "{pages}..%2Fdoc/", "{pages}%2e%2e%2fdoc/", "{pages}.%2e/doc/",
			"{pages}..%5cdoc/", "{pages}..\\doc/", "{pages}%252e%252e/doc/", "{pages}..%252fdoc/", "{pages}%c0%ae%c0%ae/doc/", "{pages}%u002e/",
			"{pages}..;/doc/", "{pages};x=y/", "{pages}a;x/../../doc/", "{pages}a;x=y", "{P};/doc/", "{pages}/", "{pages}/x", "{pages}x//y",
			"/{pages}", "//{P}/doc/", "/./{pages}", "/%2fo/itsm/", "/x/..{pages}", "/%2e{pages}", "/x/%2e%2e{pages}", "{P}/doc/..%2f..{pages}", "{P}/doc/../weixin/", "{P}/doc/../wechat/",
			"{P}/doc/%2e%2e/wechat/todo/", "{P}/event/api/x/..%2f..%2f..%2fwechat/todo/", "{static}../../doc/", "{static}..%2f..%2fdoc/", "{static}../../wechat/../doc/",
			"/O{P}", "/O/itsm/weixin/", "/o/ITSM/weixin/", "/o/itsm/WEIXIN/", "/o/bk_fta_solutions/WECHAT/", "/O/bk_fta_solutions/wechat/", "/o/itsm/Static/weixin/",
			"{pages}%00", "{pages}x%00.css", "{pages}%0d%0aX-Script-Name:%20/evil", "{pages}%0a", "{pages}%20", "{pages}x%3f/../doc", "{pages}x%23/../doc", "{pages}#/../../doc",
			"{pages}x#", "{pages}ticket/%34%32/", "{pages}~root/", "{pages}a+b", "{pages}*", "{pages}é", "{pages}%e4%bd%a0", "{pages}:8080/", "{pages}@evil.example/",
			"{pages}.git/config", "{static}.htaccess", "{pages}x/.../", "{pages}x/..x/../..", "*", "{host}{pages}", "{host}:443", "{pages}%", "{pages}%zz", "{pages}%2",
			"/WW_verify_a%2etxt", "/WW_verify_%61.txt", "/WW_verify_a.txt%00", "//WW_verify_a.txt", "/./WW_verify_a.txt", "/WW_verify_a..txt", "/x/../WW_verify_a.txt", "/WW_verify_a.txt;", "/ww_verify_a.txt",
		} {
			target := a.in(target)
			s.nothing(t, "GET "+target+" HTTP/1.1\r\nHost: "+a.host+"\r\n\r\n")
		}
		for _, request := range []string{
			"GET {P}/doc/ HTTP/1.1\r\nHost: {host}{pages}\r\n\r\n",
			"GET https://{host}{P}/doc/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
			"GET http://evil.example{P}/doc/?{pages} HTTP/1.1\r\nHost: {host}\r\n\r\n",
			"GET {P}/doc/ HTTP/1.1\r\nHost: {host}\r\nX-Original-URL: {pages}\r\nX-Rewrite-URL: {pages}\r\nX-Original-URI: {pages}\r\n\r\n",
			"GET {P}/doc/?x={pages} HTTP/1.1\r\nHost: {host}\r\n\r\n",
			"GET {P}/doc/ {pages} HTTP/1.1\r\nHost: {host}\r\n\r\n",
			"GET {P}/doc/\t{pages} HTTP/1.1\r\nHost: {host}\r\n\r\n",
			"GET\t{P}/doc/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
			"GET{pages} {P}/doc/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
			"get {pages} HTTP/1.1\r\nHost: {host}\r\n\r\n",
			"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}\r\n\r\n",
			"TRACE {pages} HTTP/1.1\r\nHost: {host}\r\n\r\n",
			"POST {pages} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
			"POST {pages} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
		} {
			s.nothing(t, a.in(request))
		}
	})
}

// nothing fails if a request is answered with anything but a refusal.
func (s *site) nothing(t *testing.T, request string) {
	t.Helper()
	status, _ := s.raw(t, request)
	for _, r := range s.inner.take() {
		t.Errorf("%q arrived as %s %q", request, r.Method, r.RequestURI)
	}
	if status != 0 && status < 400 {
		t.Errorf("%q: status %d", request, status)
	}
}

// TestRandomPaths holds what random paths do against a reading of its own.
func TestRandomPaths(t *testing.T) {
	each(t, func(t *testing.T, server string, a app) {
		s := open(t, server, a, newInner(t))
		tame := strings.Fields(a.in("x a.css 42 - _ / x/ a.b/ ticket/ ?c=/.."))
		wild := slices.Concat(tame, strings.Fields(a.in("/ . .. o t itsm weixin wechat static bk_fta_solutions doc %2e %2f %2F %2E%2E %5c %00 %41 ; ;a=b # & \\ ~ : // /../ /./ {pages} {static} {P}")))
		starts := strings.Fields(a.in("{pages} {pages} {test} {static} {P} / /o/ //"))
		plain := regexp.MustCompile(`^/[0-9A-Za-z_./-]*$`)
		random := rand.New(rand.NewPCG(4, 1)) // the same paths each time
		through := 0
		for i := range 400 {
			pieces := tame
			if i%2 == 0 {
				pieces = wild
			}
			target := starts[random.IntN(len(starts))]
			for range random.IntN(6) {
				target += pieces[random.IntN(len(pieces))]
			}
			p, _, _ := strings.Cut(target, "?")
			clean := path.Clean(p)
			if strings.HasSuffix(p, "/") && clean != "/" {
				clean += "/"
			}
			outer := strings.Replace(p, "/t/", "/o/", 1)
			may := plain.MatchString(p) && clean == p && !strings.Contains(p, "/.") && (strings.HasPrefix(outer, a.pages) || strings.HasPrefix(outer, a.static))
			status, _ := s.raw(t, "GET "+target+" HTTP/1.1\r\nHost: "+a.host+"\r\n\r\n")
			arrived := s.inner.take()
			switch {
			case may && (len(arrived) != 1 || arrived[0].RequestURI != target || status != http.StatusOK):
				t.Errorf("%q: status %d, %d arrived", target, status, len(arrived))
			case !may && (len(arrived) != 0 || status < 400 && status != 0):
				t.Errorf("%q: status %d, %d arrived", target, status, len(arrived))
			}
			through += len(arrived)
		}
		if through < 50 || through > 350 {
			t.Errorf("%d of 400 paths could pass: the test says little", through)
		}
	})
}
