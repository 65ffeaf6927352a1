package deploy_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/realserver"
	"github.com/google/go-cmp/cmp"
)

// TestGuide runs the nginx block of the ITSM guide. Changed are the port, with
// ssl at the listen, the files, and the inner address; nginx takes the old TLS
// versions that it names, and OpenSSL as Debian sets it up speaks none of them.
func TestGuide(t *testing.T) {
	t.Parallel()
	in := &inner{}
	in.Server = httptest.NewTLSServer(in)
	t.Cleanup(in.Close)
	s := &site{Site: realserver.NewSite(t, itsm.host, in.URL), app: itsm, server: "nginx", inner: in}
	s.run = s.Nginx(t, conf(t, "testdata", "guide_itsm.conf"))

	for target, phone := range map[string]bool{itsm.pages + "?a=b": true, "/t/itsm/weixin/login/?code=1": true, itsm.static + "app.css": false} {
		status, client := s.raw(t, "GET "+target+" HTTP/1.1\r\nHost: itsm.exter.com\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n")
		got := in.take()
		if status != http.StatusOK || len(got) != 1 || got[0].RequestURI != target {
			t.Errorf("%s: status %d, %d arrived\n%s", target, status, len(got), s.run.Logs())
			continue
		}
		want := http.Header{
			"X-Forwarded-For": {"203.0.113.9, " + client}, "X-Real-Ip": {client},
			"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"itsm.exter.com"},
		}
		if phone {
			want.Set("X-Forwarded-Weixin-Host", "itsm.exter.com")
		}
		if diff := cmp.Diff(want, forwarding(got[0].Header)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", target, diff)
		}
		if inner := strings.TrimPrefix(in.URL, "https://"); got[0].Host != inner {
			t.Errorf("%s: Host %q, want %q", target, got[0].Host, inner)
		}
	}
	for _, target := range []string{"/o/itsm/", "/o/itsm/api/", "/o/itsm/weixin/../doc/", "/ping"} {
		if status, _ := s.raw(t, "GET "+target+" HTTP/1.1\r\nHost: itsm.exter.com\r\n\r\n"); status != http.StatusNotFound || len(in.take()) != 0 {
			t.Errorf("%s: status %d", target, status)
		}
	}
}

// TestOtherInnerPath: PaaS may serve the app below another path. The lines that
// then change are README.md's.
func TestOtherInnerPath(t *testing.T) {
	t.Parallel()
	type line struct{ old, new string }
	for server, lines := range map[string][]line{
		"nginx": {{"rewrite ^/((?:WW|MP)_verify_\\w+\\.txt)$ /o/itsm/$1 break;", "rewrite ^/((?:WW|MP)_verify_\\w+\\.txt)$ /bk-itsm/$1 break;\nrewrite ^/[ot]/itsm/(.*)$ /bk-itsm/$1 break;"}},
		"apache": {
			{"RewriteRule ^ ${ITSM_INNER}/o/itsm%{REQUEST_URI} [P,L]", "RewriteRule ^ ${ITSM_INNER}/bk-itsm%{REQUEST_URI} [P,L]"},
			{"RewriteRule ^ ${ITSM_INNER}%{REQUEST_URI} [P,L]", "RewriteRule ^/[ot]/itsm/(.*)$ ${ITSM_INNER}/bk-itsm/$1 [P,L]"},
		},
	} {
		for _, l := range lines {
			for file, text := range map[string]string{"README.md": l.new, "README.zh-CN.md": l.new, server + "/itsm.conf": l.old} {
				if !strings.Contains(conf(t, file), text) {
					t.Errorf("%s does not have %s", file, text)
				}
			}
		}
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			s := open(t, server, itsm, newInner(t), func(_ *realserver.Site, text *string) {
				for _, l := range lines {
					*text = strings.Replace(*text, l.old, l.new, 1)
				}
			})
			for outer, inner := range map[string]string{
				"/o/itsm/weixin/ticket/42/?a=b%2Fc": "/bk-itsm/weixin/ticket/42/?a=b%2Fc",
				"/o/itsm/static/weixin/style.css":   "/bk-itsm/static/weixin/style.css",
				"/WW_verify_a1.txt":                 "/bk-itsm/WW_verify_a1.txt",
			} {
				resp := s.get(t, "https://"+itsm.host+outer)
				got := s.inner.take()
				if resp.StatusCode != http.StatusOK || len(got) != 1 || got[0].RequestURI != inner || got[0].Header.Get("X-Original-Uri") != outer {
					t.Errorf("%s: status %d, arrived %v\n%s", outer, resp.StatusCode, got, s.run.Logs())
				}
			}
		})
	}
}

// TestBothSites: one server takes both configurations, and tells them apart.
func TestBothSites(t *testing.T) {
	t.Parallel()
	for _, server := range []string{"nginx", "apache"} {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			httpAddr, httpsAddr, text := realserver.Addr(t), realserver.Addr(t), ""
			var sites []*site
			for _, a := range []app{itsm, selfhealing} {
				in := newInner(t)
				s := &site{Site: realserver.NewSite(t, a.host, in.URL), app: a, server: server, inner: in}
				s.HTTP, s.HTTPS = httpAddr, httpsAddr
				fill := s.FillNginx
				if server == "apache" {
					fill = s.FillApache
				}
				text += fill(t, conf(t, server, a.name+".conf"))
				sites = append(sites, s)
			}
			var run *realserver.Server
			if server == "nginx" {
				run = realserver.Nginx(t, text, httpAddr, httpsAddr)
			} else {
				run = realserver.Apache(t, text, httpAddr, httpsAddr)
			}
			for i, s := range sites {
				s.run = run
				other := sites[1-i]
				for path, ok := range map[string]bool{s.app.pages: true, other.app.pages: false} {
					resp := s.get(t, "https://"+s.app.host+path)
					mine, theirs := s.inner.take(), other.inner.take()
					if (resp.StatusCode == http.StatusOK) != ok || (len(mine) == 1) != ok || len(theirs) != 0 {
						t.Errorf("%s%s: status %d, arrived %d here and %d there\n%s", s.app.host, path, resp.StatusCode, len(mine), len(theirs), run.Logs())
					}
					if ok && len(mine) == 1 && mine[0].Header.Get("X-Forwarded-Weixin-Host") != s.app.host {
						t.Errorf("%s arrived for %q", s.app.host, mine[0].Header.Get("X-Forwarded-Weixin-Host"))
					}
				}
			}
		})
	}
}
