package main

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/bkwecom/wecom/examples/internal/pages"
	"github.com/bkwecom/wecom/examples/internal/site"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/oauth"
)

// flowPage takes the decisions of the pages.
const flowPage = "approve/flow/"

// maxComment is in characters; together with UTF-8's four bytes for each it is
// less than what the desk would cut.
const maxComment = 200

// flow is the channel of approval by page. CSRF and the session are checked
// before it.
func (a *app) flow(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		a.pages.Fail(w, r, http.StatusBadRequest)
		return
	}
	d, problem := readDecision(r.PostForm)
	if problem != "" {
		a.refused(w, r, http.StatusBadRequest, "没有执行任何操作", problem)
		return
	}
	d.By = member(r)
	out, err := a.decide(r.Context(), d)
	switch {
	case err != nil:
		a.broken(w, r, err)
	case out.Success():
		http.Redirect(w, r, site.Path(r, phonePath+alarmPage(d.Alarm)), http.StatusSeeOther)
	default:
		a.notDecided(w, r, d.Alarm, out)
	}
}

// readDecision reads the form; a problem is what the member should do.
func readDecision(form url.Values) (d approval.Decision, problem string) {
	for _, name := range []string{"id", "message", "approve", "version"} {
		if len(form[name]) > 1 { // which of them was meant?
			return d, "表单有误，请返回重试。"
		}
	}
	verb, comment := form.Get("message"), form.Get("approve")
	version, err := strconv.ParseInt(form.Get("version"), 10, 64)
	switch {
	case verb != "approved" && verb != "rejected":
		return d, "请选择准许执行或拒绝执行。"
	case err != nil || version < 1:
		return d, "表单不完整，请返回刷新后重试。"
	case !utf8.ValidString(comment):
		return d, "审批意见含有无法识别的字符。"
	case utf8.RuneCountInString(comment) > maxComment:
		return d, "审批意见最多 200 个字，请缩短后重试。"
	}
	return approval.Decision{
		Alarm: alarmID(form.Get("id")), Node: approval.Node, Version: version,
		Approve: verb == "approved", Reason: comment, Channel: approval.ChannelPage,
	}, ""
}

// notDecided says why a decision did not count.
func (a *app) notDecided(w http.ResponseWriter, r *http.Request, id int64, out approval.Outcome) {
	links := []pages.Link{{Label: "查看告警", Path: phonePath + alarmPage(id)}}
	switch out.Kind {
	case approval.OutcomeNotAllowed:
		a.refused(w, r, http.StatusForbidden, "没有权限", "您不是此告警的审批人。")
	case approval.OutcomeNoNumber:
		a.refused(w, r, http.StatusNotFound, "单号不存在", "没有这条告警。")
	case approval.OutcomeTimedOut:
		a.refused(w, r, http.StatusConflict, "已超时", "此告警已超过审批有效期，没有执行。", links...)
	case approval.OutcomeAlready:
		a.refused(w, r, http.StatusConflict, "已经审批过了", "此告警已由 "+out.Alarm.DecidedBy+" "+verdict(out.Alarm)+"。", links...)
	default: // stale
		a.refused(w, r, http.StatusConflict, "内容已变化", "此告警在您打开页面之后有了变化，请重新查看后再决定。", links...)
	}
}

// refused is a page that leads back to the list.
func (a *app) refused(w http.ResponseWriter, r *http.Request, status int, title, text string, links ...pages.Link) {
	a.pages.Notice(w, r, status, pages.Notice{
		Title: title, Text: text, Links: append(links, pages.Link{Label: "返回审批列表", Path: phonePath + todoPage}),
	})
}

// broken logs what went wrong inside, and tells the member no more than that.
func (a *app) broken(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil {
		a.cfg.log.ErrorContext(r.Context(), "a request failed", "path", r.URL.Path, "err", err)
	}
	a.pages.Fail(w, r, http.StatusInternalServerError)
}

// forged answers forms without the right token.
func (a *app) forged(w http.ResponseWriter, r *http.Request, err error) {
	a.cfg.log.WarnContext(r.Context(), "a form without the right CSRF token", "err", err)
	if errors.Is(err, oauth.ErrCSRFForm) { // its token was never read
		a.pages.Fail(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	a.refused(w, r, http.StatusForbidden, "页面已过期", "没有执行任何操作。请返回审批列表，重新打开告警后再决定。")
}
