package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

// TestConsoleRights: who gets what answer, by all ways, and that nothing is
// changed for those who may not.
func TestConsoleRights(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.saves(settings.Token, "Another1") // so that there is a former pair to end
	admin := o.pc("admin")
	own := o.console(admin)
	token := must[url.Values](t)(firstForm(own)).Get("csrf_token")
	if token == "" {
		t.Fatal(own.Body)
	}
	external := strings.TrimSuffix(o.app.wechat.settings().AppURL, "/o/bk_fta_solutions/wechat/")
	before, audited := o.settings(), len(o.changes())
	actions := []string{"GET ", "POST ", "POST retire/", "POST connection/", "POST callback/", "POST menu/"}
	for _, tt := range []struct {
		who    string
		v      *visit.Visit
		site   string
		status int
	}{
		{"another BlueKing user", o.pc("user"), o.inner(""), http.StatusForbidden},
		{"nobody", o.pc(""), o.inner(""), 0},
		{"somebody with a token of nobody", func() *visit.Visit {
			v := o.pc("")
			v.Client.Jar.SetCookies(must[*url.URL](t)(url.Parse(v.Site)), []*http.Cookie{{Name: bklogin.Cookie, Value: "forged", Path: "/"}})
			return v
		}(), o.inner(""), 0},
		{"an admin on the external host", o.pc("admin"), external, http.StatusNotFound},
		{"a member on the external host", &visit.Visit{Client: o.wecom.Browser(super)}, external, http.StatusNotFound},
		{"nobody on the external host", o.pc(""), external, http.StatusNotFound},
	} {
		for _, action := range actions {
			method, path, _ := strings.Cut(action, " ")
			var p visit.Page
			address := tt.site + page + path
			if method == http.MethodGet {
				p = o.open(tt.v, address)
			} else {
				p = must[visit.Page](t)(tt.v.Post(t.Context(), address, url.Values{"csrf_token": {token}, "version": {"1"}, settings.SuperApprover: {"zhaoliu"}}))
			}
			want := tt.status
			if want == 0 {
				if want = http.StatusUnauthorized; method == http.MethodGet {
					want = http.StatusFound
				}
			}
			if p.Status != want || strings.Contains(p.Body, before[settings.CorpID]) {
				t.Errorf("%s, %s: %d, want %d\n%s", tt.who, action, p.Status, want, p.Body)
			}
		}
	}
	// An admin without the form's token, or with that of another session.
	other := must[url.Values](t)(firstForm(o.console(o.pc("ops")))).Get("csrf_token")
	for _, forged := range []string{"", "x", other} {
		for _, action := range actions[1:] {
			p := must[visit.Page](t)(admin.Post(t.Context(), admin.Site+page+strings.TrimPrefix(action, "POST "),
				url.Values{"csrf_token": {forged}, "version": {"1"}, settings.SuperApprover: {"zhaoliu"}}))
			if p.Status != http.StatusForbidden {
				t.Errorf("%s with the token %q: %d", action, forged, p.Status)
			}
		}
	}
	if diff := cmp.Diff(before, o.settings()); diff != "" || len(o.changes()) != audited || len(o.app.state.Load().Retired) != 1 || o.wecom.Menu(simAgent) != nil {
		t.Errorf("something was changed: %s %q", diff, o.changes())
	}
	// The same requests of the admin are done.
	for _, action := range actions[1:] {
		o.shows(o.fill(admin, own, strings.TrimPrefix(action, "POST "), settings.SuperApprover, "zhaoliu"), 200)
	}
	if o.settings()[settings.SuperApprover] != "zhaoliu" || len(o.app.state.Load().Retired) != 0 || o.wecom.Menu(simAgent) == nil {
		t.Errorf("the admin's were not done: %v", o.settings())
	}
	for _, address := range []string{page, strings.TrimSuffix(page, "/"), consolePath} {
		o.shows(o.open(admin, admin.Site+address), 200, "微信审批配置")
	}
}

func firstForm(p visit.Page) (url.Values, error) {
	form, _, err := p.Form(consolePath)
	return form, err
}

// TestConsoleNobody: an empty BKAPP_ADMINS admits nobody, and without a login
// there is no way in.
func TestConsoleNobody(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *config) { c.set.Admins = nil })
	o.shows(o.console(o.pc("admin")), http.StatusForbidden, "BKAPP_ADMINS")
	o = newOffice(t, func(c *config) { c.set.LoginURL = "" })
	o.shows(o.console(o.pc("admin")), http.StatusServiceUnavailable, "BKPAAS_LOGIN_URL")
	o = newOffice(t, func(c *config) { c.set.LoginURL = "https://login.example.com" })
	o.shows(o.console(o.pc("admin")), http.StatusMisdirectedRequest)
	o = newOffice(t, nil)
	o.bk.FailLogin(bklogin.Down)
	o.shows(o.console(o.pc("admin")), http.StatusServiceUnavailable)
}

