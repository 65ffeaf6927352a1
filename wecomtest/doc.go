// Package wecomtest plays WeCom (企业微信) on one machine: its API, its members
// and its callbacks, for tests and for running an app without a company account.
//
//	srv := wecomtest.NewServer()
//	defer srv.Close()
//	app := srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s", Token: "t", EncodingAESKey: key, CallbackURL: ts.URL + "/wechat/entry/"})
//	srv.AddUser(wecomtest.User{ID: "zhangsan"})
//
//	reply, err := app.SendText(ctx, "zhangsan", "TY 1_1") // as the member would
//	inbox := srv.Inbox("zhangsan")                        // what arrived on that phone
//
// # When to use it
//
// In tests of an app, and to run it without a company account. It checks what the vendor checks, in the vendor's order, and answers with the
// vendor's errcodes: a program that works against it has its requests, its
// signatures and its answers right. Where the vendor's documents can be read in
// two ways, or a number matters to a test, [Rules] has a switch.
//
// # When not
//
// It knows what was found out about the vendor, and guesses where nothing was:
// the order of checks after the token, and some errcodes, are such guesses. It
// does not show that an account, a trusted domain or an address list is set up
// rightly, and it is no measure of the vendor's speed. It keeps everything in
// memory and authenticates nobody: listen on a loopback address only.
//
// # What is played
//
// Messages to members in every msgtype, recall, update of cards and statistics;
// media with upload, download and ranges; group chats of apps; group robots
// ([Server.AddRobot]); the menu; tokens; callbacks with passive replies.
// [Server.Inbox] has what a phone shows, decoded: [Message] has the fields of each
// kind, [TemplateCard] a card as it is after its updates. [Server.AddMedia] gives
// tests a media_id without an upload, [Server.Media] and [Server.Image] return
// what was uploaded.
//
// # Signing in
//
// Web authorization (connect/oauth2/authorize), web login (wwlogin/sso/login and
// the older qrConnect), the code exchange in its new and its old spelling, user
// details, user/get, openids; and a WeChat official account's sns calls
// ([Server.AddOfficialAccount]). The API, the open platform and the login page
// are one address, URL. Redirects go to [App.TrustedDomain] and [App.LoginDomain]
// only.
//
// [Server.Browser] is the webview of a member or of a [Visitor]: it opens the
// app's pages, is sent to sign in, agrees or, told by [Server.Refuse], does not,
// and comes back. [Server.DesktopBrowser] is the browser on a PC. A real browser
// is told whose it is by opening URL/wecomtest/as/{userid}, which goes on to the
// query's "to" if that is on this machine; [Rules.AnyBrowser] lets it in without
// a phone's User-Agent.
//
// # Pages with the JS-SDK
//
// Both tickets, with their quotas. [Server.CheckJSSDKConfig] and
// [Server.CheckJSSDKAgentConfig] check what a page hands to wx.config and
// wx.agentConfig as the client does: ticket, kind of ticket, address, domain.
//
// # Misbehaving
//
// [Server.ExpireTokens] and [Server.RevokeTokens] end tokens early;
// [Server.Fail] makes the API answer with any errcode or status, late, in part
// or not at all; [Agent.Disturb], [Agent.DeliverTwice] and [Agent.DeliverAtOnce]
// lose, alter and repeat callbacks. [Agent.TrustIPs] shuts addresses out.
//
// # Without a network
//
// [NewUnstartedServer] with [Server.Transport] and [App.Handler] stays in memory
// and works in a testing/synctest bubble, where the vendor's seconds and hours
// pass at once. Browsers find the app's pages by [Server.AddSite].
//
// # Stores
//
// [TestTokenStore] and [TestDuplicates] check the stores that the rest of the
// module takes, without *testing.T, as testing/fstest.TestFS does.
//
// # Errors
//
// The API answers with the vendor's errcodes. Methods that set up a test (AddApp, AddUser and the like)
// panic where the console would refuse. What members do returns:
//
//	error           from                        meaning                                    look at
//	*DeliveryError  SendText, Click, Deliver,   every attempt failed, one error for each   the Attempts
//	                TapCard, …
//	*StatusError    in a DeliveryError          the app answered another status than 200   400: Token, EncodingAESKey, CorpID, and what
//	                                                                                       callback's OnError says
//	ErrReply        the same methods            200, and neither empty nor a sealed reply  the reply; the member sees nothing
//	                                            that WeCom takes
//	ErrCard         TapCard                     the phone shows no such button (any more)  Server.Inbox: Card, Replaced, Recalled
//	*JSSDKError     CheckJSSDKConfig,           the client would refuse the page           Code and Detail
//	                CheckJSSDKAgentConfig
//	without name    SendText, …                 no such member, or no callback address     AddUser; App.CallbackURL or Handler
//	without name    Verify, Save, TrustIPs, …   the console would not save                 the text
//	several joined  TestTokenStore,             what the store does wrong, each            the store
//	                TestDuplicates
package wecomtest
