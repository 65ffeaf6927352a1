// Package site is the way in that both reference deployments have. A request
// passes, in this order:
//
//   - recovery: a panic is a 500 page and a log line without its value
//   - /ping and /healthz, for any Host, below the prefix too
//   - proxyhdr: who asks, by which host and prefix; forwarding headers count
//     only from BKAPP_TRUSTED_PROXIES
//   - the prefix is taken off, if the proxy has not done so: the app below sees
//     inner paths such as /weixin/ticket/42/
//   - domain proof files (/WW_verify_*.txt, /MP_verify_*.txt)
//   - the gate: on the external host only the paths of the phone answer
//
// [Path], [URL] and [Location] lead the other way: from an inner path to the
// address that this request's browser must ask for.
package site
