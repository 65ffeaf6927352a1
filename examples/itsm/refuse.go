package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/pages"
	"github.com/bkwecom/wecom/examples/itsm/ticket"
	"github.com/bkwecom/wecom/oauth"
)

// fail answers with the plain words of a status, as a page or as JSON.
func (a *app) fail(w http.ResponseWriter, r *http.Request, status int) {
	if wantsJSON(r) {
		answer(w, status, pages.Words(status), nil)
		return
	}
	a.pages.Fail(w, r, status)
}

// broken logs what went wrong inside, and tells the visitor no more than that.
func (a *app) broken(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil {
		a.cfg.log.ErrorContext(r.Context(), "a request failed", "err", err)
	}
	a.fail(w, r, http.StatusInternalServerError)
}

// stranger is for tickets of others, and for those that do not exist: nobody can
// tell one from the other.
func (a *app) stranger(w http.ResponseWriter, r *http.Request) {
	a.pages.Notice(w, r, http.StatusForbidden, pages.Notice{
		Title: "不能查看这张单据", Text: "只有提单人和审批人可以查看。",
		Links: []pages.Link{{Label: "返回首页", Path: a.at(r).base}},
	})
}

// forged answers forms and JSON without the right token.
func (a *app) forged(w http.ResponseWriter, r *http.Request, err error) {
	a.cfg.log.WarnContext(r.Context(), "a request without the right CSRF token", "err", err)
	if errors.Is(err, oauth.ErrCSRFForm) { // its token was never read
		a.fail(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	const text = "页面已过期，请返回上一页刷新后重试。"
	if wantsJSON(r) {
		answer(w, http.StatusForbidden, text, nil)
		return
	}
	a.pages.Notice(w, r, http.StatusForbidden, pages.Notice{
		Title: "页面已过期", Text: text, Links: []pages.Link{{Label: "返回首页", Path: a.at(r).base}},
	})
}

// refusal says why an act on a ticket did not count.
func (s *surface) refusal(out ticket.Outcome) pages.Notice {
	n := pages.Notice{Links: []pages.Link{
		{Label: "查看单据", Path: s.base + ticketPath(out.ID)}, {Label: "返回首页", Path: s.base},
	}}
	n.Title, n.Text = "没有权限", refusalText(out)
	if out.Kind == ticket.OutcomeAlready {
		n.Title = "已经处理过了"
	}
	return n
}

// refusalText is for pages and JSON alike.
func refusalText(out ticket.Outcome) string {
	switch out.Kind {
	case ticket.OutcomeAlready:
		return fmt.Sprintf("该单据已由 %s %s。", out.Ticket.DecidedBy, verb(out.Ticket.Status))
	case ticket.OutcomeNotYours:
		return "您不是该单据当前的审批人。"
	case ticket.OutcomeUnknown:
		return "单据不存在，或您无权查看。"
	}
	return ""
}

// signInFailed is the page of a sign-in that ended without one.
func (a *app) signInFailed(w http.ResponseWriter, r *http.Request, f oauth.Failure) {
	n := pages.Notice{Title: "无法登录", Text: f.Message()}
	switch {
	case f.Reason == oauth.WrongClient:
		n.Title = "请在" + f.Client + "中打开"
	case f.Retry != "":
		n.Links = []pages.Link{{Label: "重试", URL: f.Retry}}
	}
	a.pages.Notice(w, r, f.Status(), n)
}

// problem is what a visitor is told about a refused field.
func problem(e ticket.FieldError) string {
	switch e.Problem {
	case ticket.ProblemMissing:
		return "请填写"
	case ticket.ProblemTooLong:
		return fmt.Sprintf("最多 %d 个字", e.Limit)
	case ticket.ProblemTooMany:
		return fmt.Sprintf("最多 %d 个", e.Limit)
	case ticket.ProblemCharacter:
		return "含有不能使用的字符"
	case ticket.ProblemUsername:
		return fmt.Sprintf("“%s”不是用户名", e.Value)
	case ticket.ProblemOwn:
		return "不能审批自己提交的单据"
	case ticket.ProblemAlready:
		return fmt.Sprintf("%s 已经是审批人", e.Value)
	}
	return "不正确"
}

// fieldNames are what the fields are called on the pages.
var fieldNames = map[string]string{
	ticket.FieldTitle: "标题", ticket.FieldContent: "内容", ticket.FieldApprovers: "审批人", ticket.FieldKey: "表单",
	ticket.FieldOpinion: "审批意见", ticket.FieldTo: "转交给", ticket.FieldReason: "转交原因", ticket.FieldTickets: "单据",
}

// explain puts all that is wrong into one line, for JSON.
func explain(wrong ticket.FieldErrors) string {
	lines := make([]string, len(wrong))
	for i, e := range wrong {
		lines[i] = fieldNames[e.Field] + "：" + problem(e)
	}
	return strings.Join(lines, "；")
}

// asFields finds field errors in err.
func asFields(err error) (wrong ticket.FieldErrors, ok bool) {
	ok = errors.As(err, &wrong)
	return wrong, ok
}
