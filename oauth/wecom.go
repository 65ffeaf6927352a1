package oauth

import (
	"context"
	"strconv"
	"strings"
)

// The scopes of [WeCom]. PrivateInfo asks the member by hand and gives a UserTicket.
const (
	Base        = "snsapi_base"
	PrivateInfo = "snsapi_privateinfo"
)

// WeCom signs in within the client of WeCom, or of WeChat with the company's plug-in (网页授权): silently
// with [Base]. The domain of the page, with its port, must be the app's 可信域名 in the admin console,
// else members see error 50001.
//
// Source: vendor's document 构造网页授权链接.
type WeCom struct {
	API     Caller // with the secret of the app AgentID
	CorpID  string
	AgentID int    // advised always, required for PrivateInfo
	Scope   string // "" is Base
	OpenURL string // "" is https://open.weixin.qq.com
	OldPath bool   // asks /cgi-bin/user/… instead of /cgi-bin/auth/…, for private deployments that know only that
}

// ID names company and app.
func (p WeCom) ID() string { return "wecom:" + p.CorpID + ":" + strconv.Itoa(p.AgentID) }

// Name is 企业微信.
func (WeCom) Name() string { return "企业微信" }

// Accepts accepts the clients of WeCom and WeChat.
func (WeCom) Accepts(c Client) bool { return c == InWeCom || c == InWeChat }

// AuthorizeURL has the parameters in the documented order; the vendor demands the fragment.
// state is 1 to 128 letters and digits.
func (p WeCom) AuthorizeURL(redirectURI, state string) string {
	scope := p.Scope
	if scope == "" {
		scope = Base
	}
	var b strings.Builder
	b.WriteString(baseURL(p.OpenURL, openURL))
	b.WriteString("/connect/oauth2/authorize")
	query(&b, "appid", p.CorpID, "redirect_uri", redirectURI, "response_type", "code", "scope", scope, "state", state)
	if p.AgentID > 0 {
		b.WriteString("&agentid=" + strconv.Itoa(p.AgentID))
	}
	b.WriteString("#wechat_redirect")
	return b.String()
}

// Exchange asks whose code it is. A code serves once, for five minutes.
//
// Errors: 40029 (used, expired, or not a code), 42003 (expired), 50001 (of another app).
// Source: vendor's document 获取访问用户身份.
func (p WeCom) Exchange(ctx context.Context, code string) (Grant, error) {
	return getUserInfo(ctx, p.API, p.OldPath, code)
}

func (p WeCom) check(field string) error {
	switch {
	case p.API == nil:
		return fieldError(field+".API", "is nil: pass a *wecom.Client")
	case p.CorpID == "":
		return fieldError(field+".CorpID", "is empty: it stands in the admin console under 我的企业")
	case p.AgentID < 0:
		return fieldError(field+".AgentID", "is negative: it stands in the admin console beside the app")
	case p.Scope != "" && p.Scope != Base && p.Scope != PrivateInfo:
		return fieldError(field+".Scope", "must be oauth.Base or oauth.PrivateInfo")
	case p.Scope == PrivateInfo && p.AgentID == 0:
		return fieldError(field+".AgentID", "is needed for oauth.PrivateInfo")
	}
	return checkBase(field+".OpenURL", p.OpenURL)
}
