package oauth

import (
	"errors"
	"net/http"
	"net/url"
	"time"
)

// maxShownWay is the longest way back that is shown to the vendor as c_url; the sealed cookie has it in
// any case, and addresses of many kilobytes do not get through everywhere.
const maxShownWay = 512

// begin sends the browser to the vendor.
func (c *core) begin(w http.ResponseWriter, r *http.Request, way string) {
	client, web := ClientOf(r), false
	provider := c.provider(web)
	if !provider.Accepts(client) {
		web = true
		if provider = c.provider(web); provider == nil || !provider.Accepts(client) {
			c.fail(w, r, Failure{Reason: WrongClient})
			return
		}
	}
	now := time.Now()
	s := newState(web, now)
	ck := c.sealPending(s, way)
	private(w)
	c.prune(w, r, ck, now)
	http.SetCookie(w, ck)
	redirectURI := c.callbackURL
	if len(way) <= maxShownWay {
		redirectURI += "?c_url=" + url.QueryEscape(way)
	}
	w.Header().Set("Location", provider.AuthorizeURL(redirectURI, s.text(c.keys)))
	w.WriteHeader(http.StatusFound)
}

var errOutside = errors.New("oauth: a protected page is not under Config.CookiePath, so that its session would never arrive: " +
	"set CookiePath, or Location if a proxy or mux changes paths")

// here is the way back to the requested page. A page that is no path of this app gets Home.
func (c *core) here(r *http.Request) (string, error) {
	at := c.location(r)
	if way, ok := c.way(at); ok {
		return way, nil
	}
	if isPath(at) && !c.inside(pathOf(at)) {
		return "", errOutside // signing in would go round and round
	}
	return c.home, nil
}

// backTo is the way back to a page that failed.
func (c *core) backTo(r *http.Request) string {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return c.referer(r)
	}
	return c.wayOr(c.location(r))
}

// referer is the page that a request came from, if it is one of this app and the browser tells, else
// Home. The address of a script's or a form's request is not one to go to.
func (c *core) referer(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || origin(u) != c.origin {
		return c.home
	}
	return c.wayOr(u.RequestURI())
}

// loginURL is the callback without code and state, which begins a sign-in.
func (c *core) loginURL(way string) string {
	return c.callbackPath + "?c_url=" + url.QueryEscape(way)
}
