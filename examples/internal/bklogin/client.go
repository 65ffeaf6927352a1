package bklogin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/userid"
)

// Cookie is the name of the cookie that holds the token.
const Cookie = "bk_token"

// ErrNotSignedIn means that the token is missing, expired, signed out or not
// BlueKing's: lead the user to the login page.
var ErrNotSignedIn = errors.New("bklogin: not signed in")

// Config says where BlueKing is.
type Config struct {
	LoginURL     string // BKPAAS_LOGIN_URL, such as https://paas.example.com/login; required
	ComponentURL string // BK_COMPONENT_API_URL, the ESB; empty: the login server alone is asked
	AppID        string // bk_app_code; required with ComponentURL
	AppSecret    env.Secret

	HTTPClient *http.Client // copied; redirects are never followed, and no answer takes longer than 5 s

	// Cache is how long a user is known without asking again, and so how long a
	// sign-out or an unbinding may stay unnoticed; a binding is seen at once. 0 is
	// BlueKing's own 60 s, negative is none.
	Cache time.Duration

	Log *slog.Logger // nil is slog.Default
}

// User is who a token belongs to.
type User struct {
	Username string
	Name     string // chname, may be empty

	// WxUserID is the bound WeCom member's userid; for BlueKing with an official
	// account, the follower's openid. WxOpenID is that openid: BlueKing's
	// wx_openid, or wx_userid where an answer has no such field (BlueKing's
	// document: bk_login/get_user).
	WxUserID, WxOpenID string

	// BindingKnown says that the two are what BlueKing has, be they empty. It is
	// false where nobody could tell (the ESB is away, or this BlueKing's login has
	// no bindings any more): what was stored before should then stay.
	BindingKnown bool
}

// Client asks BlueKing. It is safe for concurrent use.
type Client struct {
	login, component string
	appID            string
	secret           func() string // fmt cannot look into it, as it can into an unexported Secret
	http             *http.Client
	known            *cache // nil without one
	log              *slog.Logger
}

const (
	attemptTimeout = 5 * time.Second
	defaultCache   = 60 * time.Second // BlueKing's LOGIN_CACHE_EXPIRED
)

// New checks the configuration.
func New(cfg Config) (*Client, error) {
	if problem := env.CheckURL(cfg.LoginURL); problem != "" {
		return nil, fmt.Errorf("bklogin: LoginURL (BKPAAS_LOGIN_URL): %s", problem)
	}
	if cfg.ComponentURL != "" {
		if problem := env.CheckURL(cfg.ComponentURL); problem != "" {
			return nil, fmt.Errorf("bklogin: ComponentURL (BK_COMPONENT_API_URL): %s", problem)
		}
		if cfg.AppID == "" || !cfg.AppSecret.Set() {
			return nil, errors.New("bklogin: AppID or AppSecret (BKPAAS_APP_SECRET) is empty: the ESB answers known apps alone")
		}
	}
	c := &Client{
		login:     strings.TrimRight(cfg.LoginURL, "/"),
		component: strings.TrimRight(cfg.ComponentURL, "/"),
		appID:     cfg.AppID,
		secret:    cfg.AppSecret.Reveal,
		log:       cmp.Or(cfg.Log, slog.Default()),
	}
	copied := *cmp.Or(cfg.HTTPClient, &http.Client{})
	if copied.Timeout <= 0 || copied.Timeout > attemptTimeout {
		copied.Timeout = attemptTimeout
	}
	copied.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	copied.Jar = nil
	c.http = &copied
	if cfg.Cache >= 0 {
		c.known = newCache(cmp.Or(cfg.Cache, defaultCache))
	}
	return c, nil
}

// LoginPage is the address at which a user signs in; BlueKing leads back to back,
// an absolute URL, if it is of BlueKing's own domain.
func (c *Client) LoginPage(back string) string {
	page := c.login + "/plain/"
	if back != "" {
		page += "?c_url=" + url.QueryEscape(back)
	}
	return page
}

// maxToken is beyond what BlueKing's login makes; longer ones are not worth a
// request.
const maxToken = 1024

// User returns whose token it is. ErrNotSignedIn is the only error that means
// that the user should sign in; every other means that BlueKing cannot be asked
// now.
//
// Only the login server decides who it is. The ESB, where there is one, is asked
// for the binding alone, and that it is away keeps nobody out.
func (c *Client) User(ctx context.Context, bkToken string) (User, error) {
	if bkToken == "" || len(bkToken) > maxToken {
		return User{}, ErrNotSignedIn
	}
	if u, ok := c.known.get(bkToken); ok {
		return u, nil
	}
	answer, err := c.ask(ctx, c.login+"/accounts/get_user/", url.Values{"bk_token": {bkToken}})
	if err != nil {
		return User{}, err
	}
	u := answer.user()
	if c.component != "" {
		u = c.addBinding(ctx, u, bkToken)
	}
	// A user who is not bound may be about to bind: that is to be seen at the
	// next visit, and so is an ESB that is back.
	if u.WxUserID != "" || answer.Data.tenant() {
		c.known.put(bkToken, u)
	}
	return u, nil
}

func (c *Client) addBinding(ctx context.Context, u User, bkToken string) User {
	answer, err := c.ask(ctx, c.component+"/api/c/compapi/v2/bk_login/get_user/", url.Values{
		"bk_app_code":   {c.appID},
		"bk_app_secret": {c.secret()},
		"bk_token":      {bkToken},
	})
	if err == nil && !userid.Same(answer.user().Username, u.Username) {
		err = errors.New("bklogin: the ESB and the login server name different users")
	}
	if err != nil {
		c.log.WarnContext(ctx, "BlueKing's ESB does not tell bindings; those that are stored stay", "user", u.Username, "err", err)
		return u
	}
	told := answer.user()
	if told.BindingKnown {
		u.WxUserID, u.WxOpenID, u.BindingKnown = told.WxUserID, told.WxOpenID, true
	}
	u.Name = cmp.Or(u.Name, told.Name)
	return u
}
