package oauth

import "net/http"

// Reason is why a visitor gets no page.
type Reason string

// The reasons.
const (
	Denied      Reason = "denied"       // the visitor did not agree
	Expired     Reason = "expired"      // the sign-in took longer than ten minutes, or the vendor's code has run out
	Reused      Reason = "reused"       // this sign-in came back before
	Foreign     Reason = "foreign"      // another browser's sign-in, or none of ours
	WrongClient Reason = "wrong client" // 请在企业微信中打开
	Unavailable Reason = "unavailable"  // the vendor, Revoked, SignedIn or this configuration failed
	Refused     Reason = "refused"      // by SignedIn or Revoked
	Unsaved     Reason = "unsaved"      // a form was posted without a session: its content is lost
	NotMember   Reason = "not member"   // see RequireMember
	TwoPeople   Reason = "two people"   // the browser has valid sessions of two people
	Forged      Reason = "forged"       // see CSRF
)

// reasons are in the order of their numbers in a note: append only.
var reasons = []Reason{Denied, Expired, Reused, Foreign, WrongClient, Unavailable, Refused, Unsaved, NotMember, TwoPeople, Forged}

// Failure is what a visitor is told.
type Failure struct {
	Reason Reason
	// Retry is a path of this site that tries again; "" where that is useless.
	Retry string
	// Client is where the page can be opened, such as 企业微信.
	Client string
	// Err is for logs; nil at the callback, whose errors go to OnError only, since the page is shown
	// after a redirect to an address without the code. It was given to OnError before.
	Err error
}

// Status is the HTTP status.
func (f Failure) Status() int {
	switch f.Reason {
	case Denied, WrongClient, Refused, NotMember, Forged:
		return http.StatusForbidden
	case Unsaved:
		return http.StatusUnauthorized
	case Expired, Reused, Foreign, TwoPeople:
		return http.StatusBadRequest
	}
	return http.StatusServiceUnavailable
}

// Message is what happened and what to do, in Chinese.
func (f Failure) Message() string {
	switch f.Reason {
	case Denied:
		return "你没有同意登录，所以无法打开页面。"
	case Expired:
		return "登录等待太久，已经过期，请重新登录。"
	case Reused:
		return "这次登录已经用过了，请重新登录。"
	case Foreign:
		return "这次登录不是在当前浏览器里开始的，请重新登录。"
	case WrongClient:
		return "请在" + f.Client + "中打开这个页面。"
	case Refused:
		return "你没有使用这个应用的权限，请联系管理员。"
	case Unsaved:
		return "登录已失效，刚才提交的内容没有保存。请先重新登录，再提交一次。"
	case NotMember:
		return "这个页面只对企业成员开放。"
	case TwoPeople:
		return "浏览器里有两个人的登录信息，请清除本站的 Cookie 后重新打开。"
	case Forged:
		return "提交没有被接受：页面已过期，或者不是从本站提交的。请刷新页面后再试。"
	}
	return "暂时无法登录，请稍后再试。"
}

// fail answers at once.
func (c *core) fail(w http.ResponseWriter, r *http.Request, f Failure) {
	if f.Client == "" {
		f.Client = c.provider(false).Name()
	}
	if f.Err != nil {
		c.onError(r, f.Err)
	}
	private(w)
	switch {
	case wantsJSON(r):
		writeJSON(w, f.Status(), f.Message(), nil)
	case c.show != nil:
		c.show(w, r, f)
	default:
		showPage(w, f)
	}
}

// private keeps an answer out of caches, and the address out of the next page's Referer.
func private(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
}
