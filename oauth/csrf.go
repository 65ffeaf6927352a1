package oauth

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"
)

// CSRFConfig says how forms and scripts show that a page of this app made them. Keys, CookieName and
// CookiePath must be set. Keys are hidden from fmt, log/slog and encoding/json.
type CSRFConfig struct {
	Keys [][]byte // as [Config.Keys], and they may be the same
	// CookieName and CookiePath are of the cookie that scripts read. Other apps share the host: take
	// names of this app's own.
	CookieName, CookiePath string
	Header                 string // "" is X-CSRFToken
	Field                  string // of forms; "" is csrf_token
	Secure                 bool   // the site is https
	// Session is what a token is bound to: it must differ for each session, and is "" without one. nil
	// takes [Identity.Session] from [Guard.Protect].
	Session func(*http.Request) string
	// Origins are this site's as browsers see them, such as https://itsm.example.com. They are needed
	// behind a proxy that changes Host.
	Origins []string
	// MaxForm is the most bytes of a form whose token is in a field. 0 is 1 MiB; larger uploads use the header.
	MaxForm int64
	// Fail answers a refused request; nil is a 403, a page in Chinese or JSON. err is one of the ErrCSRF.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
}

const (
	defaultMaxForm = 1 << 20
	csrfHeader     = "X-CSRFToken"
	csrfField      = "csrf_token"
)

// CSRF refuses what another site makes a browser send. A token is valid for one session: who plants a
// cookie and a header that are equal gains nothing. It is safe for concurrent use.
type CSRF struct{ core *csrfCore }

type csrfCore struct {
	cfg  CSRFConfig // without keys
	keys func() [][]byte
}

// NewCSRF checks the Config. The error is a [*FieldError].
func NewCSRF(cfg CSRFConfig) (*CSRF, error) {
	if err := checkKeys("CSRFConfig.Keys", cfg.Keys); err != nil {
		return nil, err
	}
	if err := cfg.checkCookie(); err != nil {
		return nil, err
	}
	if cfg.Header == "" {
		cfg.Header = csrfHeader
	}
	if (&http.Cookie{Name: cfg.Header, Value: "v"}).Valid() != nil { // both are tokens of RFC 9110
		return nil, fieldError("CSRFConfig.Header", "is not the name of a header")
	}
	if cfg.Field == "" {
		cfg.Field = csrfField
	}
	if cfg.MaxForm == 0 {
		cfg.MaxForm = defaultMaxForm
	}
	if cfg.MaxForm < 0 {
		return nil, fieldError("CSRFConfig.MaxForm", "is negative")
	}
	if cfg.Session == nil {
		cfg.Session = func(r *http.Request) string {
			id, _ := FromContext(r.Context())
			return id.Session
		}
	}
	origins := make([]string, 0, len(cfg.Origins))
	for _, o := range cfg.Origins {
		u, err := url.Parse(o)
		if err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" || checkBase("", o) != nil {
			return nil, fieldError("CSRFConfig.Origins", "must be origins such as https://itsm.example.com")
		}
		origins = append(origins, origin(u))
	}
	var keys [][]byte
	for _, key := range cfg.Keys {
		sub, err := derive(key, "csrf")
		if err != nil {
			return nil, fieldError("CSRFConfig.Keys", "cannot be used: %v", err)
		}
		keys = append(keys, sub)
	}
	cfg.Keys, cfg.Origins = nil, origins
	return &CSRF{&csrfCore{cfg: cfg, keys: func() [][]byte { return keys }}}, nil
}

func (cfg CSRFConfig) checkCookie() error {
	switch {
	case cfg.CookieName == "" || len(cfg.CookieName) > 64 || (&http.Cookie{Name: cfg.CookieName, Value: "v"}).Valid() != nil:
		return fieldError("CSRFConfig.CookieName", "must be 1 to 64 letters, digits, - and _, and this app's own")
	case !isPath(cfg.CookiePath) || hasFragmentOrQuery(cfg.CookiePath) || strings.ContainsAny(cfg.CookiePath, ";,"):
		return fieldError("CSRFConfig.CookiePath", "must be a path such as /o/itsm/weixin/")
	}
	return nil
}

// Token goes into a form's hidden field. It is "" without a session.
func (c *CSRF) Token(r *http.Request) string {
	session := c.core.cfg.Session(r)
	if session == "" {
		return ""
	}
	return token(c.core.keys()[0], session)
}

func token(key []byte, session string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(session))
	return encoding.EncodeToString(h.Sum(nil))
}

// Protect checks requests that change something (see [CSRF.Check]) and gives pages the cookie that
// scripts put into the header. It goes behind [Guard.Protect].
func (c *CSRF) Protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if safe(r.Method) {
			c.give(w, r)
			next.ServeHTTP(w, r)
			return
		}
		err := c.check(w, r)
		switch {
		case err == nil:
			next.ServeHTTP(w, r)
		case c.core.cfg.Fail != nil:
			c.core.cfg.Fail(w, r, err)
		case wantsJSON(r):
			private(w)
			writeJSON(w, http.StatusForbidden, Failure{Reason: Forged}.Message(), nil)
		default:
			private(w)
			showPage(w, Failure{Reason: Forged})
		}
	})
}

// give sets the cookie if the browser has another one or none.
func (c *CSRF) give(w http.ResponseWriter, r *http.Request) {
	t := c.Token(r)
	if t == "" {
		return
	}
	cfg := &c.core.cfg
	// Browsers send, and scripts find, the one with the longest path first.
	if has := r.CookiesNamed(cfg.CookieName); len(has) > 0 && has[0].Value == t {
		return
	}
	http.SetCookie(w, &http.Cookie{ // readable by scripts, whose purpose it is
		Name: cfg.CookieName, Value: t, Path: cfg.CookiePath, Secure: cfg.Secure, SameSite: http.SameSiteLaxMode,
	})
}
