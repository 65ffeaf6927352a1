package wecomtest_test

import (
	"strings"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

func TestMenuRefuses(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "other"})
	x := func(n int) string { return strings.Repeat("x", n) }
	list := func(n int, b string) string { return `[` + strings.TrimSuffix(strings.Repeat(b+",", n), ",") + `]` }
	one := func(b string) string { return `{"button":[` + b + `]}` }
	sub := func(b string) string { return one(`{"name":"a","sub_button":[` + b + `]}`) }
	const click = `{"type":"click","name":"a","key":"k"}`
	for _, tt := range []struct {
		name, agentid, body string
		code                int
	}{
		{"no agentid", "", one(click), 41011},
		{"agentid no number", "x", one(click), 40056},
		{"no such app", "5", one(click), 40056},
		{"another app", "1000003", one(click), 301002},
		{"no JSON", "1000002", `x`, 40058},
		{"button an object", "1000002", `{"button":{}}`, 40058},
		{"no button", "1000002", `{"button":[]}`, 40016},
		{"four buttons", "1000002", `{"button":` + list(4, click) + `}`, 40016},
		{"no type", "1000002", one(`{"name":"a","key":"k"}`), 40017},
		{"unknown type", "1000002", one(`{"type":"tap","name":"a","key":"k"}`), 40017},
		{"parent with type", "1000002", one(`{"type":"click","name":"a","key":"k","sub_button":[` + click + `]}`), 40017},
		{"no name", "1000002", one(`{"type":"click","key":"k"}`), 40018},
		{"name of 17 bytes", "1000002", one(`{"type":"click","name":"` + x(17) + `","key":"k"}`), 40018},
		{"name of 18 bytes in 6 characters", "1000002", one(`{"type":"click","name":"六个字的名字","key":"k"}`), 40018},
		{"no key", "1000002", one(`{"type":"click","name":"a"}`), 40019},
		{"key of 129 bytes", "1000002", one(`{"type":"click","name":"a","key":"` + x(129) + `"}`), 40019},
		{"url of 1025 bytes", "1000002", one(`{"type":"view","name":"a","url":"http://` + x(1018) + `"}`), 40020},
		{"url without scheme", "1000002", one(`{"type":"view","name":"a","url":"example.com"}`), 40055},
		{"three levels", "1000002", sub(`{"name":"b","sub_button":[` + click + `]}`), 40022},
		{"six below one", "1000002", `{"button":[{"name":"a","sub_button":` + list(6, click) + `}]}`, 40023},
		{"unknown type below", "1000002", sub(`{"type":"tap","name":"a","key":"k"}`), 40024},
		{"name of 41 bytes below", "1000002", sub(`{"type":"click","name":"` + x(41) + `","key":"k"}`), 40025},
		{"no key below", "1000002", sub(`{"type":"click","name":"a"}`), 40026},
		{"url of 1025 bytes below", "1000002", sub(`{"type":"view","name":"a","url":"http://` + x(1018) + `"}`), 40027},
		{"url without scheme below", "1000002", sub(`{"type":"view","name":"a","url":"/home"}`), 40054},
		{"mini program without appid", "1000002", one(`{"type":"view_miniprogram","name":"a","pagepath":"p"}`), 40058},
	} {
		if a := c.post("/cgi-bin/menu/create", tt.body, "agentid", tt.agentid); a.code() != tt.code {
			t.Errorf("%s: %s, want %d", tt.name, a.raw, tt.code)
		}
	}
	if a := c.get("/cgi-bin/menu/get", "agentid", "1000002"); a.code() != 46003 {
		t.Errorf("a refused menu is there: %s", a.raw)
	}
}

