package oauth

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Guard lets in who has signed in, and signs in who has not. It is made by [New] and safe for
// concurrent use.
type Guard struct{ core *core }

// core is behind a pointer, and keys are behind another: fmt follows one even in an unexported field.
type core struct {
	provider                  func(web bool) Provider // behind a func for fmt's sake; nil for no Web
	mainID, webID             string
	callbackURL, callbackPath string
	origin                    string // of CallbackURL
	base                      string // CookiePath without the slash at its end
	home, name                string
	secure                    bool
	maxAge                    time.Duration

	keys *keyring
	used *usedStates

	location func(*http.Request) string
	revoked  func(context.Context, Identity) (bool, error)
	signedIn func(context.Context, Grant) error
	show     func(http.ResponseWriter, *http.Request, Failure)
	onError  func(*http.Request, error)
}

// Protect lets requests with a session through to next, which finds who it is with [FromContext]. Of
// the others
//
//   - a GET or HEAD of a page is sent to sign in, and comes back to the page;
//   - one that wants JSON gets 401 {"result":false,"code":401,"message":"…","data":{"login_url":"…"}}:
//     a script goes to login_url, and may replace what follows c_url= by the path of its page. Let scripts
//     send Accept: application/json or X-Requested-With: XMLHttpRequest: old webviews do not tell by
//     Sec-Fetch-Dest that a request is not a page's;
//   - any other is told that its content was not saved: a redirect would lose it silently.
//
// Answers are not to be cached unless next says otherwise.
func (g *Guard) Protect(next http.Handler) http.Handler {
	return g.made(func(w http.ResponseWriter, r *http.Request) {
		c := g.core
		id, err := c.session(r)
		switch {
		case err == nil:
			w.Header().Set("Cache-Control", "no-store")
			next.ServeHTTP(w, r.WithContext(NewContext(r.Context(), id)))
		case errors.Is(err, errTwoSessions):
			c.fail(w, r, Failure{Reason: TwoPeople, Err: err})
		case !errors.Is(err, errNoSession):
			c.fail(w, r, Failure{Reason: Unavailable, Retry: c.backTo(r), Err: err})
		default:
			c.refuse(w, r)
		}
	})
}

// refuse answers a request without a session.
func (c *core) refuse(w http.ResponseWriter, r *http.Request) {
	if wantsJSON(r) {
		private(w)
		writeJSON(w, http.StatusUnauthorized, "请先登录。", map[string]string{"login_url": c.loginURL(c.referer(r))})
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		c.fail(w, r, Failure{Reason: Unsaved, Retry: c.loginURL(c.referer(r))})
		return
	}
	way, err := c.here(r)
	if err != nil {
		c.fail(w, r, Failure{Reason: Unavailable, Err: err})
		return
	}
	c.begin(w, r, way)
}

// RequireMember lets members through and tells others that they are none. It goes behind
// [Guard.Protect].
func (g *Guard) RequireMember(next http.Handler) http.Handler {
	return g.made(func(w http.ResponseWriter, r *http.Request) {
		if id, ok := FromContext(r.Context()); ok && id.Member() {
			next.ServeHTTP(w, r)
			return
		}
		g.core.fail(w, r, Failure{Reason: NotMember})
	})
}

// SignOut ends the session in this browser. Call it in a POST that a [CSRF] protects: a link to a GET
// could be put into any page. A copy of the cookie stays valid until MaxAge unless Revoked knows
// [Identity.Session]; and within WeCom the next page signs in again, silently.
func (g *Guard) SignOut(w http.ResponseWriter) {
	private(w)
	if g != nil && g.core != nil {
		g.core.drop(w, g.core.name)
	}
}

// made keeps a Guard that New did not make from letting anybody in.
func (g *Guard) made(h http.HandlerFunc) http.Handler {
	if g == nil || g.core == nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			private(w)
			w.WriteHeader(http.StatusServiceUnavailable)
		})
	}
	return h
}
