package wecomtest

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// The browsers' User-Agent: WeCom's webview says wxwork and MicroMessenger,
// WeChat's only the latter.
const (
	weComAgent   = "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 wxwork/4.1.30 MicroMessenger/7.0.1 NetType/WIFI Language/zh"
	weChatAgent  = "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN"
	desktopAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)

// vendorHosts are the names that an app opens if it is told nothing else. A
// browser is known there too, for tests that route them here by [Server.AddSite].
var vendorHosts = []string{"https://open.weixin.qq.com", "https://login.work.weixin.qq.com", "https://open.work.weixin.qq.com"}

// Browser is the webview on a person's phone: that of WeCom for a userid, that
// of WeChat for an openid, be it a member's or a visitor's. Every call makes
// another one, with cookies of its own. It follows redirects, reaches this server
// and the sites of [Server.AddSite] in memory where they are, and agrees to what
// it is asked unless [Server.Refuse] says otherwise. As it is meant for tests, it
// panics if there is nobody of that userid or openid.
//
// Set CheckRedirect on the client to look at each step.
func (s *Server) Browser(id string) *http.Client {
	p, agent := s.mustKnow("Browser", id), weComAgent
	if !p.member() || !strings.EqualFold(id, p.userID) {
		agent = weChatAgent
	}
	return s.browser(p, agent)
}

// DesktopBrowser is an ordinary browser on a PC whose user scans the QR code of
// web login with their phone and agrees. For the rest see [Server.Browser].
func (s *Server) DesktopBrowser(id string) *http.Client {
	return s.browser(s.mustKnow("DesktopBrowser", id), desktopAgent)
}

// AddSite lets the browsers find a site in memory: host is its name, with the
// port if its addresses have one. It works in a testing/synctest bubble. A server
// that is added by one of the vendor's names, such as open.weixin.qq.com, plays
// that too.
func (s *Server) AddSite(host string, h http.Handler) {
	s.AddRoute(host, &memoryTransport{handler: h, begin: s.begin, done: s.running.Done})
}

// AddRoute lets the browsers reach a host through a transport, such as one that
// trusts a test's certificate or knows where a proxy listens. Host "" is for all
// that have no route of their own, this server excepted.
func (s *Server) AddRoute(host string, via http.RoundTripper) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sites[strings.ToLower(host)] = via
}

func (s *Server) route(host string) http.RoundTripper {
	s.mu.Lock()
	defer s.mu.Unlock()
	host = strings.ToLower(host)
	if via := s.sites[host]; via != nil {
		return via
	}
	if own, err := url.Parse(s.URL); err == nil && strings.EqualFold(own.Host, host) {
		return s.client.Transport
	}
	if via := s.sites[""]; via != nil {
		return via
	}
	return s.callbacks
}

func (s *Server) browser(p person, agent string) *http.Client {
	jar, _ := cookiejar.New(nil) // never fails
	for _, address := range append([]string{s.URL}, vendorHosts...) {
		if u, err := url.Parse(address); err == nil {
			jar.SetCookies(u, asCookies(agreeing+p.key()))
		}
	}
	return &http.Client{Transport: &webview{srv: s, agent: agent}, Jar: jar}
}

// webview sends requests as a browser does.
type webview struct {
	srv   *Server
	agent string
}

func (b *webview) RoundTrip(req *http.Request) (*http.Response, error) {
	out := req.Clone(req.Context())
	for name, value := range map[string]string{
		"User-Agent":      b.agent,
		"Accept":          "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
		"Accept-Language": "zh-CN,zh;q=0.9",
	} {
		if out.Header.Get(name) == "" {
			out.Header.Set(name, value)
		}
	}
	// net/http names the address that redirected; browsers keep the page that the
	// navigation began on, here none.
	if req.Response != nil {
		out.Header.Del("Referer")
	}
	if req.URL.Path == authorizePath {
		out.Header.Set(fragmentHeader, "#"+req.URL.Fragment)
	}
	return b.srv.route(req.URL.Host).RoundTrip(out)
}