func TestMenuLimits(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	leaf := `{"type":"click","name":"` + strings.Repeat("y", 40) + `","key":"` + strings.Repeat("k", 128) + `"}`
	menu := `{"button":[{"name":"` + strings.Repeat("x", 16) + `","sub_button":[` + strings.Repeat(leaf+",", 4) + leaf + `]},
		{"type":"view","name":"b","url":"http://` + strings.Repeat("u", 1017) + `"},{"type":"location_select","name":"c","key":"k"}]}`
	if a := c.post("/cgi-bin/menu/create", menu, "agentid", "1000002"); a.code() != 0 {
		t.Fatal(a.raw)
	}
	if a := c.post("/cgi-bin/menu/create", `{"button":[{"type":"click","name":"d","key":"K","sub_button":[]}]}`, "agentid", "1000002"); a.code() != 0 {
		t.Fatal(a.raw)
	}
	want := []wecomtest.Button{{Type: "click", Name: "d", Key: "K", Sub: []wecomtest.Button{}}}
	if diff := cmp.Diff(want, c.srv.Menu(1000002)); diff != "" {
		t.Errorf("the new menu replaces the old (-want +got):\n%s", diff)
	}
	if a := c.get("/cgi-bin/menu/delete", "agentid", "1000002"); a.code() != 0 {
		t.Error(a.raw)
	}
	if a := c.get("/cgi-bin/menu/get", "agentid", "1000002"); a.code() != 46003 || c.srv.Menu(1000002) != nil {
		t.Errorf("after delete: %s", a.raw)
	}
}

// TestMenuKinds reads all nine kinds back as they were created.
func TestMenuKinds(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	const menu = `[{"name":"1","sub_button":[{"type":"click","name":"a","key":"A"},{"type":"view","name":"b","url":"https://x"},` +
		`{"type":"scancode_push","name":"c","key":"C"},{"type":"scancode_waitmsg","name":"d","key":"D"},{"type":"pic_sysphoto","name":"e","key":"E"}]},` +
		`{"name":"2","sub_button":[{"type":"pic_photo_or_album","name":"f","key":"F"},{"type":"pic_weixin","name":"g","key":"G"},` +
		`{"type":"location_select","name":"h","key":"H"},{"type":"view_miniprogram","name":"i","pagepath":"p","appid":"wx0"}]}]`
	if a := c.post("/cgi-bin/menu/create", `{"button":`+menu+`}`, "agentid", "1000002"); a.code() != 0 {
		t.Fatal(a.raw)
	}
	if a := c.get("/cgi-bin/menu/get", "agentid", "1000002"); a.raw != `{"errcode":0,"errmsg":"ok","button":`+menu+`}` {
		t.Errorf("menu/get: %s", a.raw)
	}
	got := c.srv.Menu(1000002)
	want := wecomtest.Button{Type: "view_miniprogram", Name: "i", PagePath: "p", AppID: "wx0"}
	if len(got) != 2 || len(got[0].Sub) != 5 || !cmp.Equal(want, got[1].Sub[3]) {
		t.Errorf("menu %+v", got)
	}
}

func TestMenuRules(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "mute"})
	mute := map[string][]string{"agentid": {"1000003"}, "access_token": {c.getToken("mute").text("access_token")}}
	const click = `{"button":[{"name":"a","sub_button":[{"type":"click","name":"b","key":"B"}]}]}`
	const view = `{"button":[{"type":"view","name":"b","url":"https://x"}]}`
	if a := c.do("POST", "/cgi-bin/menu/create", mute, click); a.code() != 0 {
		t.Errorf("by default: %s", a.raw)
	}
	c.srv.Configure(func(r *wecomtest.Rules) { r.MenuNeedsCallback, r.MenuName40058 = true, true })
	if a := c.do("POST", "/cgi-bin/menu/create", mute, click); a.code() != 43012 {
		t.Errorf("click without a callback: %s", a.raw)
	}
	if a := c.do("POST", "/cgi-bin/menu/create", mute, view); a.code() != 0 {
		t.Errorf("view without a callback: %s", a.raw)
	}
	if a := c.post("/cgi-bin/menu/create", click, "agentid", "1000002"); a.code() != 0 {
		t.Errorf("click with a callback: %s", a.raw)
	}
	long := strings.Replace(view, `"b"`, `"`+strings.Repeat("x", 17)+`"`, 1)
	if a := c.post("/cgi-bin/menu/create", long, "agentid", "1000002"); a.code() != 40058 {
		t.Errorf("long name: %s", a.raw)
	}
}
