// Package wecom calls the server API of WeCom (企业微信) as one app of one company:
// it keeps the app's access token, makes calls with it, and turns refusals into
// errors that say what to do.
//
//	wc, err := wecom.New(wecom.Config{CorpID: "ww1234567890abcdef", Secret: os.Getenv("BKAPP_WEIXIN_APP_SECRET")})
//	err = wc.Call(ctx, http.MethodGet, "/cgi-bin/user/get", url.Values{"userid": {"zhangsan"}}, nil, &user)
//
// # When to use it
//
// An app has a CorpID and a Secret, sends messages, publishes a menu or reads
// the address book, from one process or many.
//
// # When not
//
// It has no method per API: [Client.Call] takes the path from the vendor's reference
// and a struct of your own. The packages below know some APIs better. Group robots
// (webhooks) need no token and no Client. Apps of service providers
// (suite_access_token) are not covered.
//
// # Tokens
//
// A token lives two hours. [Client] fetches it when the first call needs it, once
// for however many callers; renews it in the background between 80 and 95 % of its
// life, while the old one serves; and fetches a new one when the API refuses it
// (40014, 42001), after which the call is made once more. When gettoken fails, calls
// fail at once with its error until the next attempt is due, after a second at
// first and under two minutes in the end: WeCom blocks an address for an hour after many wrong
// secrets. Several processes share a token through a [TokenStore].
//
// # Errors
//
// An answer that is not a success is an [*Error] with the vendor's errcode. Every
// error of a call, those of the network and of contexts too, can be asked
// three things without importing this package:
//
//	var code interface{ ErrCode() int }       // the vendor's errcode, 0 if there is none
//	var passing interface{ Retryable() bool } // may the same call succeed a little later?
//	var unsent interface{ NotSent() bool }    // is it certain that the API has not acted on it?
//	if errors.As(err, &unsent) && unsent.NotSent() { … }
//
// What can come back from [Client.Call], and what to do next:
//
//	error                       ErrCode    Retryable      NotSent          do
//	*Error, errcode             its Code   see below      no               see below
//	*Error, no errcode          0          if HTTP 5xx    no               not the API answered: check BaseURL, path and proxy
//	no token: gettoken fails    gettoken's as gettoken's  yes              see the code; the text says when it is asked again
//	no connection               0          yes            yes              repeat
//	no answer, or half of one   0          yes            no               repeat what does no harm when done twice
//	certificate not accepted    0          no             yes              install the CA, or check BaseURL
//	ctx ended while waiting     0          no             if not begun     as the caller of ctx sees fit
//	longer than 30 s (10 min)   0          yes            if not begun     as no answer
//	answer does not fit out     0          no             no               correct out: the API has acted
//	wrong path, method or in    0          no             yes              correct the call
//
// errors.As finds gettoken's [*Error] in the third, with its Path. The limit of 30 s, or 10
// minutes where a file is streamed, is for a Config.HTTPClient without Timeout. Of a Transport
// that is not net/http's own a failed dial alone counts as not sent. [New] says which field
// of [Config] is wrong.
//
// Call repeats by itself only what cannot have been done: see there. Anything else is
// the caller's decision, who knows what a message sent twice would mean. errors.Is
// finds context.Canceled and context.DeadlineExceeded. No error, log value or print
// of a Config or Client holds the Secret, a token, or a sign-in code.
//
// # Codes
//
// The vendor has some 600 (vendor's document: 全局错误码, 90313). These are acted on
// or explained here; the text of an [*Error] says the same. Only those marked
// "later" are Retryable.
//
//	code          meaning                                       what to do
//	-1     later  WeCom is busy                                 repeat a little later, three times at most
//	40001         Secret wrong, reset or another company's,     check Secret; gettoken backs off by itself
//	              or the app is disabled
//	40091         as 40001, in older documents                  check Secret
//	40013         no such company                               check CorpID
//	40014         the token is not valid, nor was a new one     the API wants another kind of secret
//	42001         the token has ended, and so had a new one     check the clock, and other users of the Secret
//	40029         a sign-in's code is used, or over 5 minutes   start the sign-in again
//	40033         JSON with \u escapes                          send the characters themselves
//	40056         no such app                                   check the agentid
//	40058         a parameter is wrong                          check against the vendor's reference, the method too
//	45009         over a limit                                  stop until the minute, hour or day has ended
//	45033  later  too many calls at once                        make fewer at once
//	48001         the company has not been granted the API      ask the administrator
//	48002         this app may not call the API                 use the Secret of an app that may
//	50001         the page is on no trusted domain              add domain and port to 可信域名
//	60011         outside of the app's visible range            add member, department or tag to 可见范围
//	60020         this server's address is not trusted          add it to 企业可信IP; it takes about a minute
//	60111         no such userid, or not visible                check the userid and 可见范围
//	81013         none of the receivers is valid                check them and 可见范围
//	82001         no receivers                                  name at least one
//	301002        the agentid is another app's                  use that of the app that Secret belongs to
//	others later  6000, 40129, 41063, 41079, 81026, 90304, 90507, 301022, 301064, 302005, 302008, 830003:
//	              troubles that pass                            as -1
//
// # Packages of the module
//
//   - crypto: signatures and encryption of callbacks
//   - callback: an http.Handler for messages and events, with replies
//   - message: messages to members, recall
//   - menu: the app's menu
//   - oauth: sign-in, sessions and forms
//   - proxyhdr: who is believed behind a proxy
//   - jssdk: signatures for pages that use the JS-SDK
//   - wecomtest: WeCom on one machine, for tests and demonstrations
//
// They do not import this package: what they need of it is an interface with the one
// method Call, which a *Client has.
package wecom
