package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/examples/internal/realserver"
	"github.com/bkwecom/wecom/examples/itsm/settings"
)

// exterCom is the guide's external host.
const exterCom = "itsm.exter.com"

// behind sets the app up for the guide's host, as its variables are read.
func behind(host string, more map[string]string) func(*config) {
	return func(c *config) {
		vars := map[string]string{
			"BKAPP_USE_WEIXIN": "1", "BKAPP_IS_QY_WEIXIN": "1", "BKAPP_WEIXIN_APP_EXTERNAL_HOST": host,
			"BKAPP_WEIXIN_APP_ID": c.set.WeixinAppID, "BKAPP_WEIXIN_APP_SECRET": c.set.WeixinSecret.Reveal(), "BKAPP_WEIXIN_AGENT_ID": "1000002",
			"BKPAAS_LOGIN_URL": c.set.LoginURL, "BK_COMPONENT_API_URL": c.set.ComponentURL, "BKPAAS_APP_SECRET": c.set.AppSecret.Reveal(),
			"BKAPP_WEIXIN_QY_API_DOMAIN": c.set.APIDomain, "BKAPP_WEIXIN_QY_OPEN_DOMAIN": c.set.OpenDomain, "BKAPP_WEIXIN_MP_API_DOMAIN": c.set.MPDomain,
		}
		for name, value := range more {
			vars[name] = value
		}
		r := env.NewReader(func(name string) string { return vars[name] })
		if c.set = settings.Read(r); r.Err() != nil {
			panic(r.Err())
		}
	}
}

// guide plays the whole guide on phones that come to host by via.
func (s *stage) guide(via http.RoundTripper) {
	s.t.Helper()
	s.wecom.AddRoute(exterCom, via)
	p := &performance{theatre: s.theatre, ctx: s.t.Context(), Play: play.Play{Out: testLog{s.t}, WeCom: s.wecom}}
	p.perform()
	if _, err := p.End(); err != nil {
		s.t.Errorf("%v\n%s", err, s.log)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	return string(must[[]byte](t)(os.ReadFile(file)))
}

func TestWayThroughProxies(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T, realserver.Site){
		"nginx":              func(t *testing.T, s realserver.Site) { s.Nginx(t, read(t, "../deploy/nginx/itsm.conf")) },
		"nginx of the guide": func(t *testing.T, s realserver.Site) { s.Nginx(t, read(t, "../deploy/testdata/guide_itsm.conf")) },
		"apache":             func(t *testing.T, s realserver.Site) { s.Apache(t, read(t, "../deploy/apache/itsm.conf")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, host := range []string{exterCom, "https://" + exterCom + "/o/itsm/"} {
				s := newStage(t, behind(host, nil))
				site := realserver.NewSite(t, exterCom, "http://"+s.listener.Addr().String())
				start(t, site)
				s.guide(site.Transport())
			}
		})
	}
}

// hop is a proxy of ours between nginx and the app.
func (s *stage) hop(t *testing.T, rewrite func(*httputil.ProxyRequest)) (address string) {
	t.Helper()
	srv := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(&url.URL{Scheme: "http", Host: s.listener.Addr().String()})
		for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Weixin-Host", "X-Forwarded-Proto", "X-Forwarded-For", "X-Original-URI"} {
			p.Out.Header[http.CanonicalHeaderKey(name)] = p.In.Header[http.CanonicalHeaderKey(name)]
		}
		rewrite(p)
	}})
	t.Cleanup(srv.Close)
	return srv.URL
}

// TestWayThroughIngress: BlueKing PaaS v3 takes the sub-path away and names it in
// X-Script-Name, be it the one that the app expects or another.
func TestWayThroughIngress(t *testing.T) {
	t.Parallel()
	for name, vars := range map[string]map[string]string{
		"same path":  nil,
		"other path": {"BKPAAS_APP_ID": "bk-itsm", "BKAPP_WEIXIN_SITE_URL": "/o/itsm/weixin/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, behind(exterCom, vars))
			ingress := s.hop(t, func(p *httputil.ProxyRequest) {
				p.Out.URL.Path = strings.TrimPrefix(p.Out.URL.Path, "/o/itsm")
				p.Out.Header.Set("X-Script-Name", "/o/itsm")
			})
			site := realserver.NewSite(t, exterCom, ingress)
			site.Nginx(t, read(t, "../deploy/nginx/itsm.conf"))
			s.guide(site.Transport())
		})
	}
}

// TestWayByAnotherPath: the outer path is another, and the proxy names it in
// X-Original-URI with a fixed value, as BlueKing's monitoring asks for.
func TestWayByAnotherPath(t *testing.T) {
	t.Parallel()
	s := newStage(t, behind(exterCom, map[string]string{"BKAPP_WEIXIN_SITE_URL": "/mobile/itsm/"}))
	outer := s.hop(t, func(p *httputil.ProxyRequest) {
		p.Out.URL.Path = strings.Replace(p.Out.URL.Path, "/mobile/itsm/", "/o/itsm/weixin/", 1)
		p.Out.Header.Set("X-Forwarded-Weixin-Host", exterCom)
		p.Out.Header.Set("X-Forwarded-Proto", "https")
		p.Out.Header.Set("X-Original-URI", "/mobile/itsm/")
	})
	to := must[*url.URL](t)(url.Parse(outer))
	set := map[string]bool{}
	s.guide(roundTripper(func(r *http.Request) (*http.Response, error) {
		out := r.Clone(r.Context())
		out.URL.Scheme, out.URL.Host = to.Scheme, to.Host
		resp, err := http.DefaultTransport.RoundTrip(out)
		if err == nil {
			resp.Request = r // what the browser asked for
			inspect(t, resp.Cookies(), set)
		}
		return resp, err
	}))
	if len(set) < 3 || !set[csrfCookie] { // sign-in, session, CSRF
		t.Errorf("cookies %v", set)
	}
}

// inspect holds the cookies of a site by https against what they must be: no
// network in between can read or plant them, no other app of the host gets them,
// and scripts see the CSRF token alone.
func inspect(t *testing.T, cookies []*http.Cookie, set map[string]bool) {
	t.Helper()
	for _, c := range cookies {
		csrf := c.Name == csrfCookie
		if !c.Secure || c.SameSite != http.SameSiteLaxMode || c.HttpOnly == csrf || c.Domain != "" || strings.TrimSuffix(c.Path, "/") != "/mobile/itsm" ||
			!csrf && !strings.HasPrefix(c.Name, "__Secure-") {
			t.Errorf("cookie %s of %s: %+v", c.Name, c.Path, c)
		}
		set[c.Name] = true
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
