package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAPI(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi := s.member("zhangsan"), s.member("lisi")
	s.bound("wangwu")
	for i := range 3 {
		a := s.api(zhangsan, http.MethodPost, "", fmt.Sprintf(`{"title":"单据 %d","content":"c","approvers":["lisi","wangwu","qianqi"]}`, i))
		var got item
		if err := json.Unmarshal(a.Data, &got); err != nil || !a.Result || a.Code != 0 || got.ID != int64(i+1) || !strings.HasPrefix(got.SN, "REQ") || got.Creator != "zhangsan" || got.Status != "waiting" {
			t.Fatalf("%+v %v", a, err)
		}
		want := []approver{{"lisi", false, ""}, {"wangwu", false, ""}, {"qianqi", true, ""}}
		if diff := cmp.Diff(want, got.Approvers); diff != "" || got.URL != s.home()+fmt.Sprintf("ticket/%d/", i+1) {
			t.Errorf("%s %s", diff, got.URL)
		}
	}
	var list struct {
		Count int
		Items []item
	}
	a := s.api(lisi, http.MethodGet, "?view_type=my_approval&page=2&page_size=2", "")
	if err := json.Unmarshal(a.Data, &list); err != nil || list.Count != 3 || len(list.Items) != 1 || list.Items[0].Title != "单据 0" || list.Items[0].Creator != "zhangsan" || list.Items[0].Status != "waiting" {
		t.Errorf("%s %v", a.Data, err)
	}
	var one struct {
		Content string
		Log     []entry
	}
	a = s.api(lisi, http.MethodGet, "1/", "")
	if err := json.Unmarshal(a.Data, &one); err != nil || one.Content != "c" || len(one.Log) != 2 || one.Log[0].Actor != "zhangsan" || one.Log[1].Target != "qianqi" {
		t.Errorf("%s %v", a.Data, err)
	}
}

func TestBatchApproval(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi, wangwu := s.member("zhangsan"), s.member("lisi"), s.member("wangwu")
	for _, approvers := range []string{"lisi,wangwu", "lisi", "wangwu", "lisi"} {
		s.submits(zhangsan, "批量", approvers)
	}
	if a := s.api(lisi, http.MethodPost, "batch_approval/", `{"result":"false","opinion":" ","approval_list":[{"ticket_id":1}]}`); a.Result || !strings.Contains(a.Message, "审批意见：请填写") {
		t.Errorf("%+v", a)
	}
	if a := s.api(wangwu, http.MethodPost, "batch_approval/", `{"result":"true","approval_list":[{"ticket_id":1}]}`); !a.Result {
		t.Errorf("%+v", a)
	}
	a := s.api(lisi, http.MethodPost, "batch_approval/", `{"result":"false","opinion":"资料不全","approval_list":[{"ticket_id":1},{"ticket_id":"2"},{"ticket_id":3},{"ticket_id":77},{"ticket_id":2}]}`)
	var got []outcome
	if err := json.Unmarshal(a.Data, &got); err != nil {
		t.Fatal(err)
	}
	want := []outcome{
		{1, false, "already", "wangwu", "approved", "该单据已由 wangwu 同意。"},
		{2, true, "decided", "lisi", "refused", ""},
		{3, false, "unknown", "", "", "单据不存在，或您无权查看。"},
		{77, false, "unknown", "", "", "单据不存在，或您无权查看。"},
		{2, true, "repeated", "lisi", "refused", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" || !a.Result || a.Message != "5 张单据中处理了 2 张" {
		t.Errorf("%s %+v", diff, a)
	}
	if a := s.api(lisi, http.MethodPost, "batch_approval/", `{"result":"true","approval_list":[{"ticket_id":1},{"ticket_id":3}]}`); a.Result || !strings.Contains(string(a.Data), "wangwu") {
		t.Errorf("%+v %s", a, a.Data)
	}
	s.gets("zhangsan", "已被 lisi 驳回", "资料不全")
}

func TestAnswerHeaders(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	answer(w, http.StatusForbidden, "<script>", nil)
	want := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "X-Content-Type-Options": {"nosniff"}, "Cache-Control": {"no-store"}}
	if diff := cmp.Diff(want, w.Header()); diff != "" || strings.Contains(w.Body.String(), "<") {
		t.Errorf("%s\n%s", diff, w.Body)
	}
}

func TestAPIRefusals(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	lisi := s.member("lisi")
	for _, c := range []struct {
		method, path, body string
		status             int
		words              string
	}{
		{"GET", "?view_type=all", "", 400, "view_type"},
		{"GET", "", "", 400, "view_type"},
		{"GET", "?view_type=my_todo&page=0", "", 400, "page"},
		{"GET", "?view_type=my_todo&page_size=101", "", 400, "page_size"},
		{"GET", "?view_type=my_todo&page=1e9", "", 400, "page"},
		{"GET", "5/", "", 403, "单据不存在"},
		{"POST", "", `{"title":"","approvers":[]}`, 400, "标题：请填写；审批人：请填写"},
		{"POST", "", `{"title":"t","approvers":["lisi"]}`, 400, "不能审批自己"},
		{"POST", "", `{"title":"t"} {}`, 400, "JSON"},
		{"POST", "", `[]`, 400, "JSON"},
		{"POST", "", `{"title":"` + strings.Repeat("x", maxBody) + `"}`, 413, "太长"},
		{"POST", "batch_approval/", `{"approval_list":[{"ticket_id":1}]}`, 400, "result"},
		{"POST", "batch_approval/", `{"result":"yes","approval_list":[]}`, 400, "JSON"},
		{"POST", "batch_approval/", `{"result":"true","approval_list":[]}`, 400, "单据"},
		{"POST", "batch_approval/", `{"result":"true","approval_list":[{"ticket_id":"1x"}]}`, 400, "JSON"},
	} {
		a := s.api(lisi, c.method, c.path, c.body)
		if a.Status != c.status || a.Result || a.Code != c.status || !strings.Contains(a.Message, c.words) {
			t.Errorf("%s %s %.60s: %+v", c.method, c.path, c.body, a)
		}
	}
	if a := s.api(lisi, http.MethodPost, "", `{}`, "Content-Type", "text/plain"); a.Status != http.StatusUnsupportedMediaType {
		t.Errorf("%+v", a)
	}
	out := s.api(s.phone("WangWu"), http.MethodGet, "?view_type=my_todo", "")
	if out.Status != http.StatusUnauthorized || out.Result || !strings.Contains(string(out.Data), s.home()+"login/") {
		t.Errorf("not signed in: %+v %s", out, out.Data)
	}
	s.get(s.phone("WangWu"), s.home())
	signedIn := s.phone("WangWu")
	s.get(signedIn, s.home()).wants(t, http.StatusForbidden)
	if a := s.api(signedIn, http.MethodGet, "?view_type=my_todo", ""); a.Status != http.StatusForbidden || !strings.Contains(a.Message, "个人中心") {
		t.Errorf("not bound: %+v", a)
	}
}
