package pages

import "net/http"

// Notice is a page that says one thing.
type Notice struct {
	Title string
	Text  string // paragraphs are separated by newlines
	Links []Link
	Good  bool // it went well
}

// Link leads on from a notice.
type Link struct {
	Label string
	Path  string // an inner path
	URL   string // or an address as it is, http or https
}

// Notice answers with a notice.
func (p *Pages) Notice(w http.ResponseWriter, r *http.Request, status int, n Notice) {
	p.Show(w, r, status, "notice", n)
}

// Fail answers with the plain words for a status code.
func (p *Pages) Fail(w http.ResponseWriter, r *http.Request, status int) {
	p.Notice(w, r, status, failure(status))
}

// NotFound answers 404, for the paths that a mux has nothing for.
func (p *Pages) NotFound(w http.ResponseWriter, r *http.Request) {
	p.Fail(w, r, http.StatusNotFound)
}

// Words are what [Pages.Fail] says for a status code, for answers that are no
// page.
func Words(status int) string { return failure(status).Text }

func failure(status int) Notice {
	for _, f := range []struct {
		status      int
		title, text string
	}{
		{http.StatusBadRequest, "请求有误", "无法理解这次请求。请返回重试。"},
		{http.StatusUnauthorized, "请先登录", "登录后才能查看此页面。"},
		{http.StatusForbidden, "没有权限", "您没有权限查看此页面或执行此操作。"},
		{http.StatusNotFound, "页面不存在", "没有找到这个页面，请检查链接。"},
		{http.StatusMethodNotAllowed, "请求有误", "此地址不支持这种请求。"},
		{http.StatusConflict, "内容已变化", "内容已被更新，请返回查看最新状态。"},
		{http.StatusRequestEntityTooLarge, "内容过长", "提交的内容过长，请缩短后重试。"},
		{http.StatusTooManyRequests, "操作过于频繁", "请稍后再试。"},
		{http.StatusServiceUnavailable, "服务暂不可用", "请稍后再试。"},
	} {
		if f.status == status {
			return Notice{Title: f.title, Text: f.text}
		}
	}
	return Notice{Title: "系统错误", Text: "系统出现错误，已记录。请稍后再试；仍有问题请联系管理员。"}
}
