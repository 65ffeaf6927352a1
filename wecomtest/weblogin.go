package wecomtest

// webLogin plays 企业微信Web登录: the QR code that a member scans, or the quick
// confirmation, in a browser on a PC (vendor's document: 98152; the older page
// is wwopen/sso/qrConnect).
func (s *Server) webLogin(v *visit) answer {
	if (v.inWeCom() || v.inWeChat()) && !s.rules.AnyBrowser {
		return page{Title: "请在电脑浏览器中打开", Text: "网页登录用于电脑浏览器；在企业微信中请使用网页授权。",
			Hint: "web login is for browsers without wxwork/ and MicroMessenger in the User-Agent: use Server.DesktopBrowser"}.answer()
	}
	w, refused := s.readWebLogin(v)
	if refused != nil {
		return refusedPage(refused)
	}
	p, asks, ok := s.who(v)
	switch {
	case !ok:
		return s.choose("谁来扫码？", v.self())
	case p.member() && p.user.Disabled:
		return refusedPage(refuse(50003, "the member is disabled"))
	}
	d, refused := s.decide(v, p, asks)
	switch {
	case refused != nil:
		return refusedPage(refused)
	case d == undecided:
		return page{Title: "企业微信登录", Text: p.name() + "，是否允许登录？", Asks: true}.answer()
	case d == denied && s.rules.RefusedLoginReturns:
		return redirect(comeBack(w.redirectURI, v.withState()...))
	case d == denied:
		return page{Title: "你已取消此次登录", Text: "可以关闭此页面，或者再次扫码。"}.answer()
	}
	code := s.signIn.issue(authCode{person: p.key(), agent: w.agent})
	return redirect(comeBack(w.redirectURI, append(v.withState("code", code), "appid", s.CorpID)...))
}

func (s *Server) readWebLogin(v *visit) (w wish, refused *refusal) {
	switch {
	case !v.once():
		return w, refuse(40058, "a parameter is there twice")
	case v.URL.Path == webLoginPath && v.query.Get("login_type") != "CorpApp":
		return w, refuse(40058, "login_type must be CorpApp: the others are for third parties, which are not played")
	case v.query.Get("appid") != s.CorpID:
		return w, refuse(40013, "appid must be the CorpID")
	}
	if w.agent = s.agentNamed(v.query.Get("agentid")); w.agent == nil {
		return w, refuse(40056, "agentid is that of no app")
	}
	if w.redirectURI = v.query.Get("redirect_uri"); !leadsTo(w.redirectURI, w.agent.loginDomain) {
		return w, refuse(50001, "the host and port of redirect_uri are not the app's domain for web login: compare with App.LoginDomain")
	}
	return w, nil
}
