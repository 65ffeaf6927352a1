// Package bklogin signs users in with BlueKing's own login (蓝鲸统一登录), on the
// PC.
//
// BlueKing's login page sets the cookie bk_token for the whole domain; an app
// asks the login server whose it is. [Client] asks, [Client.Require] guards pages
// with it. Where BlueKing's ESB is configured it adds which WeCom member the
// user is bound to; it never decides who somebody is, since it answers for
// whatever user an app names.
//
// [Server] is a stand-in for both, for tests and for running without BlueKing.
package bklogin
