package oauth

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// Config is how an app signs people in. Provider, CallbackURL and Keys must be set. Keys are hidden
// from fmt, log/slog and encoding/json.
type Config struct {
	Provider Provider
	// CallbackURL is the address of [Guard.Callback] as browsers see it. Its domain must be named in the
	// vendor's console. With https all cookies are Secure.
	CallbackURL string
	// Keys are 1 to 8 secrets of 32 random bytes, newest first: the first seals, all open. Processes
	// that serve one app share them. To rotate put a new one first, and drop the old one MaxAge later;
	// with several processes put it last everywhere before that, else those that do not know it yet send
	// everybody to sign in again.
	Keys [][]byte

	// Web signs in in clients that Provider does not accept; nil shows them 请在企业微信中打开.
	Web Provider
	// Location is the path and query of a request as browsers see them; nil is r.URL.RequestURI(). A
	// proxy or mux that changes paths makes it necessary.
	Location func(*http.Request) string
	// Home is the path to go to when nothing better is known. "" is CookiePath with a slash at its end.
	Home string
	// CookieName "" is a name of this CallbackURL's own, so that apps and environments that share a
	// host do not overwrite each other's. CookiePath "" is the parent of CallbackURL's path. All pages
	// and the callback must be under CookiePath; a way back leads nowhere else.
	CookieName, CookiePath string
	// MaxAge is how long a session lasts from its sign-in. 0 is 12 hours, the most is 31 days.
	MaxAge time.Duration

	// Revoked is asked at each request and at sign-in; true is as if not signed in. After an error the
	// visitor gets a 503.
	Revoked func(ctx context.Context, id Identity) (bool, error)
	// SignedIn is told of each sign-in before it counts, for example to fetch the member's detail; an
	// error refuses it. One that is Retryable, as those of this module's calls may be, or a deadline's, is
	// shown as Unavailable, others as Refused. With Revoked and the exchange it has 15 seconds.
	SignedIn func(ctx context.Context, g Grant) error
	// Fail shows a failure; nil is a plain page in Chinese. It sets the status, see [Failure.Status].
	Fail func(w http.ResponseWriter, r *http.Request, f Failure)
	// OnError is told why a sign-in failed, without secrets; nil logs to slog.Default.
	OnError func(r *http.Request, err error)
}

const (
	minKeys, maxKeys = 1, 8
	keySize          = 32
	defaultMaxAge    = 12 * time.Hour
	maxMaxAge        = 31 * 24 * time.Hour
)

// New checks the Config. The error is a [*FieldError].
func New(cfg Config) (*Guard, error) {
	c := &core{
		provider: providers(cfg), location: cfg.Location, maxAge: cfg.MaxAge,
		revoked: cfg.Revoked, signedIn: cfg.SignedIn, show: cfg.Fail, onError: cfg.OnError,
		used: newUsedStates(),
	}
	if err := checkProviders(cfg.Provider, cfg.Web); err != nil {
		return nil, err
	}
	if err := checkKeys("Config.Keys", cfg.Keys); err != nil {
		return nil, err
	}
	if c.maxAge == 0 {
		c.maxAge = defaultMaxAge
	}
	if c.maxAge < time.Second || c.maxAge > maxMaxAge {
		return nil, fieldError("Config.MaxAge", "must be from one second to 31 days")
	}
	if c.location == nil {
		c.location = func(r *http.Request) string { return r.URL.RequestURI() }
	}
	if c.onError == nil {
		c.onError = func(r *http.Request, err error) { slog.WarnContext(r.Context(), "oauth sign-in", "err", err) }
	}
	if c.mainID = cfg.Provider.ID(); cfg.Web != nil {
		c.webID = cfg.Web.ID()
	}
	if err := c.setPlaces(cfg); err != nil {
		return nil, err
	}
	keys, err := newKeyring(cfg.Keys, c.binding())
	if err != nil {
		return nil, err
	}
	c.keys = keys
	return &Guard{c}, nil
}

func providers(cfg Config) func(web bool) Provider {
	return func(web bool) Provider {
		if web {
			return cfg.Web
		}
		return cfg.Provider
	}
}

func checkProviders(main, web Provider) error {
	if isNil(main) {
		return fieldError("Config.Provider", "is nil: set an oauth.WeCom or an oauth.OfficialAccount")
	}
	if web != nil && isNil(web) {
		return fieldError("Config.Web", "is a nil pointer")
	}
	for field, p := range map[string]Provider{"Config.Provider": main, "Config.Web": web} {
		if p, ok := p.(interface{ check(field string) error }); ok {
			if err := p.check(field); err != nil {
				return err
			}
		}
	}
	return nil
}

func isNil(p Provider) bool {
	v := reflect.ValueOf(p)
	return p == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

func checkKeys(field string, keys [][]byte) error {
	if len(keys) < minKeys || len(keys) > maxKeys {
		return fieldError(field, "has %d keys: give 1 to 8 of 32 random bytes, newest first", len(keys))
	}
	for i, key := range keys {
		if len(key) != keySize {
			return fieldError(field, "key %d has %d bytes: it must have 32 random ones", i, len(key))
		}
		if strings.Count(string(key), string(key[:1])) == keySize {
			return fieldError(field, "key %d is one byte over and over: make it with crypto/rand", i)
		}
	}
	return nil
}

// checkCallback returns the parsed address.
func checkCallback(address string) (*url.URL, error) {
	const field = "Config.CallbackURL"
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, fieldError(field, "must be an absolute address such as https://itsm.example.com/o/itsm/weixin/login/")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(address, "#"):
		return nil, fieldError(field, "must be scheme, host and path only: the vendor appends to it")
	case strings.Trim(u.Path, "/") == "":
		return nil, fieldError(field, "must have a path of its own, such as /login/")
	case !isPath(u.EscapedPath()) || hasFragmentOrQuery(u.EscapedPath()):
		return nil, fieldError(field, "has a path that browsers would change, or that another character set spells")
	}
	return u, nil
}
