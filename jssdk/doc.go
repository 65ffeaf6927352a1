// Package jssdk lets web pages in WeCom (企业微信) use the client's functions, such as scanning a code: it
// signs pages for wx.config and wx.agentConfig.
//
//	signer, err := jssdk.New(jssdk.Config{
//		API:    client, // a *wecom.Client
//		CorpID: corpID,
//		Pages:  []string{"https://itsm.example.com/o/itsm/weixin/"},
//		APIs:   []string{"scanQRCode"},
//	})
//	mux.Handle("/o/itsm/weixin/api/jssdk/", guard.Protect(signer.Handler()))
//
// and in the page, where https://res.wx.qq.com/open/js/jweixin-1.2.0.js has been loaded:
//
//	fetch("api/jssdk/?url=" + encodeURIComponent(location.href.split("#")[0]))
//		.then(function (r) { return r.json(); })
//		.then(function (a) { if (a.result) { wx.config(a.data.config); } });
//	wx.ready(function () { wx.scanQRCode({needResult: 1, success: function (r) { … }}); });
//
// # When to use it
//
// For pages that members open in WeCom, or in WeChat with the company's plug-in, and that get better by what
// the client can do. The page must work without: in another browser, in an old client, and when WeCom
// cannot be reached.
//
// A page that the server renders can carry its signatures: [Signer.SignConfig] and [Signer.SignAgentConfig]
// make them, and no script needs to ask.
//
// # When not
//
// Not for official accounts (公众号), whose ticket is another call of another API; nor for third-party apps
// (第三方应用). Where pages scan only to send what they scanned to the app, a button of the menu
// (menu.ScancodeWaitmsg) needs no script at all.
//
// # What must be set up
//
// The pages' domain is a trusted domain (可信域名) of the app and its owner is proven (the file
// WW_verify_….txt); else the client says 85005 or "invalid url domain". The page's address is signed as the
// browser has it. On iOS that may be the address that
// the app's pages were entered by, if scripts change it later: remember location.href when the first page loads.
//
// # Tickets
//
// A signature is made with a ticket, the company's for wx.config and the app's for wx.agentConfig, which
// lives two hours. It is fetched when the first page needs it, once for however many; renewed while the old
// one serves, between 80 and 95 % of its life; and shared between processes by a [TicketStore]. The vendor
// allows 400 fetches an hour to a company and 100 to an app: a Signer makes 40 of each kind at the most,
// backs off when they fail, and leaves the vendor alone for five minutes after error 45009.
//
// # Who gets a signature
//
// With a signature a page acts within the client as a page of the app. So only [Config.Pages] get one, as
// text, with nothing in their address that a browser, a proxy and a server could read differently; and
// [Signer.Handler] answers no request that another page makes. An address with &url= in its query is
// refused: the signed text has no escapes, so that its signature would be valid for a second page.
//
// Apps on one host are not kept apart from each other: a script of one can take the address of another. Keep
// apps that are not trusted off the host.
//
// # Answers
//
// [Signer.Handler] answers as BlueKing's apps do, {"result":…,"code":…,"message":…,"data":…}, with result
// false where there is no signature.
//
//	200  the signatures, in data
//	400  no page is named, by url or Referer
//	403  the page is none of Config.Pages, or another page asks
//	405  neither GET nor HEAD
//	503  there is no ticket now, Retry-After says until when: the page goes on without
//
// # Errors
//
//	error         from              meaning                                what to do
//	*FieldError   New,              a setting is missing or malformed      as Problem says
//	              SignAgentConfig
//	ErrPage       SignConfig, …     the page is none of Config.Pages, its  add it to Pages; sign location.href as the
//	                                address is not as browsers write it,   browser has it; rename a parameter url
//	                                or has &url=
//	without name  SignConfig, …     no ticket: get_jsapi_ticket or         see the code; the text says when it is asked
//	                                ticket/get failed                      again. Render the page without
//	  45009                         the hour's tickets are used up         share Tickets between processes; 5 minutes' pause
//	  60020                         this server's address is not trusted   add it to 企业可信IP
//
// Those without a name answer errors.As into interface{ ErrCode() int }, interface{ Retryable() bool } and
// interface{ NotSent() bool } as the API client's errors do, and errors.Is finds those of contexts.
// [Config.OnError] is told of tickets that could not be had, of pages that the Handler refused, and of a
// [TicketStore] that fails, which fails no page. No error, log or print holds a ticket.
package jssdk
