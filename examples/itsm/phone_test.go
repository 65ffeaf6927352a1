package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/visit"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := demo(t.Context(), &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestDemoNotices(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	// Without an agent nobody is told, which the demo has to see.
	if err := perform(t.Context(), &out, func(c *config) { c.set.AgentID = 0 }); err == nil || !strings.Contains(out.String(), "✘") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestListsAndPaging(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi := s.member("zhangsan"), s.member("lisi")
	for range 11 {
		s.submits(zhangsan, "申请", "lisi")
	}
	s.get(lisi, s.home()).wants(t, http.StatusOK, "待我审批 <b>11</b>", "1 / 2", "下一页")
	second := s.get(lisi, s.home()+"?view_type=my_approval&page=2").wants(t, http.StatusOK, "2 / 2", "上一页")
	if n := strings.Count(second.Body, "<li><a"); n != 1 {
		t.Errorf("%d tickets on the second page", n)
	}
	s.get(lisi, s.home()+"?page=99").wants(t, http.StatusOK, "2 / 2")
	s.get(lisi, s.home()+"ticket/1/").wants(t, http.StatusOK)
	s.get(lisi, s.home()+"ticket/01/").wants(t, http.StatusForbidden) // a page has one address
	for _, odd := range []string{"?page=-1", "?page=x", "?view_type=all", "?view_type=my_created&page=0"} {
		s.get(lisi, s.home()+odd).wants(t, http.StatusOK)
	}
	s.get(zhangsan, s.home()+"?view_type=my_created").wants(t, http.StatusOK, "我的申请 <b>11</b>")
	s.get(lisi, s.home()+"?view_type=my_created").wants(t, http.StatusOK, "还没有提交过单据")
}

func TestFormIsCorrected(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan := s.member("zhangsan")
	page := s.get(zhangsan, s.home()+"ticket/create/").wants(t, http.StatusOK)
	wrong := s.send(zhangsan, page, "/ticket/create/", "title", "", "content", "保留的内容<b>", "approvers", "lisi，zhang san|x")
	wrong.wants(t, http.StatusUnprocessableEntity, "请填写", "不是用户名", "保留的内容&lt;b&gt;")
	s.send(zhangsan, wrong, "/ticket/create/", "title", "t", "content", "", "approvers", "zhangsan").
		wants(t, http.StatusUnprocessableEntity, "不能审批自己提交的单据")
	first := s.send(zhangsan, wrong, "/ticket/create/", "title", "改好的", "approvers", "lisi，wangwu").wants(t, http.StatusOK, "改好的")
	again := s.send(zhangsan, wrong, "/ticket/create/", "title", "改好的", "approvers", "lisi，wangwu").wants(t, http.StatusOK)
	if first.URL.Path != again.URL.Path {
		t.Errorf("the same form made %s and %s", first.URL.Path, again.URL.Path)
	}
}

func TestHandOver(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi, wangwu := s.member("zhangsan"), s.member("lisi"), s.member("wangwu")
	page := s.submits(zhangsan, "换人审批", "lisi")
	mine := s.get(lisi, page.URL.Path)
	s.send(lisi, mine, "/handover/", "to", "zhangsan", "reason", "x").wants(t, http.StatusUnprocessableEntity, "不能审批自己提交的单据")
	s.send(lisi, mine, "/handover/", "to", "wangwu", "reason", " ").wants(t, http.StatusUnprocessableEntity, "请填写")
	s.send(lisi, mine, "/handover/", "to", "wangwu", "reason", "休假").wants(t, http.StatusOK, "已转交 wangwu", "休假")
	s.gets("wangwu", "lisi 将一张单据转给您审批", "休假")
	s.send(lisi, mine, "/decide/", "result", "true").wants(t, http.StatusForbidden, "您不是该单据当前的审批人")
	s.send(wangwu, s.get(wangwu, page.URL.Path), "/decide/", "result", "false", "opinion", "资料不全").wants(t, http.StatusOK, "已驳回")
	s.gets("zhangsan", "已被 wangwu 驳回", "资料不全")
	s.get(zhangsan, page.URL.Path).wants(t, http.StatusOK, "转交给 wangwu", "资料不全")
}

