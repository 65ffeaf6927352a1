package wecomtest

import (
	"fmt"
	"net/http"
)

// OfficialAccount is a WeChat official account (公众号), for the sign-in of people
// in WeChat.
type OfficialAccount struct {
	AppID  string
	Secret string
	Domain string // host or host:port of web authorization, as the console's 网页授权域名
}

// AddOfficialAccount adds an official account or replaces the one of that AppID.
// As it is meant for setting up tests, it panics on one that cannot be: without
// AppID or Secret, with the company's CorpID, or with a Domain that is no host.
func (s *Server) AddOfficialAccount(a OfficialAccount) {
	if a.AppID == "" || a.Secret == "" || a.AppID == s.CorpID {
		panic("wecomtest: AddOfficialAccount: AppID and Secret are needed, and AppID is not the CorpID")
	}
	if err := checkDomain("Domain", a.Domain); err != nil {
		panic("wecomtest: AddOfficialAccount: " + err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signIn.accounts[a.AppID] = a
}

// read checks an authorize address.
func (a OfficialAccount) read(v *visit) (w wish, refused *refusal) {
	w = wish{redirectURI: v.query.Get("redirect_uri"), scope: v.query.Get("scope"), account: a.AppID}
	if w.scope != scopeBase && w.scope != scopeUserInfo {
		return w, refuse(10005, "scope must be snsapi_base or snsapi_userinfo")
	}
	if !leadsTo(w.redirectURI, a.Domain) {
		return w, refuse(10003, "the host and port of redirect_uri are not those of the official account: compare with OfficialAccount.Domain")
	}
	return w, nil
}

// snsErrmsgs are the texts of errcodes that mean something else for a company.
var snsErrmsgs = map[int]string{
	40002: "invalid grant_type",
	40003: "invalid openid",
	40013: "invalid appid",
	40030: "invalid refresh_token",
	40125: "invalid appsecret",
	40163: "code been used",
	41002: "appid missing",
	41003: "refresh_token missing",
	41004: "appsecret missing",
	41009: "openid missing",
	42002: "refresh_token expired",
	43001: "require GET method",
	48001: "api unauthorized",
}

// snsAnswer is JSON under the name of plain text, as the vendor sends it, and a
// success has no errcode.
func snsAnswer(fields any, refused *refusal) answer {
	a := answer{status: http.StatusOK, header: http.Header{"Content-Type": {"text/plain"}}}
	if refused == nil {
		a.body = marshal(fields)
		return a
	}
	text := snsErrmsgs[refused.code]
	if text == "" {
		text = errmsgs[refused.code]
	}
	a.code, a.message = refused.code, fmt.Sprintf("%s, rid: %s", text, newRID())
	a.body = marshal(snsError{a.code, a.message})
	return a
}

type snsError struct {
	Code    int    `json:"errcode"`
	Message string `json:"errmsg"`
}
