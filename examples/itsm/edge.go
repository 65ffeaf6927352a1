package main

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
)

// edge is the guide's reverse proxy (step 1, 配置代理) for where there is no nginx:
// two paths of the inner app, under the external host, and nothing else.
func edge(inner, host string) http.Handler {
	proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(&url.URL{Scheme: "http", Host: inner})
		p.Out.Host = inner
		p.SetXForwarded()
		p.Out.Header.Set("X-Forwarded-Host", host)
		p.Out.Header.Del("X-Forwarded-Weixin-Host")
		if phonePages.MatchString(p.In.URL.Path) {
			p.Out.Header.Set("X-Forwarded-Weixin-Host", host)
		}
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !phonePages.MatchString(r.URL.Path) && !phoneFiles.MatchString(r.URL.Path) {
			http.NotFound(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	})
}

var (
	phonePages = regexp.MustCompile(`^/(?:t|o)/itsm/weixin/`)
	phoneFiles = regexp.MustCompile(`^/(?:t|o)/itsm/static/weixin/`)
)