func TestSecondDecisionIsTold(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi, wangwu := s.member("zhangsan"), s.member("lisi"), s.member("wangwu")
	page := s.submits(zhangsan, "两人审批", "lisi,wangwu")
	first, second := s.get(lisi, page.URL.Path), s.get(wangwu, page.URL.Path)
	s.send(lisi, first, "/decide/", "result", "true").wants(t, http.StatusOK, "已同意")
	s.send(wangwu, second, "/decide/", "result", "false", "opinion", "不行").wants(t, http.StatusConflict, "已由 lisi 同意")
	s.send(lisi, first, "/decide/", "result", "true").wants(t, http.StatusOK, "已同意")
	s.get(zhangsan, page.URL.Path).wants(t, http.StatusOK, "已同意")
}

func TestOwnTicket(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.set.SelfApproval = true })
	zhangsan := s.member("zhangsan")
	page := s.submits(zhangsan, "自己审批", "zhangsan")
	s.send(zhangsan, page, "/decide/", "result", "true").wants(t, http.StatusOK, "已同意")
}

func TestPC(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	zhangsan, lisi := s.bound("zhangsan"), s.bound("lisi")
	page := s.submits(zhangsan, "在电脑上提单", "lisi")
	if !strings.HasPrefix(page.URL.Path, "/o/itsm/ticket/") {
		t.Errorf("the PC's ticket is at %s", page.URL.Path)
	}
	s.send(lisi, s.get(lisi, page.URL.Path), "/decide/", "result", "true").wants(t, http.StatusOK, "已同意", "PC")
	m := s.gets("zhangsan", "已被 lisi 同意")
	if !strings.Contains(m.Content, s.site+s.home()+"ticket/") {
		t.Errorf("the message leads elsewhere: %s", m.Content)
	}
}

func TestUnbindingEnds(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.bkCache = -1 })
	zhangsan := s.member("zhangsan")
	if err := s.bk.Unbind("zhangsan"); err != nil {
		t.Fatal(err)
	}
	s.get(must[*visit.Visit](t)(s.desk("zhangsan")), "/o/itsm/").wants(t, http.StatusOK)
	s.get(zhangsan, s.home()).wants(t, http.StatusForbidden, "还没有绑定")
	// Somebody else takes the same member: nobody is who they seem to be.
	for _, name := range []string{"lisi", "wangwu"} {
		if err := s.bk.AddUser(account(name, "ZhangSan")); err != nil {
			t.Fatal(err)
		}
		s.get(must[*visit.Visit](t)(s.desk(name)), "/o/itsm/").wants(t, http.StatusOK)
	}
	s.get(zhangsan, s.home()).wants(t, http.StatusForbidden, "绑定有冲突")
	s.get(s.phone("o-guest"), s.home()).wants(t, http.StatusForbidden, "还没有绑定")
}

func TestWithoutPhones(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.set.UseWeixin = false })
	s.get(s.phone("ZhangSan"), s.home()).wants(t, http.StatusNotFound)
	s.get(must[*visit.Visit](t)(s.desk("zhangsan")), "/o/itsm/").wants(t, http.StatusOK)
	s.get(must[*visit.Visit](t)(s.desk("zhangsan")), "/o/itsm/weixin/").wants(t, http.StatusNotFound)
}

func TestOfficialAccount(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.set.IsQY, c.set.WeixinAppID = false, simMP })
	phone := s.phone("o-ZhangSan")
	s.get(phone, s.home()).wants(t, http.StatusForbidden, "还没有绑定", "绑定微信")
	s.bound("zhangsan")
	page := s.submits(phone, "公众号提单", "lisi")
	page.wants(t, http.StatusOK, "未绑定")
	s.bound("lisi")
	lisi := s.phone("o-LiSi")
	s.get(lisi, s.home()).wants(t, http.StatusOK, "公众号提单")
	s.send(lisi, s.get(lisi, page.URL.Path), "/decide/", "result", "true").wants(t, http.StatusOK, "已同意")
	s.get(phone, page.URL.Path).wants(t, http.StatusOK, "已同意", "lisi")
	if err := s.None("LiSi"); err != nil {
		t.Error(err)
	}
}