// TestConsoleBinding: a visit stores the user's binding, admin or not, and the
// run hook is told of it.
func TestConsoleBinding(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.shows(o.console(o.pc("user")), http.StatusForbidden)
	id := o.alarm("api_default", "1", "磁盘只读")
	o.gets("zhangsan", number(id))
	o.says("zhangsan", "TY "+number(id))
	if run := o.run(id); run.Username != "user" {
		t.Errorf("%+v", run)
	}
}

// TestConsoleSave: what is saved counts at once and after a restart; who has saved
// what is told by page and audit, secrets by nothing.
func TestConsoleSave(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	secrets := []string{"kanarienvogel-secret", "KanarienvogelToken", "kanarienvogelkanarienvogelkanarienvogel1234"}
	o.saves(settings.Secret, secrets[0], settings.Token, secrets[1], settings.EncodingAESKey, secrets[2],
		settings.StaticURL, "https://cdn.example.com/static/", settings.SuperApprover, "zhaoliu，wangwu", settings.AppURL, "https://members.example.com/fta/wechat/")
	set := o.app.wechat.settings()
	for field, want := range map[string]string{
		settings.Secret: secrets[0], settings.Token: secrets[1], settings.EncodingAESKey: secrets[2], settings.SuperApprover: "zhaoliu,wangwu",
		settings.AppURL: "https://members.example.com/fta/wechat/", settings.StaticURL: "https://cdn.example.com/static/", settings.AgentID: fmt.Sprint(simAgent),
	} {
		if got := set.Text(field); got != want {
			t.Errorf("%s is %q", field, got)
		}
	}
	admin := o.pc("admin")
	p := o.shows(o.console(admin), 200, "由 admin 于", "已设置，留空表示不修改", "https://cdn.example.com/static/style.css", "https://members.example.com/fta/wechat/entry/")
	audit := strings.Join(o.changes(), ";")
	if audit != "admin settings "+strings.Join([]string{settings.AppURL, settings.StaticURL, settings.Token, settings.EncodingAESKey, settings.Secret, settings.SuperApprover}, ", ") {
		t.Error(audit)
	}
	all := p.Body + audit + o.log.String() + must[string](t)(func() (string, error) { _, body := o.get(o.inner("/healthz")); return body, nil }())
	for _, secret := range secrets {
		if strings.Contains(all, secret) {
			t.Errorf("%s is told", secret)
		}
	}
	// The new external host answers, and the old one is none any more.
	if status, _ := o.get(o.inner("/fta/wechat/todo/"), "X-Forwarded-Host", "members.example.com", "X-Forwarded-Proto", "https", "X-Original-URI", "/fta/wechat/todo/"); status == 400 {
		t.Error("the new host is refused")
	}
	if status, _ := o.get(o.inner(page), "X-Forwarded-Host", "members.example.com"); status != http.StatusNotFound {
		t.Errorf("the settings page on the new host: %d", status)
	}
	// Emptied: the form's box, not an empty field.
	o.saves("clear_"+settings.Secret, "1", settings.CorpID, "")
	if set := o.app.wechat.settings(); set.Secret.Set() || set.CorpID != "" || !set.Token.Set() {
		t.Error("not emptied")
	}
	if o.app.wechat.Ready() || o.app.entrance.Load() != nil {
		t.Error("WeCom is used without its settings")
	}
}

