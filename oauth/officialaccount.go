package oauth

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// UserInfo is the scope of an [OfficialAccount] that asks the visitor, and gives [OfficialAccount.Profile].
const UserInfo = "snsapi_userinfo"

// OfficialAccount signs in by a WeChat official account (公众号), within WeChat. Everybody who signs in
// has an OpenID and no UserID: nobody is a member of a company. Its Secret is hidden from fmt, log/slog
// and encoding/json.
//
// Source: vendor's document 公众号 网页授权.
type OfficialAccount struct {
	AppID      string       // of the official account, as in wx1234567890abcdef
	Secret     string       // its AppSecret
	Scope      string       // "" is Base; or UserInfo
	OpenURL    string       // "" is https://open.weixin.qq.com
	APIURL     string       // "" is https://api.weixin.qq.com
	HTTPClient *http.Client // copied; nil has timeouts and honours HTTPS_PROXY; redirects are never followed
}

// ID names the account.
func (p OfficialAccount) ID() string { return "mp:" + p.AppID }

// Name is 微信.
func (OfficialAccount) Name() string { return "微信" }

// Accepts accepts WeChat. WeCom's client shows only an error page for official accounts.
func (OfficialAccount) Accepts(c Client) bool { return c == InWeChat }

// AuthorizeURL has the parameters in the documented order; the vendor demands the fragment.
func (p OfficialAccount) AuthorizeURL(redirectURI, state string) string {
	var b strings.Builder
	b.WriteString(baseURL(p.OpenURL, openURL))
	b.WriteString("/connect/oauth2/authorize")
	query(&b, "appid", p.AppID, "redirect_uri", redirectURI, "response_type", "code",
		"scope", cmp.Or(p.Scope, Base), "state", state)
	b.WriteString("#wechat_redirect")
	return b.String()
}

// snsToken is the answer to a code. Answers that are no error have no errcode.
type snsToken struct {
	AccessToken  string  `json:"access_token"`
	RefreshToken string  `json:"refresh_token"`
	ExpiresIn    seconds `json:"expires_in"`
	OpenID       string  `json:"openid"`
	UnionID      string  `json:"unionid"`
	Scope        string  `json:"scope"`
	Snapshot     flag    `json:"is_snapshotuser"`
}

// Exchange asks whose code it is: one request, which net/http does not repeat either.
//
// Errors are an [*Error]: 40029 (not a code), 40163 (used), 42003 (expired), 40125 or 40001 (wrong Secret).
func (p OfficialAccount) Exchange(ctx context.Context, code string) (Grant, error) {
	if err := p.check("OfficialAccount"); err != nil {
		return Grant{}, err
	}
	if err := checkCode(code); err != nil {
		return Grant{}, err
	}
	query := url.Values{"appid": {p.AppID}, "secret": {p.Secret}, "code": {code}, "grant_type": {"authorization_code"}}
	var a snsToken
	if err := p.get(ctx, "/sns/oauth2/access_token", query, &a); err != nil {
		return Grant{}, err
	}
	if a.OpenID == "" {
		return Grant{}, ErrNobody
	}
	return Grant{
		Identity:    Identity{OpenID: a.OpenID, UnionID: a.UnionID},
		AccessToken: a.AccessToken, RefreshToken: a.RefreshToken, ExpiresIn: time.Duration(a.ExpiresIn),
		Scope: a.Scope, Snapshot: bool(a.Snapshot),
	}, nil
}

func (p OfficialAccount) check(field string) error {
	switch {
	case p.AppID == "":
		return fieldError(field+".AppID", "is empty")
	case p.Secret == "":
		return fieldError(field+".Secret", "is empty")
	case p.Scope != "" && p.Scope != Base && p.Scope != UserInfo:
		return fieldError(field+".Scope", "must be oauth.Base or oauth.UserInfo")
	}
	if err := checkBase(field+".OpenURL", p.OpenURL); err != nil {
		return err
	}
	return checkBase(field+".APIURL", p.APIURL)
}
