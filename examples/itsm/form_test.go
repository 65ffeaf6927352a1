package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/itsm/ticket"
)

func TestSessionEndsMidForm(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan := s.member("zhangsan")
	form := s.get(zhangsan, s.home()+"ticket/create/")
	fresh := s.phone("ZhangSan") // the same browser without its cookies
	p := s.send(fresh, form, "/ticket/create/", "title", "没有保存", "approvers", "lisi").wants(t, http.StatusUnauthorized, "没有保存", "重试")
	if strings.Contains(p.Body, `name="title"`) {
		t.Errorf("it looks as if the form was there:\n%s", p.Body)
	}
	// The form of the session before is none of the new one's.
	s.get(fresh, s.home())
	s.send(fresh, form, "/ticket/create/", "title", "过期的表单", "approvers", "lisi").wants(t, http.StatusForbidden, "页面已过期")
	s.get(zhangsan, s.home()+"?view_type=my_created").wants(t, http.StatusOK, "还没有提交过单据")
}

func TestLimitsOfForms(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan := s.member("zhangsan")
	form := s.get(zhangsan, s.home()+"ticket/create/")
	many := func(n int) string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("user%d", i)
		}
		return strings.Join(names, "，")
	}
	for _, tt := range []struct {
		name, title, content, approvers string
		status                          int
		words                           string
	}{
		{"longest", strings.Repeat("题", ticket.MaxTitle), strings.Repeat("𠮷", ticket.MaxContent), many(ticket.MaxApprovers), 200, "user19"},
		{"title", strings.Repeat("题", ticket.MaxTitle+1), "", "lisi", 422, "最多 120 个字"},
		{"content", "t", strings.Repeat("字", ticket.MaxContent+1), "lisi", 422, "最多 5000 个字"},
		{"approvers", "t", "", many(ticket.MaxApprovers + 1), 422, "最多 20 个"},
		{"reversed title", "\u202e的名单", "", "lisi", 422, "含有不能使用的字符"},
		{"isolated content", "t", "a\u2067b", "lisi", 422, "含有不能使用的字符"},
		{"two lines", "a\nb", "", "lisi", 422, "含有不能使用的字符"},
		{"nothing visible", "\u200b\u200b", "", "lisi", 422, "请填写"},
		{"everybody", "t", "", "@all", 422, "不是用户名"},
		{"two in one", "t", "", "lisi|wangwu", 422, "不是用户名"},
		{"wide spaces", "t", "", "lisi\u3000wangwu\u00a0zhaoliu", 200, "zhaoliu"},
		{"one in two spellings", "大小写", "", "lisi, LISI、Lisi", 200, "lisi"},
		{"far too long", "t", strings.Repeat("x", maxBody), "lisi", 413, "内容过长"},
	} {
		p := s.send(zhangsan, form, "/ticket/create/", "title", tt.title, "content", tt.content, "approvers", tt.approvers)
		if err := p.Shows(tt.status, tt.words); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.name == "one in two spellings" && strings.Contains(p.Body, "LISI") {
			t.Errorf("lisi is asked twice:\n%s", p.Body)
		}
	}
}

// TestSpellings: names differ in case between BlueKing, WeCom and those who type.
func TestSpellings(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi := s.member("zhangsan"), s.member("lisi")
	s.get(s.phone("LISI"), s.home()) // a member that WeCom does not know
	page := s.submits(zhangsan, "大小写", "LiSi")
	s.gets("lisi", "大小写")
	s.send(zhangsan, s.get(zhangsan, s.home()+"ticket/create/"), "/ticket/create/", "title", "t", "approvers", "ZhangSan").
		wants(t, http.StatusUnprocessableEntity, "不能审批自己提交的单据")
	s.send(lisi, s.get(lisi, page.URL.Path), "/handover/", "to", "LISI", "reason", "x").wants(t, http.StatusUnprocessableEntity, "已经是审批人")
	s.send(lisi, s.get(lisi, page.URL.Path), "/handover/", "to", "ZHANGSAN", "reason", "x").wants(t, http.StatusUnprocessableEntity, "不能审批自己提交的单据")
	s.send(lisi, s.get(lisi, page.URL.Path), "/decide/", "result", "true").wants(t, http.StatusOK, "已同意")
}

func TestNeitherYesNorNo(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi := s.member("zhangsan"), s.member("lisi")
	page := s.submits(zhangsan, "含糊", "lisi")
	for _, result := range []string{"", "yes", "True", "false "} {
		s.send(lisi, s.get(lisi, page.URL.Path), "/decide/", "result", result, "opinion", "x").wants(t, http.StatusBadRequest)
	}
	s.get(zhangsan, page.URL.Path).wants(t, http.StatusOK, "待审批")
}

// TestHandOverRound: a ticket may come back, and a second tap is no mistake.
func TestHandOverRound(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi, wangwu := s.member("zhangsan"), s.member("lisi"), s.member("wangwu")
	page := s.submits(zhangsan, "转一圈", "lisi")
	form := s.get(lisi, page.URL.Path)
	for range 2 {
		s.send(lisi, form, "/handover/", "to", "wangwu", "reason", "休假").wants(t, http.StatusOK, "已转交 wangwu")
	}
	past := s.get(lisi, page.URL.Path).wants(t, http.StatusOK, "转一圈")
	if strings.Contains(past.Body, "/decide/") || strings.Contains(past.Body, "/handover/") {
		t.Errorf("who has handed over still has buttons:\n%s", past.Body)
	}
	s.send(lisi, form, "/handover/", "to", "zhaoliu", "reason", "又想了想").wants(t, http.StatusForbidden, "您不是该单据当前的审批人")
	s.send(wangwu, s.get(wangwu, page.URL.Path), "/handover/", "to", "lisi", "reason", "还给你").wants(t, http.StatusOK, "已转交 lisi")
	s.send(lisi, s.get(lisi, page.URL.Path), "/decide/", "result", "true").wants(t, http.StatusOK, "已同意")
	if n := strings.Count(s.get(zhangsan, page.URL.Path).Body, "转交给"); n != 2 {
		t.Errorf("%d hand-overs in the history", n)
	}
}
