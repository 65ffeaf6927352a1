package wecomtest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

// TestSampleUpdates replays the two forms of messages-out.md §5.2 and what lies
// around them, over a real connection.
func TestSampleUpdates(t *testing.T) {
	t.Parallel()
	c := newCompany(t, wecomtest.NewServer())
	button := readFile(t, "cards", "button_interaction.json")
	sent := c.post(sendPath, `{"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":`+button+`}`)
	a := c.post(updatePath, `{"userids":["zhangsan","userx"],"partyids":[2],"tagids":[5],"atall":0,"agentid":1000002,"response_code":"`+sent.text("response_code")+`",
     "button":{"replace_name":"Approved"}}`)
	if a.raw != `{"errcode":0,"errmsg":"ok","invaliduser":["userx"]}` {
		t.Errorf("form A: %s", a.raw)
	}
	if m := c.srv.Inbox("zhangsan")[0]; m.Replaced != "Approved" {
		t.Errorf("form A: %+v", m)
	}
	other := edit(t, button, "task_id", "task-20231114-3")
	sent = c.post(sendPath, `{"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":`+other+`}`)
	a = c.post(updatePath, `{"userids":["zhangsan"],"agentid":1000002,"response_code":"`+sent.text("response_code")+`","enable_id_trans":0,
     "template_card":`+edit(t, other, "replace_text", "Submitted")+`}`)
	if a.raw != `{"errcode":0,"errmsg":"ok"}` {
		t.Errorf("form B: %s", a.raw)
	}
	if m := c.srv.Inbox("zhangsan")[1]; m.Replaced != "Submitted" || m.Card.ReplaceText != "Submitted" {
		t.Errorf("form B: %+v", m)
	}
	if a := c.post("/cgi-bin/message/recall", `{"msgid":"`+sent.text("msgid")+`"}`); a.raw != `{"errcode":0,"errmsg":"ok"}` {
		t.Errorf("recall: %s", a.raw)
	}
	if a := c.post("/cgi-bin/message/get_statistics", `{"time_type":0}`); a.raw != `{"errcode":0,"errmsg":"ok","statistics":[{"agentid":1000002,"app_name":"自愈","count":2}]}` {
		t.Errorf("get_statistics: %s", a.raw)
	}
}

// TestSampleMedia replays messages-out.md §7.
func TestSampleMedia(t *testing.T) {
	t.Parallel()
	c := newCompany(t, wecomtest.NewServer())
	data := strings.Repeat("x", 220)
	a := c.upload("/cgi-bin/media/upload", url.Values{"type": {"file"}}, `name="media"; filename="plan.pdf"; filelength=220`, data)
	want := `{"errcode":0,"errmsg":"","type":"file","media_id":"` + a.text("media_id") + `","created_at":"` + a.text("created_at") + `"}`
	if a.text("media_id") == "" || a.text("created_at") == "" || a.raw != want {
		t.Errorf("upload: %s", a.raw)
	}
	img := c.upload("/cgi-bin/media/uploadimg", url.Values{}, `name="media"; filename="a.png"`, padded(pngMagic, 30))
	if img.raw != `{"errcode":0,"errmsg":"","url":"`+img.text("url")+`"}` || !strings.HasPrefix(img.text("url"), "https://p.qpic.cn/") {
		t.Errorf("uploadimg: %s", img.raw)
	}
	q := url.Values{"media_id": {a.text("media_id")}, "access_token": {c.token()}}
	got := c.do(http.MethodGet, "/cgi-bin/media/get", q, "")
	if got.http.StatusCode != 200 || got.raw != data || got.http.Header.Get("Content-Disposition") != `attachment; filename="plan.pdf"` || got.http.ContentLength != 220 {
		t.Errorf("get: %d %v", got.http.StatusCode, got.http.Header)
	}
	got = c.with(http.MethodGet, "/cgi-bin/media/get", q, http.Header{"Range": {"bytes=0-99"}}, "")
	if got.http.StatusCode != 206 || got.raw != data[:100] || got.http.Header.Get("Content-Range") != "bytes 0-99/220" {
		t.Errorf("range: %d %v", got.http.StatusCode, got.http.Header)
	}
}

// TestSampleChat goes through messages-out.md §6 once.
func TestSampleChat(t *testing.T) {
	t.Parallel()
	c := newCompany(t, wecomtest.NewServer())
	for _, tt := range []struct{ call, body, want string }{
		{"create", `{"name":"Duty","owner":"zhangsan","userlist":["zhangsan","lisi","wangwu"],"chatid":"CHATID"}`, `{"errcode":0,"errmsg":"ok","chatid":"CHATID"}`},
		{"update", `{"chatid":"CHATID","name":"Duty 2","owner":"lisi","add_user_list":["zhangsan"],"del_user_list":["wangwu"]}`, `{"errcode":0,"errmsg":"ok"}`},
		{"send", `{"chatid":"CHATID","msgtype":"text","text":{"content":"<@lisi> look","mentioned_list":["lisi"]},"safe":0}`, `{"errcode":0,"errmsg":"ok"}`},
	} {
		if a := c.post(chatPath+tt.call, tt.body); a.raw != tt.want {
			t.Errorf("%s: %s", tt.call, a.raw)
		}
	}
	if a := c.get(chatPath+"get", "chatid", "CHATID"); a.raw != `{"errcode":0,"errmsg":"ok","chat_info":{"chatid":"CHATID","name":"Duty 2","owner":"LiSi","userlist":["zhangsan","LiSi"],"chat_type":0}}` {
		t.Errorf("get: %s", a.raw)
	}
}

