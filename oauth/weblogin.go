package oauth

import (
	"context"
	"strconv"
	"strings"
)

// WebLogin signs members in in a desktop browser by a QR code or the desktop client (企业微信Web登录). The
// domain of the page, with its port, must be the app's 授权回调域 in the admin console. There is no
// UserTicket.
//
// Source: vendor's document 构造企业微信登录链接.
type WebLogin struct {
	API      Caller // with the secret of the app AgentID
	CorpID   string
	AgentID  int
	LoginURL string // "" is https://login.work.weixin.qq.com
	Lang     string // "" and "zh", or "en"
	OldPath  bool   // as in WeCom

	QRConnect bool   // the older page, at OpenURL
	OpenURL   string // "" is https://open.work.weixin.qq.com
}

// ID names company and app.
func (p WebLogin) ID() string { return "wwlogin:" + p.CorpID + ":" + strconv.Itoa(p.AgentID) }

// Name is 浏览器.
func (WebLogin) Name() string { return "浏览器" }

// Accepts accepts browsers.
func (WebLogin) Accepts(c Client) bool { return c == Browser }

// AuthorizeURL has the parameters in the documented order.
func (p WebLogin) AuthorizeURL(redirectURI, state string) string {
	lang := p.Lang
	if lang == "" {
		lang = "zh"
	}
	var b strings.Builder
	if p.QRConnect {
		b.WriteString(baseURL(p.OpenURL, openWorkURL))
		b.WriteString("/wwopen/sso/qrConnect")
		query(&b, "appid", p.CorpID, "agentid", strconv.Itoa(p.AgentID), "redirect_uri", redirectURI, "state", state, "lang", lang)
		return b.String()
	}
	b.WriteString(baseURL(p.LoginURL, loginURL))
	b.WriteString("/wwlogin/sso/login")
	query(&b, "login_type", "CorpApp", "appid", p.CorpID, "agentid", strconv.Itoa(p.AgentID),
		"redirect_uri", redirectURI, "state", state, "lang", lang)
	return b.String()
}

// Exchange is as that of [WeCom].
func (p WebLogin) Exchange(ctx context.Context, code string) (Grant, error) {
	return getUserInfo(ctx, p.API, p.OldPath, code)
}

func (p WebLogin) check(field string) error {
	switch {
	case p.API == nil:
		return fieldError(field+".API", "is nil: pass a *wecom.Client")
	case p.CorpID == "":
		return fieldError(field+".CorpID", "is empty: it stands in the admin console under 我的企业")
	case p.AgentID <= 0:
		return fieldError(field+".AgentID", "is missing: it stands in the admin console beside the app")
	case p.Lang != "" && p.Lang != "zh" && p.Lang != "en":
		return fieldError(field+".Lang", `must be "zh" or "en"`)
	}
	if err := checkBase(field+".LoginURL", p.LoginURL); err != nil {
		return err
	}
	return checkBase(field+".OpenURL", p.OpenURL)
}
