package main

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// alarmPage is the page of one alarm, below the outer address.
func alarmPage(id int64) string { return fmt.Sprintf("a/%d/", id) }

type detailData struct {
	approval.View
	User string
	Open bool // it can be decided
}

// detail is one alarm, for those who may decide it.
func (a *app) detail(w http.ResponseWriter, r *http.Request) {
	v, err := a.desk.View(r.Context(), alarmID(r.PathValue("id")), member(r))
	switch {
	case errors.Is(err, approval.ErrForbidden):
		a.refused(w, r, http.StatusForbidden, "没有权限", "只有此告警的审批人和审批管理员可以查看。")
	case errors.Is(err, approval.ErrNoAlarm):
		a.refused(w, r, http.StatusNotFound, "单号不存在", "没有这条告警，请检查链接。")
	case err != nil:
		a.broken(w, r, err)
	default:
		open := v.Alarm.Status == approval.Waiting && time.Now().Before(v.Alarm.Deadline)
		a.pages.Show(w, r, http.StatusOK, "alarm", detailData{View: v, User: member(r), Open: open})
	}
}

// alarmID reads a number as pages have it, or as messages do. It is 0, which no
// alarm has, if s is neither.
func alarmID(s string) int64 {
	if id, node, ok := approval.ParseNumber(s); ok && node == approval.Node {
		return id
	}
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 10) != s {
		return 0
	}
	return id
}