// TestSampleRobot sends every msgtype of messages-out.md §9.
func TestSampleRobot(t *testing.T) {
	t.Parallel()
	c := newCompany(t, wecomtest.NewServer())
	key := c.srv.AddRobot("zhangsan")
	file := c.upload("/cgi-bin/webhook/upload_media", url.Values{"key": {key}, "type": {"file"}}, `name="media"; filename="a.txt"`, "123456")
	voice := c.upload("/cgi-bin/webhook/upload_media", url.Values{"key": {key}, "type": {"voice"}}, `name="media"; filename="a.amr"`, padded(amrMagic, 40))
	if want := fmt.Sprintf(`{"errcode":0,"errmsg":"","type":"file","media_id":%q,"created_at":%q}`, file.text("media_id"), file.text("created_at")); file.raw != want {
		t.Errorf("upload_media: %s", file.raw)
	}
	var sent []string
	for _, tt := range []struct{ msgtype, part string }{
		{"text", `{"content":"hello","mentioned_list":["zhangsan","@all"],"mentioned_mobile_list":["13800001111"]}`},
		{"markdown", `{"content":"**done** <@zhangsan>"}`},
		{"markdown_v2", `{"content":"| a | b |"}`},
		{"image", imagePart(padded(pngMagic, 40))},
		{"news", `{"articles":[{"title":"Canteen","description":"New menu","url":"https://app.example.com/menu","picurl":"https://app.example.com/menu.png"}]}`},
		{"file", `{"media_id":"` + file.text("media_id") + `"}`},
		{"voice", `{"media_id":"` + voice.text("media_id") + `"}`},
		{"template_card", readFile(t, "cards", "news_notice.json")},
	} {
		if a := robotSend(c, key, tt.msgtype, tt.part); a.raw != `{"errcode":0,"errmsg":"ok"}` {
			t.Errorf("%s: %s", tt.msgtype, a.raw)
		}
		sent = append(sent, tt.msgtype)
	}
	var shown []string
	for _, m := range c.srv.Inbox("zhangsan") {
		shown = append(shown, m.MsgType)
	}
	if diff := cmp.Diff(sent, shown); diff != "" {
		t.Errorf("(-sent +shown):\n%s", diff)
	}
}

// TestEveryFaultEverywhere: a new path can misbehave like an old one.
func TestEveryFaultEverywhere(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	key := c.srv.AddRobot("zhangsan")
	image := padded(pngMagic, 40)
	for path, call := range map[string]func() answer{
		updatePath:                        func() answer { return c.post(updatePath, `x`) },
		"/cgi-bin/message/get_statistics": func() answer { return c.post("/cgi-bin/message/get_statistics", `{}`) },
		uploadPath:                        func() answer { return c.uploadAs("image", image) },
		"/cgi-bin/media/uploadimg": func() answer {
			return c.upload("/cgi-bin/media/uploadimg", url.Values{}, `name="x"; filename="a"`, image)
		},
		"/cgi-bin/media/get": func() answer { return c.get("/cgi-bin/media/get", "media_id", "x") },
		chatPath + "create":  func() answer { return c.post(chatPath+"create", `{"userlist":["zhangsan","lisi"]}`) },
		chatPath + "update":  func() answer { return c.post(chatPath+"update", `{}`) },
		chatPath + "get":     func() answer { return c.get(chatPath + "get") },
		chatPath + "send":    func() answer { return c.post(chatPath+"send", `{}`) },
		robotPath:            func() answer { return robotSend(c, key, "text", `{"content":"x"}`) },
		"/cgi-bin/webhook/upload_media": func() answer {
			return c.upload("/cgi-bin/webhook/upload_media", url.Values{"key": {key}, "type": {"file"}}, `name="media"; filename="a"`, image)
		},
	} {
		c.srv.Fail(path, wecomtest.Fault{ErrCode: -1})
		if a := call(); a.code() != -1 {
			t.Errorf("%s: %s", path, a.raw)
		}
		c.srv.Fail(path, wecomtest.Fault{Status: 502, Body: []byte("<html>")})
		if a := call(); a.http.StatusCode != 502 || a.raw != "<html>" {
			t.Errorf("%s: %d %s", path, a.http.StatusCode, a.raw)
		}
		if a := call(); a.code() == -1 {
			t.Errorf("%s, after the faults: %s", path, a.raw)
		}
	}
	if n := len(c.srv.Inbox("zhangsan")); n != 1 {
		t.Errorf("%d messages, want 1: a request that a fault answered is not processed", n)
	}
	c.srv.Fail(robotPath, wecomtest.Fault{ResetAfter: true})
	if _, _, err := c.try(http.MethodPost, robotPath, url.Values{"key": {key}}, `{"msgtype":"text","text":{"content":"x"}}`); err == nil || len(c.srv.Inbox("zhangsan")) != 2 {
		t.Errorf("reset after: %v, %d messages", err, len(c.srv.Inbox("zhangsan")))
	}
}
