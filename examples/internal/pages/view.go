package pages

import (
	"net/http"
	"net/url"
	"strings"
)

// View is what every page is given.
type View struct {
	App       string // title of the app
	Simulated bool
	Data      any // the page's own

	pages   *Pages
	request *http.Request
}

// Link is the address of an inner path.
func (v View) Link(path string) string { return v.pages.cfg.Link(v.request, path) }

// Path is the inner path of the page that is shown, for navigation.
func (v View) Path() string { return v.request.URL.Path }

// CSRF is the token that a form must carry; the template "csrf" puts it into one.
func (v View) CSRF() string { return v.pages.cfg.CSRF(v.request) }

// Asset is the address of a static file. Its content's hash is in it, so that
// a browser may keep the file for ever.
func (v View) Asset(name string) string {
	return v.pages.cfg.Static(v.request) + name + "?v=" + v.pages.assets[name].hash
}

// header sets what every page has. Sources: the Content Security Policy and
// Referrer Policy of the W3C.
func (p *Pages) header(h http.Header, r *http.Request) {
	static := source(p.cfg.Static(r))
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'"+static+"; img-src 'self'"+static+p.scripts(r, static)+
		"; form-action 'self'"+p.formAction()+"; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // what stands in a path is nobody else's business
	h.Set("Cache-Control", "no-store")      // pages are personal, and the back button must not show a decided ticket as open
}

func (p *Pages) scripts(r *http.Request, static string) string {
	if p.cfg.Scripts == nil {
		return ""
	}
	addresses := p.cfg.Scripts(r)
	if len(addresses) == 0 {
		return ""
	}
	sources := "; script-src 'self'" + static
	for _, address := range addresses {
		sources += source(address)
	}
	return sources + "; connect-src 'self'"
}

func (p *Pages) formAction() (sources string) {
	for _, origin := range p.cfg.FormAction {
		if u, err := url.Parse(origin); err == nil && u.Host != "" {
			sources += source(u.Scheme + "://" + u.Host)
		}
	}
	return sources
}

// source writes an absolute http(s) address as a further source of the policy,
// "" if it is none. Its path, if any, allows what is below it.
func source(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsAny(u.Host, ";,'\" ") {
		return ""
	}
	// These two end a source or a directive there, and must be escaped.
	path := strings.NewReplacer(";", "%3B", ",", "%2C").Replace(u.EscapedPath())
	return " " + u.Scheme + "://" + u.Host + path
}
