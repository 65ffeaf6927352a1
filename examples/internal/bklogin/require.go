package bklogin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// Gate says how Require answers who is not signed in.
type Gate struct {
	// Back is this page's outer URL, absolute: where the login page leads back
	// to. For a request that is no GET it should be a page that shows its form.
	// nil: the login page leads nowhere back.
	Back func(*http.Request) string

	// Unsaved answers a form of somebody who is not signed in any more: a redirect
	// would lose what was filled in without a word. loginPage leads back to Back.
	// nil redirects.
	Unsaved func(w http.ResponseWriter, r *http.Request, loginPage string)

	// Unavailable answers when BlueKing cannot be asked. nil is a plain page with
	// status 503, or JSON.
	Unavailable func(w http.ResponseWriter, r *http.Request, err error)
}

// Require hands requests of signed-in users to next, with the user in their
// context. Others are led to the login page (302; see Gate.Unsaved for what is no
// GET or HEAD), and JSON requests get 401 with the address to go to.
func (c *Client) Require(next http.Handler, gate Gate) http.Handler {
	if gate.Back == nil {
		gate.Back = func(*http.Request) string { return "" }
	}
	if gate.Unavailable == nil {
		gate.Unavailable = unavailable
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, err := c.visitor(r)
		switch {
		case err == nil:
			next.ServeHTTP(w, r.WithContext(NewContext(r.Context(), u)))
		case errors.Is(err, ErrNotSignedIn):
			c.leadToLogin(w, r, gate)
		case r.Context().Err() != nil: // gone; there is nobody to tell, and nothing wrong
		default:
			c.log.ErrorContext(r.Context(), "BlueKing's login cannot be asked", "err", err)
			gate.Unavailable(w, r, err)
		}
	})
}

// visitor asks for each token of the request: a cookie of the same name may have
// been set for a narrower path, which browsers send first (RFC 6265, 5.4).
func (c *Client) visitor(r *http.Request) (User, error) {
	const most = 3
	err := ErrNotSignedIn
	for i, cookie := range r.CookiesNamed(Cookie) {
		if i == most {
			break
		}
		var u User
		if u, err = c.User(r.Context(), cookie.Value); err == nil || !errors.Is(err, ErrNotSignedIn) {
			return u, err
		}
	}
	return User{}, err
}

func (c *Client) leadToLogin(w http.ResponseWriter, r *http.Request, gate Gate) {
	w.Header().Set("Cache-Control", "no-store")
	page := c.LoginPage(gate.Back(r))
	switch {
	case wantsJSON(r):
		writeJSON(w, http.StatusUnauthorized, refusal{Code: http.StatusUnauthorized, Message: "请先登录",
			Data: map[string]string{"login_url": page}})
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		http.Redirect(w, r, page, http.StatusFound)
	case gate.Unsaved != nil:
		gate.Unsaved(w, r, page)
	default:
		http.Redirect(w, r, page, http.StatusSeeOther)
	}
}

func unavailable(w http.ResponseWriter, r *http.Request, _ error) {
	const words = "蓝鲸登录服务暂时不可用，请稍后再试"
	w.Header().Set("Cache-Control", "no-store")
	if wantsJSON(r) {
		writeJSON(w, http.StatusServiceUnavailable, refusal{Code: http.StatusServiceUnavailable, Message: words})
		return
	}
	http.Error(w, words, http.StatusServiceUnavailable)
}

// wantsJSON reports whether the request is a program's, which cannot show a
// login page.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html") ||
		r.Header.Get("X-Requested-With") == "XMLHttpRequest" ||
		strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
}

type refusal struct {
	Result  bool              `json:"result"`
	Code    int               `json:"code"`
	Message string            `json:"message"`
	Data    map[string]string `json:"data"`
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a peer that has gone away needs no answer
}

type contextKey struct{}

// FromContext returns the user whom Require has let through.
func FromContext(ctx context.Context) (User, bool) {
	u, ok := ctx.Value(contextKey{}).(User)
	return u, ok
}

// NewContext is what Require does, for tests of handlers.
func NewContext(ctx context.Context, u User) context.Context {
	return context.WithValue(ctx, contextKey{}, u)
}
