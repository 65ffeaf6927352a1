// Package wecom calls the server API of WeCom (企业微信) as one app of one company:
// it keeps the app's access token, makes calls with it, and turns refusals into
// errors that say what to do.
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
// Call repeats by itself only what cannot have been done: see there. Anything else is
// the caller's decision, who knows what a message sent twice would mean. errors.Is
// finds context.Canceled and context.DeadlineExceeded. No error, log value or print
// of a Config or Client holds the Secret, a token, or a sign-in code.
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
