package main

import (
	"net/http"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/oauth"
)

// The pages of members, below the outer address that ends with wechat/.
const (
	phonePath = "/wechat/" // inner path
	todoPage  = "todo/"
)

// maxTodo bounds the list: what is nearest to its end stands in front.
const maxTodo = 100

type todoData struct {
	User   string
	Alarms []approval.Alarm
	More   bool
}

// todo is 审批列表: what the member may decide now.
func (a *app) todo(w http.ResponseWriter, r *http.Request) {
	alarms, err := a.desk.Waiting(r.Context(), member(r), maxTodo+1)
	if err != nil {
		a.broken(w, r, err)
		return
	}
	n := min(len(alarms), maxTodo)
	a.pages.Show(w, r, http.StatusOK, "todo", todoData{User: member(r), Alarms: alarms[:n], More: n < len(alarms)})
}

// member is the userid of who has signed in, and the only actor that a page can
// decide as.
func member(r *http.Request) string {
	id, _ := oauth.FromContext(r.Context())
	return id.UserID
}
