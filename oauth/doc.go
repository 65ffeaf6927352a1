// Package oauth signs people in with WeCom (企业微信) or WeChat (微信) and keeps pages for those who have
// signed in.
//
//	guard, err := oauth.New(oauth.Config{
//		Provider:    oauth.WeCom{API: client, CorpID: corpID, AgentID: agentID},
//		CallbackURL: "https://itsm.example.com/o/itsm/weixin/login/",
//		Keys:        [][]byte{current, previous},
//	})
//	mux.Handle("GET /o/itsm/weixin/login/", guard.Callback())
//	mux.Handle("/o/itsm/weixin/", guard.Protect(app))
//	id, ok := oauth.FromContext(r.Context())
//
// # When to use it
//
// For pages of a self-built app (自建应用) that members open in WeCom, silently by [WeCom]; on a desktop
// by [WebLogin] as [Config.Web]; for pages of an official account (公众号) by [OfficialAccount].
// [GetUser], [WeCom.Detail] and [OfficialAccount.Profile] tell more of somebody.
//
// # When not
//
// Not for third-party apps (第三方应用), whose vendor's calls differ, nor for APIs that have no browser.
// An app with sessions of its own can use a [Provider] alone: make a state that is random, single use and
// bound to the browser, send the browser to AuthorizeURL, compare the state, then call Exchange once.
//
// # What it does
//
// A visitor without a session is sent to the vendor with a random state, whose other half is a sealed
// cookie in this browser that holds the way back. The vendor sends them to the callback with a code,
// which is exchanged once; then the session is a sealed cookie. The process keeps nothing but the states
// that were used, so that several processes can serve one app with the same keys, if their clocks agree
// within a minute.
//
// Sign-ins may run in several tabs at once, and take ten minutes. The back button of a webview, which
// shows the callback again, leads on to the page. A webview that requests the callback twice at once
// signs in once. Processes do not know of each other's used states: at two of them the second request
// asks the vendor, who refuses the used code; without the first one's session it shows [Expired].
//
// # Threats covered
//
//   - A forged, foreign, expired or used state; somebody else's code (login CSRF); a code used twice.
//   - A way back to another site, another app of the host, or the callback itself.
//   - The code in the address bar, in a Referer, a log or an error.
//   - Cookies made up, changed, of another app, environment or purpose; cookies with another path that
//     another app planted: what does not open is passed over, and valid sessions of two people are
//     refused.
//   - A session that somebody fixed before the sign-in: each sign-in makes a new one.
//   - Requests that another site makes the browser send: cookies are SameSite=Lax, and [CSRF].
//
// # What the app must do
//
// Serve over https. Change nothing on GET. Put a [CSRF] before handlers that change something. Decide what
// somebody may do: to be signed in is not to be allowed, and a visitor who is no member is signed in
// too, with an OpenID only (see [Guard.RequireMember]). Set [Config.Location] behind a proxy that
// changes paths. Set [Config.Revoked] if sessions must end before MaxAge: the cookie alone decides else.
// Compare userids without regard to case. Keep apps that are not trusted off the host: cookies of one
// host are not kept apart by path, and neither are scripts. Sibling domains, too, can plant cookies, such
// as their own valid session for who has none; only a CookiePath of / keeps them out, by the cookie's
// __Host- name. Put no secrets into the addresses of pages: up to 512 bytes the way back is shown to the
// vendor, and stands in logs, as c_url.
//
// # Answers
//
// Without a session a page gets 302 to the vendor, a script 401 with an address to go to, and a form
// 401 with a page that says that nothing was saved. Failures show a page ([Config.Fail]) with the status of
// [Failure.Status]; in a client that cannot sign in it says 请在企业微信中打开.
//
//	Reason       status  what happened                                  what to do
//	Denied       403     the visitor did not agree                      nothing
//	Expired      400     over ten minutes, or the code has run out      the visitor signs in again
//	Reused       400     this sign-in came back before                  the same
//	Foreign      400     another browser's sign-in, or none of ours     the same; if often, processes have different Keys
//	TwoPeople    400     valid sessions of two people                   look for the app that plants cookies on this host
//	WrongClient  403     neither Provider nor Web accepts the client    set Config.Web for desktops
//	Unavailable  503     the vendor, Revoked or SignedIn failed, or a   see the error, and Config.Location
//	                     page is not under CookiePath
//	Refused      403     by SignedIn or Revoked                         nothing
//	Unsaved      401     a form without a session                       the visitor signs in and sends it again
//	NotMember    403     Guard.RequireMember                            nothing
//	Forged       403     CSRF                                           see the ErrCSRF below
//
// # Errors
//
// [Config.OnError] is told why a sign-in failed; no error holds a secret, a code or a ticket. [New] and
// [NewCSRF] return a [*FieldError].
//
//	error            from                          meaning                               what to do
//	*FieldError      New, NewCSRF, Exchange,       a setting or an argument is missing   as Problem says
//	                 GetUser, Detail, …            or malformed; nothing was sent
//	ErrNobody        Exchange                      the vendor's answer names nobody      check that the code was made for this app
//	*Error           OfficialAccount               the official account's API refused,   see its Code: 40001, 40125 the Secret;
//	                                               or what answered is not that API      48001 Scope UserInfo; 40163 a used code
//	without name     OfficialAccount               no answer                             the visitor signs in again
//	the Caller's     WeCom, WebLogin, GetUser, …   WeCom refused: 40029, 42003 the code  the visitor signs in again
//	                                               is used, too old, or none
//	                                               50001 another app's code              check AgentID, 可信域名 and 授权回调域
//	                                               84014, 84015 the user_ticket has      sign in with PrivateInfo again
//	                                               expired (1800 s), or is none
//	                                               60111, 60011 not to be seen           check the app's 可见范围
//	                                               43004 the member has no WeChat        do without an openid
//	ErrCSRFSession   CSRF.Check                    no session to check against           put CSRF behind Guard.Protect
//	ErrCSRFOrigin                                  another site made the request         set CSRFConfig.Origins behind a proxy
//	ErrCSRFMissing                                 no token in header or form            put CSRF.Token into the form
//	ErrCSRFForm                                    unreadable, or over MaxForm           send the token in the header
//	ErrCSRFToken                                   of another session                    the visitor reloads the page
//	ErrCSRFCookie                                  header and cookie differ              the visitor reloads the page
//
// Those of calls answer errors.As into interface{ ErrCode() int }, interface{ Retryable() bool } and
// interface{ NotSent() bool }. A code is never exchanged twice, whatever they say: the visitor signs in anew.
package oauth
