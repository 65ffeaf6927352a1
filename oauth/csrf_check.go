package oauth

import (
	"crypto/hmac"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Why a request was refused.
var (
	ErrCSRFSession = errors.New("oauth: csrf: there is no session to check the token against")
	ErrCSRFOrigin  = errors.New("oauth: csrf: another site made this request; behind a proxy that changes Host set CSRFConfig.Origins")
	ErrCSRFMissing = errors.New("oauth: csrf: there is no token: send it in the header, or in a form's field")
	ErrCSRFForm    = errors.New("oauth: csrf: the form cannot be read, or is larger than CSRFConfig.MaxForm")
	ErrCSRFToken   = errors.New("oauth: csrf: the token is not one of this session: reload the page")
	ErrCSRFCookie  = errors.New("oauth: csrf: the header is not equal to the cookie: reload the page")
)

// Check is nil for GET, HEAD and OPTIONS. Other requests must have the token in the header, which must
// equal the cookie, or in the field of a form; what a browser says of another origin
// (Sec-Fetch-Site, else Origin) refuses them before that. Old webviews say neither: then the token decides.
//
// It reads a form's body into r.PostForm. The errors are the ErrCSRF.
func (c *CSRF) Check(r *http.Request) error { return c.check(nil, r) }

func (c *CSRF) check(w http.ResponseWriter, r *http.Request) error {
	if safe(r.Method) {
		return nil
	}
	cfg := &c.core.cfg
	session := cfg.Session(r)
	if session == "" {
		return ErrCSRFSession
	}
	if !cfg.ownOrigin(r) {
		return ErrCSRFOrigin
	}
	if given := r.Header.Values(cfg.Header); len(given) > 0 {
		if len(given) > 1 || !c.valid(given[0], session) {
			return ErrCSRFToken
		}
		for _, ck := range r.CookiesNamed(cfg.CookieName) {
			if hmac.Equal([]byte(ck.Value), []byte(given[0])) {
				return nil
			}
		}
		return ErrCSRFCookie
	}
	given, err := cfg.field(w, r)
	if err != nil {
		return err
	}
	if !c.valid(given, session) {
		return ErrCSRFToken
	}
	return nil
}

// valid compares with the tokens of all keys, in constant time.
func (c *CSRF) valid(given, session string) (ok bool) {
	for _, key := range c.core.keys() {
		if hmac.Equal([]byte(given), []byte(token(key, session))) {
			ok = true
		}
	}
	return ok
}

// field reads the form. A body of another type is for the header only: a foreign form can send
// text that is JSON.
func (cfg *CSRFConfig) field(w http.ResponseWriter, r *http.Request) (string, error) {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if r.Body != nil && r.PostForm == nil {
		r.Body = http.MaxBytesReader(w, r.Body, cfg.MaxForm)
	}
	switch mediaType {
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
	case "multipart/form-data":
		err = r.ParseMultipartForm(cfg.MaxForm)
	default:
		return "", ErrCSRFMissing
	}
	if err != nil {
		return "", ErrCSRFForm
	}
	given := r.PostForm[cfg.Field]
	if len(given) != 1 || given[0] == "" {
		return "", ErrCSRFMissing
	}
	return given[0], nil
}

// ownOrigin believes browsers, which let no page write these headers. Origin is "null" from pages that
// send no Referer: that says nothing.
func (cfg *CSRFConfig) ownOrigin(r *http.Request) bool {
	from, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	if site == "same-origin" || site == "none" || site == "" && (from == "" || from == "null") {
		return true
	}
	u, err := url.Parse(from)
	if err != nil || u.Host == "" {
		return false
	}
	for _, o := range cfg.Origins {
		if o == origin(u) {
			return true
		}
	}
	return site == "" && origin(u) == origin(&url.URL{Scheme: u.Scheme, Host: r.Host})
}

// origin is in lower case and without the scheme's own port.
func origin(u *url.URL) string {
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return scheme + "://" + host
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}
