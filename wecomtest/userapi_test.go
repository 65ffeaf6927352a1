package wecomtest_test

import (
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

func TestGetUser(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	c.srv.AddUser(wecomtest.User{ID: "lisi", Departments: []int{21, 2}, Position: "运维", Alias: "四", Mobile: "13800000002", Avatar: "https://img.example.com/l.png"})
	want := map[string]any{
		"errcode": 0.0, "errmsg": "ok", "userid": "lisi", "name": "lisi", "department": []any{21.0, 2.0}, "order": []any{0.0, 0.0},
		"position": "运维", "is_leader_in_dept": []any{0.0, 0.0}, "direct_leader": []any{}, "telephone": "", "alias": "四",
		"main_department": 21.0, "extattr": map[string]any{"attrs": []any{}}, "status": 1.0,
	}
	if diff := cmp.Diff(want, c.get("/cgi-bin/user/get", "userid", "LISI").all); diff != "" {
		t.Errorf("a new app (-want +got):\n%s", diff)
	}
	c.srv.Configure(func(r *wecomtest.Rules) { r.ContactFields = true })
	want["mobile"], want["gender"], want["avatar"], want["thumb_avatar"] = "13800000002", "0", "https://img.example.com/l.png", "https://img.example.com/l.png"
	if diff := cmp.Diff(want, c.get("/cgi-bin/user/get", "userid", "lisi").all); diff != "" {
		t.Errorf("an old app (-want +got):\n%s", diff)
	}
	if a := c.get("/cgi-bin/user/get", "userid", "disabled"); a.code() != 0 || a.all["status"] != 2.0 {
		t.Errorf("disabled: %s", a.raw)
	}
	for id, code := range map[string]int{"": 41009, "@all": 40003, "a b": 40003, "nobody": 60111, "hidden": 60111} {
		if a := c.get("/cgi-bin/user/get", "userid", id); a.code() != code {
			t.Errorf("%q: %s, want %d", id, a.raw, code)
		}
	}
}

func TestConvert(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	const toOpenID, toUserID = "/cgi-bin/user/convert_to_openid", "/cgi-bin/user/convert_to_userid"
	for name, tt := range map[string]struct {
		path, body string
		code       int
		field, id  string
	}{
		"openid":               {toOpenID, `{"userid":"ZhangSan"}`, 0, "openid", zhangsanOpen},
		"userid":               {toUserID, `{"openid":"` + zhangsanOpen + `"}`, 0, "userid", "zhangsan"},
		"not bound to WeChat":  {toOpenID, `{"userid":"lisi"}`, 43004, "openid", ""},
		"no userid":            {toOpenID, `{}`, 41009, "openid", ""},
		"bad userid":           {toOpenID, `{"userid":"@all"}`, 40003, "openid", ""},
		"nobody":               {toOpenID, `{"userid":"nobody"}`, 60111, "openid", ""},
		"not visible":          {toOpenID, `{"userid":"hidden"}`, 60111, "openid", ""},
		"no JSON, to openid":   {toOpenID, `userid=zhangsan`, 40058, "openid", ""},
		"no JSON, to userid":   {toUserID, `[]`, 40058, "userid", ""},
		"no openid":            {toUserID, `{}`, 40058, "userid", ""},
		"a visitor":            {toUserID, `{"openid":"` + visitorID + `"}`, 43004, "userid", ""},
		"somebody not visible": {toUserID, `{"openid":"oHIDDEN"}`, 43004, "userid", ""},
		"openid in lower case": {toUserID, `{"openid":"ozhangsan"}`, 43004, "userid", ""},
	} {
		if a := c.post(tt.path, tt.body); a.code() != tt.code || a.text(tt.field) != tt.id {
			t.Errorf("%s: %s, want %d %q", name, a.raw, tt.code, tt.id)
		}
	}
	c.srv.Configure(func(r *wecomtest.Rules) { r.UnknownOpenID40003 = true })
	if a := c.post(toUserID, `{"openid":"`+visitorID+`"}`); a.code() != 40003 {
		t.Errorf("with UnknownOpenID40003: %s", a.raw)
	}
}
