package oauth

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Callback is the handler of CallbackURL. Without code and state it begins a sign-in that ends at the
// path c_url, which must be one of this app.
//
// It shows no page under an address with a code. Failures are a redirect to its clean address, which
// then shows the page.
func (g *Guard) Callback() http.Handler {
	return g.made(func(w http.ResponseWriter, r *http.Request) {
		private(w)
		switch r.Method {
		case http.MethodGet:
			g.core.callback(w, r)
		case http.MethodHead: // what looks at links must not use the code up
		default:
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
	})
}

func (c *core) callback(w http.ResponseWriter, r *http.Request) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || repeated(q) {
		c.noteFailure(w, r, Failure{Reason: Foreign, Retry: c.home, Err: errors.New("oauth: callback: the query is not one of the vendor's")})
		return
	}
	way, text := c.wayOr(q.Get("c_url")), q.Get("state")
	if text == "" && q.Get("code") == "" {
		c.visit(w, r, way, q.Get("error"))
		return
	}
	s, ours := parseState(text, c.keys)
	if !ours {
		c.noteFailure(w, r, Failure{Reason: Foreign, Retry: way, Err: errors.New("oauth: callback: the state is none of this app's")})
		return
	}
	p, found := c.findPending(r, s)
	now := time.Now()
	switch {
	case s.expired(now):
		c.late(w, r, Expired, way)
		return
	case !found && c.used.has(s):
		c.late(w, r, Reused, way)
		return
	case !found:
		c.late(w, r, Foreign, way)
		return
	}
	way = c.wayOr(p.way) // the app may have moved meanwhile
	c.drop(w, p.cookie.Name)
	f, mine := c.used.take(s, now)
	if !mine {
		c.join(w, r, f, way)
		return
	}
	f.failed = Unavailable // in case of a panic
	defer close(f.done)
	failure := c.signIn(w, r, s.web(), q.Get("code"), now)
	f.failed = failure.Reason
	if failure.Reason != "" {
		failure.Retry = way
		c.noteFailure(w, r, failure)
		return
	}
	c.redirect(w, way)
}

// repeated parameters are read in different ways by different parties.
func repeated(q url.Values) bool {
	for _, name := range []string{"code", "state", "c_url", "error"} {
		if len(q[name]) > 1 {
			return true
		}
	}
	return false
}

// visit is the callback's address without code and state.
func (c *core) visit(w http.ResponseWriter, r *http.Request, way, note string) {
	_, err := c.session(r)
	f, noted := c.readNote(note)
	switch {
	case noted && (f.Reason != Reused && f.Reason != Expired || err != nil):
		c.fail(w, r, f)
	case noted: // a webview requested the callback twice, and the first one signed in, maybe at another process
		c.redirect(w, c.wayOr(f.Retry))
	case err == nil:
		c.redirect(w, way)
	case errors.Is(err, errTwoSessions):
		c.fail(w, r, Failure{Reason: TwoPeople, Err: err})
	case !errors.Is(err, errNoSession):
		c.fail(w, r, Failure{Reason: Unavailable, Retry: way, Err: err})
	default:
		c.begin(w, r, way)
	}
}

// late is a sign-in whose state is gone. With a session it was the back button: the visitor goes on.
func (c *core) late(w http.ResponseWriter, r *http.Request, reason Reason, way string) {
	if _, err := c.session(r); err == nil {
		c.redirect(w, way)
		return
	}
	c.noteFailure(w, r, Failure{Reason: reason, Retry: way, Err: fmt.Errorf("oauth: callback: %s state", reason)})
}

// join waits for the same sign-in's first request. It gets no session of its own: should the browser
// have given that request up, the page signs in again.
func (c *core) join(w http.ResponseWriter, r *http.Request, f *flight, way string) {
	if f.over() {
		c.late(w, r, Reused, way)
		return
	}
	select {
	case <-f.done:
	case <-r.Context().Done():
		return
	}
	if f.failed != "" {
		c.noteFailure(w, r, Failure{Reason: f.failed, Retry: way})
		return
	}
	c.redirect(w, way)
}
