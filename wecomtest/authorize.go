package wecomtest

import (
	"net/url"
	"regexp"
	"strconv"
)

var validState = regexp.MustCompile(`^[0-9A-Za-z]{0,128}$`)

// fragmentHeader tells what [Server.Browser] sees of the address and no server
// does.
const fragmentHeader = "Wecomtest-Fragment"

// wish is what an address of a sign-in page asks for, once it is found right.
type wish struct {
	redirectURI string
	scope       string
	agent       *Agent // nil if none is named
	account     string // appid of an official account
}

// authorize plays the web authorization of WeCom and of official accounts
// (vendor's documents: 91022, and 网页授权 of official accounts).
func (s *Server) authorize(v *visit) answer {
	account, isAccount := s.signIn.accounts[v.query.Get("appid")]
	inClient := v.inWeChat() || v.inWeCom()
	if isAccount {
		inClient = v.inWeChat() && !v.inWeCom() // WeCom's client has no WeChat session (unverified)
	}
	if !inClient && !s.rules.AnyBrowser {
		return page{Title: "请在微信客户端打开链接", Text: "此页面只能在微信或企业微信中打开。",
			Hint: "an official account needs WeChat (MicroMessenger and no wxwork/ in the User-Agent), an app WeCom or WeChat: use Server.Browser"}.answer()
	}
	refused := s.checkAuthorize(v)
	var w wish
	switch {
	case refused != nil:
	case isAccount:
		w, refused = account.read(v)
	default:
		w, refused = s.readAuthorize(v)
	}
	if refused != nil {
		return refusedPage(refused)
	}
	return s.consent(v, w)
}

// checkAuthorize has what both kinds of appid share.
func (s *Server) checkAuthorize(v *visit) *refusal {
	if !v.once() || !s.rules.AnyParameterOrder && !v.inOrder("appid", "redirect_uri", "response_type", "scope", "state", "agentid") {
		return refuse(40058, "parameters are not in the documented order: appid, redirect_uri, response_type, scope, state, agentid")
	}
	if v.query.Get("response_type") != "code" {
		return refuse(40058, "response_type must be code")
	}
	if !validState.MatchString(v.query.Get("state")) {
		return refuse(40058, "state must be at most 128 of a-zA-Z0-9")
	}
	if f := v.Header.Get(fragmentHeader); f != "" && f != "#wechat_redirect" {
		return refuse(40058, "the address must end with #wechat_redirect")
	}
	return nil
}

func (s *Server) readAuthorize(v *visit) (w wish, refused *refusal) {
	if v.query.Get("appid") != s.CorpID {
		return w, refuse(40013, "appid is neither the CorpID nor that of an official account")
	}
	w.redirectURI, w.scope = v.query.Get("redirect_uri"), v.query.Get("scope")
	if id := v.query.Get("agentid"); id != "" {
		if w.agent = s.agentNamed(id); w.agent == nil {
			return w, refuse(40056, "agentid is that of no app")
		}
	}
	switch {
	case w.scope == scopeBase:
	case w.scope == scopeUserInfo:
		w.scope = scopeBase // an old name; what it gave beyond snsapi_base is gone
	case w.scope == scopePrivateInfo && w.agent == nil && s.rules.NoAgentIDIsBase:
		w.scope = scopeBase
	case w.scope == scopePrivateInfo && w.agent == nil:
		return w, refuse(40058, "snsapi_privateinfo needs agentid")
	case w.scope != scopePrivateInfo:
		return w, refuse(10005, "scope must be snsapi_base or snsapi_privateinfo")
	}
	if !s.trusts(w.agent, w.redirectURI) {
		return w, refuse(50001, "the host and port of redirect_uri are not the app's trusted domain: compare with App.TrustedDomain")
	}
	return w, nil
}

// trusts takes any app's domain if the address names no app.
func (s *Server) trusts(a *Agent, uri string) bool {
	if a != nil {
		return leadsTo(uri, a.trustedDomain)
	}
	for _, each := range s.agents {
		if leadsTo(uri, each.trustedDomain) {
			return true
		}
	}
	return false
}

func (s *Server) agentNamed(id string) *Agent {
	n, err := strconv.Atoi(id)
	if err != nil || strconv.Itoa(n) != id {
		return nil
	}
	return s.agents[n]
}

// consent is silent for snsapi_base.
func (s *Server) consent(v *visit, w wish) answer {
	p, asks, ok := s.who(v)
	switch {
	case !ok:
		return s.choose("这是谁的手机？", v.self())
	case p.member() && p.user.Disabled && w.account == "":
		return refusedPage(refuse(50003, "the member is disabled"))
	case p.OpenID == "" && w.account != "":
		return refusedPage(refuse(43004, "the member has no OpenID: without WeChat nobody comes to an official account"))
	}
	if w.scope != scopeBase {
		d, refused := s.decide(v, p, asks)
		switch {
		case refused != nil:
			return refusedPage(refused)
		case d == undecided:
			return page{Title: "申请获取你的个人信息", Text: p.name() + "，是否允许此应用获取你的个人信息？", Asks: true}.answer()
		case d == denied && s.rules.RefusedIsBase && w.account == "":
			w.scope = scopeBase
		case d == denied:
			return redirect(comeBack(w.redirectURI, v.withState()...))
		}
	}
	code := s.signIn.issue(authCode{person: p.key(), agent: w.agent, account: w.account, scope: w.scope})
	return redirect(comeBack(w.redirectURI, v.withState("code", code)...))
}

// withState adds state as it came, if it came.
func (v *visit) withState(pairs ...string) []string {
	if v.query.Has("state") {
		pairs = append(pairs, "state", v.query.Get("state"))
	}
	return pairs
}

// self is the address that the browser is at.
func (v *visit) self() string {
	return (&url.URL{Scheme: "http", Host: v.Host, Path: v.URL.Path, RawQuery: v.URL.RawQuery, Fragment: "wechat_redirect"}).String()
}