// TestConsoleRefuses: each bad value is explained beside its field; nothing is
// saved, what was entered stays but for secrets.
func TestConsoleRefuses(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *config) { c.plans[0].Approvers = many(maxReceivers - 1) })
	admin := o.pc("admin")
	own := o.console(admin)
	before := o.settings()
	for _, tt := range []struct{ field, value, words string }{
		{settings.AppURL, "http://mycompany.com/o/x/wechat", "以 wechat/ 结尾"},
		{settings.AppURL, "mycompany.com/wechat/", "完整地址"},
		{settings.AppURL, "http://mycompany.com//x/wechat/", "连续的斜杠"},
		{settings.AppURL, "http://我的/wechat/", "xn--"},
		{settings.AppURL, "http://mycompany.com/a;b/wechat/", "路径只能由"},
		{settings.AppURL, " " + o.inner("/o/bk_fta_solutions/wechat/"), "您现在打开设置页所用的域名"},
		{settings.AppURL, o.inner("/o/bk_fta_solutions/wechat/"), "您现在打开设置页所用的域名"},
		{settings.StaticURL, "static", "以 / 结尾"},
		{settings.Token, "kanarien-vogel", "1 到 32 位"},
		{settings.EncodingAESKey, "kanarienvogel", "43 个英文字母或数字，填写的是 13 个字节"},
		{settings.CorpID, "ww 1", "不含空格"},
		{settings.Secret, "kanarien vogel", "重新复制"},
		{settings.AgentID, "abc", "AgentId 数字"},
		{settings.SuperApprover, "张三", "不是姓名"},
		{settings.SuperApprover, "wangwu,zhaoliu", "合计 1001 人"},
	} {
		p := o.fill(admin, own, "", tt.field, tt.value, settings.StaticURL+"_", "", "other", "")
		o.shows(p, http.StatusUnprocessableEntity, "没有保存")
		_, after, _ := strings.Cut(p.Body, fmt.Sprintf(`id="%s"`, tt.field))
		beside, _, _ := strings.Cut(after, `<p class="hint">`)
		if !strings.Contains(beside, tt.words) || !strings.Contains(beside, `aria-invalid="true"`) || strings.Count(p.Body, `class="error"`) != 1 {
			t.Errorf("%s=%s: beside it is %s", tt.field, tt.value, beside)
		}
		if settings.IsSecret(tt.field) == strings.Contains(p.Body, tt.value) {
			t.Errorf("%s=%s: what was entered is shown, or not", tt.field, tt.value)
		}
	}
	for name, body := range map[string]url.Values{
		"no version": {settings.SuperApprover: {"zhaoliu"}, "version": {"x"}},
		"too large":  {settings.SuperApprover: {strings.Repeat("a,", maxForm)}},
	} {
		form := must[url.Values](t)(firstForm(own))
		for field, values := range body {
			form[field] = values
		}
		want := http.StatusConflict
		if name == "too large" {
			want = http.StatusRequestEntityTooLarge
		}
		if p := must[visit.Page](t)(admin.Post(t.Context(), admin.Site+page, form)); p.Status != want {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	if diff := cmp.Diff(before, o.settings()); diff != "" || len(o.changes()) != 0 {
		t.Errorf("something was saved: %s %q", diff, o.changes())
	}
}

func many(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprintf("member%d", i))
	}
	return ids
}

// TestTwoAdmins: the second is told what has changed, and saves nothing.
func TestTwoAdmins(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	one, two := o.pc("admin"), o.pc("ops")
	first, second := o.console(one), o.console(two)
	o.shows(o.fill(one, first, "", settings.SuperApprover, "zhaoliu"), 200, "已保存")
	p := o.shows(o.fill(two, second, "", settings.SuperApprover, "wangwu", settings.AgentID, "7"), http.StatusConflict, "没有保存", "zhaoliu")
	if strings.Count(p.Body, "已被其他管理员修改") != 1 || o.settings()[settings.AgentID] == "7" || o.settings()[settings.SuperApprover] != "zhaoliu" {
		t.Errorf("%v\n%s", o.settings(), p.Body)
	}
	o.shows(o.fill(two, p, "", settings.SuperApprover, "wangwu"), 200, "已保存", "由 ops 于")
	if diff := cmp.Diff([]string{"admin settings " + settings.SuperApprover, "ops settings " + settings.SuperApprover}, o.changes()); diff != "" {
		t.Error(diff)
	}
	if p := o.fill(two, o.console(two), "", settings.SuperApprover, "wangwu"); !strings.Contains(p.Body, "没有改动") || len(o.changes()) != 2 {
		t.Errorf("%s", p.Body)
	}
}

// TestConsoleShows: what the operator needs to know is on the page.
func TestConsoleShows(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	set := o.app.wechat.settings()
	admin := o.pc("admin")
	o.shows(o.console(admin), 200, set.AppURL+"entry/", strings.Split(set.AppURL, "/")[2], "来自环境变量")
	o.wecom.AddUser(wecomtest.User{ID: "lisi", Hidden: true})
	o.wecom.AddUser(wecomtest.User{ID: super, Hidden: true})
	id := o.alarm("api_default", "1", "磁盘只读")
	o.gets("zhangsan", number(id))
	o.until("the message is marked", func() bool {
		return strings.Contains(o.console(admin).Body, "部分成员未收到")
	})
	o.shows(o.console(admin), 200, fmt.Sprintf("（告警 %d）", id), "lisi、wangwu")

	o = newOffice(t, func(c *config) {
		c.set.Wechat, _ = settings.ParseWechat(func(field string) string {
			return map[string]string{settings.Token: "FTAToken", settings.EncodingAESKey: "FTAEncodingAESKeyFTAEncodingAESKey923456781"}[field]
		})
	})
	o.shows(o.console(o.pc("admin")), 200, "还缺少：微信端地址(外网可访问)、企业号ID (CorpID)、Secret、微信消息的 Agent_ID", "请先修改", "先填写微信端地址")
	if _, health := o.get(o.inner("/healthz")); !strings.Contains(health, settings.CorpID) || !strings.Contains(health, "请先修改") {
		t.Error(health)
	}
}
