// Package settings reads what 流程服务 is set up with.
package settings

import (
	"strings"

	"github.com/bkwecom/wecom/examples/internal/env"
)

// DefaultApp is the app id of the guide.
const DefaultApp = "itsm"

// The variables of the guide (企业微信配置说明), and those that were added.
const (
	useWeixin    = "BKAPP_USE_WEIXIN"
	isQY         = "BKAPP_IS_QY_WEIXIN"
	weixinAppID  = "BKAPP_WEIXIN_APP_ID"
	weixinSecret = "BKAPP_WEIXIN_APP_SECRET"
	externalHost = "BKAPP_WEIXIN_APP_EXTERNAL_HOST"
	agentID      = "BKAPP_WEIXIN_AGENT_ID"
	selfApproval = "BKAPP_ITSM_SELF_APPROVAL"
	jssdkURL     = "BKAPP_WEIXIN_JSSDK_URL"
)

// Settings of itsm, from the environment.
type Settings struct {
	env.Common

	UseWeixin bool // BKAPP_USE_WEIXIN: the phone pages exist

	// IsQY (BKAPP_IS_QY_WEIXIN) means sign-in by WeCom, and bindings by wx_userid;
	// off, sign-in by a WeChat official account, and bindings by wx_openid.
	IsQY bool

	WeixinAppID  string     // BKAPP_WEIXIN_APP_ID: the CorpID, or the official account's AppID
	WeixinSecret env.Secret // BKAPP_WEIXIN_APP_SECRET
	AgentID      int        // BKAPP_WEIXIN_AGENT_ID, 0 is none

	// ExternalHost (BKAPP_WEIXIN_APP_EXTERNAL_HOST) is the host of the phone pages,
	// in lower case, with a port if it is not its scheme's own.
	ExternalHost string

	// JSSDK (BKAPP_WEIXIN_JSSDK_URL) is the address of WeCom's script for pages, such
	// as https://res.wx.qq.com/open/js/jweixin-1.2.0.js, with which the form can scan
	// an asset's code; empty: pages load no script. It takes IsQY.
	JSSDK string

	SelfApproval bool // BKAPP_ITSM_SELF_APPROVAL
}

// Read reads all variables. What is missing or malformed is in r.
//
// A switch is on only if it is "1", as in ITSM; SOPS takes any value for on, so
// that "0" turns a feature on there.
func Read(r *env.Reader) Settings {
	s := Settings{
		Common:       r.Common(DefaultApp),
		UseWeixin:    r.Text(useWeixin) == "1",
		IsQY:         r.Text(isQY) == "1",
		WeixinAppID:  word(r, weixinAppID),
		WeixinSecret: env.NewSecret(word(r, weixinSecret)),
		AgentID:      r.Int(agentID, 0, 1, 1<<31-1),
		JSSDK:        r.URL(jssdkURL, ""),
		SelfApproval: r.Text(selfApproval) == "1",
	}
	r.Require("BKPAAS_LOGIN_URL", "it is BlueKing's login, such as https://paas.example.com/login, where people sign in on the PC")
	r.Require("BKPAAS_APP_SECRET", "it opens what is sealed in the database, and it is what BlueKing knows the app by")
	if v := r.Text(externalHost); v != "" {
		host, scheme, ok := parseHost(v, s.ExternalScheme)
		if !ok {
			r.Fail(externalHost, "a host is wanted, such as itsm.exter.com, itsm.exter.com:8443 or https://itsm.exter.com/; a Chinese name in its xn-- form, no IPv6 address")
		}
		s.ExternalHost, s.ExternalScheme = host, scheme
	}
	if s.UseWeixin {
		r.Require(weixinAppID, "it is the CorpID of WeCom, or the AppID of the official account")
		r.Require(weixinSecret, "it is the Secret of the app in WeCom, or of the official account")
		r.Require(externalHost, "it is the host by which phones reach the app, such as itsm.exter.com")
	}
	return s
}

// word reads an id or a secret; the problem does not quote it.
func word(r *env.Reader, name string) string {
	v := r.Text(name)
	if len(v) > 256 || strings.ContainsFunc(v, func(c rune) bool { return c <= ' ' || c > '~' }) {
		r.Fail(name, "up to 256 printable ASCII characters without spaces are wanted")
		return ""
	}
	return v
}
