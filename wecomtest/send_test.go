package wecomtest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

// TestSendRefuses has a row for each reason, with everything else right.
func TestSendRefuses(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "other"})
	many := func(n int, each string) string { return strings.TrimSuffix(strings.Repeat(each+"|", n), "|") }
	text := func(receivers string) string {
		return `{` + receivers + `"msgtype":"text","agentid":1000002,"text":{"content":"x"}}`
	}
	content := func(msgtype, part string) string {
		return fmt.Sprintf(`{"touser":"zhangsan","msgtype":%q,"agentid":1000002,%q:%s}`, msgtype, msgtype, part)
	}
	for _, tt := range []struct {
		name, body string
		code       int
	}{
		{"empty", ``, 40058},
		{"array", `[]`, 40058},
		{"null", `null`, 40058},
		{"cut", `{"touser":"zhangsan"`, 40058},
		{"two documents", text(`"touser":"zhangsan",`) + `{}`, 40058},
		{"not UTF-8", text("\"touser\":\"zhangsan\",\"x\":\"\xff\","), 40058},
		{"no msgtype", `{"touser":"zhangsan","agentid":1000002}`, 40008},
		{"msgtype in other case", `{"touser":"zhangsan","msgtype":"Text","agentid":1000002}`, 40008},
		{"msgtype a number", `{"touser":"zhangsan","msgtype":1,"agentid":1000002}`, 40008},
		{"no agentid", `{"touser":"zhangsan","msgtype":"text","text":{"content":"x"}}`, 41011},
		{"agentid a string", `{"touser":"zhangsan","msgtype":"text","agentid":"1000002","text":{"content":"x"}}`, 40056},
		{"no such agentid", `{"touser":"zhangsan","msgtype":"text","agentid":1,"text":{"content":"x"}}`, 40056},
		{"agentid of another app", `{"touser":"zhangsan","msgtype":"text","agentid":1000003,"text":{"content":"x"}}`, 301002},
		{"msgtype before agentid", `{"msgtype":"none","agentid":1}`, 40008},
		{"agentid before receivers", `{"msgtype":"text","agentid":1}`, 40056},
		{"no receivers", text(``), 82001},
		{"empty receivers", text(`"touser":"","toparty":"|",`), 82001},
		{"receivers in other case", text(`"toUser":"zhangsan",`), 82001},
		{"touser an array", text(`"touser":["zhangsan"],`), 40058},
		{"unknown receivers only", text(`"touser":"nobody","toparty":"77","totag":"x",`), 81013},
		{"an empty department only", text(`"toparty":"9",`), 81013},
		{"@all among others", text(`"touser":"@all|nobody",`), 81013},
		{"1001 users", text(`"touser":"` + many(1001, "zhangsan") + `",`), 40032},
		{"101 parties", text(`"toparty":"` + many(101, "2") + `",`), 82002},
		{"101 tags", text(`"totag":"` + many(101, "5") + `",`), 82003},
		{"receivers before content", `{"touser":"nobody","msgtype":"text","agentid":1000002}`, 81013},
		{"safe 3", text(`"touser":"zhangsan","safe":3,`), 40058},
		{"safe 2 for text", text(`"touser":"zhangsan","safe":2,`), 40058},
		{"interval over 4 h", text(`"touser":"zhangsan","duplicate_check_interval":14401,`), 40058},
		{"duplicate check a bool", text(`"touser":"zhangsan","enable_duplicate_check":true,`), 40058},
		{"id translation 2", text(`"touser":"zhangsan","enable_id_trans":2,`), 40058},
		{"no text", `{"touser":"zhangsan","msgtype":"text","agentid":1000002}`, 40058},
		{"text a string", content("text", `"x"`), 40058},
		{"empty text", content("text", `{"content":""}`), 44004},
		{"content in other case", content("text", `{"Content":"x"}`), 44004},
		{"content a number", content("text", `{"content":1}`), 40058},
		{"empty markdown", content("markdown", `{}`), 44004},
		{"long markdown", content("markdown", `{"content":"`+strings.Repeat("好", 683)+`"}`), 45002},
		{"textcard without title", content("textcard", `{"description":"d","url":"http://x"}`), 41016},
		{"textcard without description", content("textcard", `{"title":"t","url":"http://x"}`), 41033},
		{"textcard without url", content("textcard", `{"title":"t","description":"d"}`), 41010},
		{"textcard url without scheme", content("textcard", `{"title":"t","description":"d","url":"x.example.com"}`), 45034},
		{"textcard url too long", content("textcard", `{"title":"t","description":"d","url":"http://`+strings.Repeat("x", 2042)+`"}`), 40058},
		{"image without media_id", content("image", `{}`), 41006},
		{"no articles", content("news", `{"articles":[]}`), 45008},
		{"nine articles", content("news", `{"articles":[`+strings.TrimSuffix(strings.Repeat(`{"title":"t","url":"http://x"},`, 9), ",")+`]}`), 45008},
		{"article without title", content("news", `{"articles":[{"url":"http://x"}]}`), 41016},
		{"article without url", content("news", `{"articles":[{"title":"t","appid":"wx0"}]}`), 41010},
		{"safe news", `{"touser":"zhangsan","safe":1,"msgtype":"news","agentid":1000002,"news":{"articles":[{"title":"t","url":"http://x"}]}}`, 40074},
		{"mpnews without thumb", content("mpnews", `{"articles":[{"title":"t","content":"c"}]}`), 41006},
		{"mpnews too long", content("mpnews", `{"articles":[{"title":"t","thumb_media_id":"m","content":"`+strings.Repeat("x", 666<<10+1)+`"}]}`), 45002},
		{"mini program to all", `{"touser":"@all","msgtype":"miniprogram_notice","miniprogram_notice":{"appid":"wx0","title":"四个汉字"}}`, 40058},
		{"unknown card_type", content("template_card", `{"card_type":"x"}`), 42031},
		{"card without task_id", content("template_card", `{"card_type":"button_interaction","button_list":[{"text":"a","key":"a"}]}`), 42014},
		{"card with a bad task_id", content("template_card", `{"card_type":"button_interaction","task_id":"a b","button_list":[{"text":"a","key":"a"}]}`), 42014},
		{"card without buttons", content("template_card", `{"card_type":"button_interaction","task_id":"1"}`), 40058},
		{"button without key", content("template_card", `{"card_type":"button_interaction","task_id":"1","button_list":[{"text":"a"}]}`), 42039},
		{"button without text", content("template_card", `{"card_type":"button_interaction","task_id":"1","button_list":[{"key":"a"}]}`), 42038},
		{"two buttons of one key", content("template_card", `{"card_type":"button_interaction","task_id":"1","button_list":[{"text":"a","key":"a"},{"text":"b","key":"a"}]}`), 42039},
		{"notice without action", content("template_card", `{"card_type":"text_notice","main_title":{"title":"t"}}`), 42045},
		{"notice without title", content("template_card", `{"card_type":"text_notice","card_action":{"type":1,"url":"http://x"}}`), 42033},
	} {
		if a := c.post(sendPath, tt.body); a.code() != tt.code || a.text("msgid") != "" {
			t.Errorf("%s: %s, want %d", tt.name, a.raw, tt.code)
		}
	}
	if box := c.srv.Inbox("zhangsan"); len(box) != 0 {
		t.Errorf("%d messages arrived", len(box))
	}
}

func TestReceivers(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.AddUser(wecomtest.User{ID: "disabled", Departments: []int{2}, Disabled: true})
	c.srv.AddUser(wecomtest.User{ID: "hidden", Tags: []int{5}, Hidden: true})
	everybody := []string{"zhangsan", "lisi", "wangwu", "disabled", "hidden"}
	for _, tt := range []struct {
		receivers                    string
		want                         []string
		badUsers, badParties, badTag string
	}{
		{`"touser":"zhangsan"`, []string{"zhangsan"}, "", "", ""},
		{`"touser":"ZHANGSAN|lisi|zhangsan"`, []string{"zhangsan", "lisi"}, "", "", ""},
		{`"touser":"zhangsan|Nobody|NOONE|nobody|disabled|Hidden"`, []string{"zhangsan"}, "nobody|noone|disabled|hidden", "", ""},
		{`"toparty":"2"`, []string{"zhangsan", "lisi"}, "", "", ""},
		{`"toparty":"1"`, []string{"zhangsan", "lisi", "wangwu"}, "", "", ""},
		{`"toparty":"21|9|77|x"`, []string{"lisi"}, "", "77|x", ""},
		{`"totag":"5|8"`, []string{"zhangsan", "wangwu"}, "", "", "8"},
		{`"touser":"nobody","toparty":"77","totag":"6"`, []string{"wangwu"}, "nobody", "77", ""},
		{`"touser":"@all","toparty":"77","totag":"8"`, []string{"zhangsan", "lisi", "wangwu"}, "", "", ""},
		{`"touser":"@all|lisi"`, []string{"lisi"}, "@all", "", ""},
	} {
		a := c.post(sendPath, `{`+tt.receivers+`,"msgtype":"text","agentid":1000002,"text":{"content":"x"}}`)
		if a.code() != 0 || a.text("invaliduser") != tt.badUsers || a.text("invalidparty") != tt.badParties || a.text("invalidtag") != tt.badTag {
			t.Errorf("%s: %s", tt.receivers, a.raw)
		}
		var got []string
		for _, id := range everybody {
			for _, m := range c.srv.Inbox(id) {
				if m.MsgID == a.text("msgid") {
					got = append(got, id)
				}
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.receivers, diff)
		}
	}
}

// TestShown is what the phone shows of what the vendor cuts.
func TestShown(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	long := strings.Repeat("好", 700) // 2100 bytes
	send := func(msgtype, part string) wecomtest.Message {
		t.Helper()
		if a := c.post(sendPath, fmt.Sprintf(`{"touser":"lisi","msgtype":%q,"agentid":1000002,%q:%s}`, msgtype, msgtype, part)); a.code() != 0 {
			t.Fatal(a.raw)
		}
		box := c.srv.Inbox("LISI")
		m := box[len(box)-1]
		if m.UserID != "LiSi" || m.AgentID != 1000002 || m.MsgID == "" || !strings.Contains(string(m.JSON), part) {
			t.Errorf("message %+v", m)
		}
		return m
	}
	if m := send("text", `{"content":"`+long+`"}`); m.Content != strings.Repeat("好", 682) {
		t.Errorf("text of %d bytes", len(m.Content))
	}
	c.srv.Configure(func(r *wecomtest.Rules) { r.CutMarkdown = true })
	if m := send("markdown", `{"content":"`+long+`"}`); m.Content != strings.Repeat("好", 682) {
		t.Errorf("markdown of %d bytes", len(m.Content))
	}
	m := send("textcard", `{"title":"`+long+`","description":"`+long+`","url":"HTTPS://x.example.com"}`)
	if m.Title != strings.Repeat("好", 128) || m.Description != strings.Repeat("好", 512) || m.ButtonText != "详情" || m.URL != "HTTPS://x.example.com" {
		t.Errorf("textcard %+v", m)
	}
}

func TestDuplicateCheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		body := func(content, more string) string {
			return `{"touser":"zhangsan","msgtype":"text","agentid":1000002,"text":{"content":"` + content + `"}` + more + `}`
		}
		checked := body("a", `,"enable_duplicate_check":1,"duplicate_check_interval":600`)
		first := c.post(sendPath, checked)
		time.Sleep(9 * time.Minute)
		second := c.post(sendPath, checked)
		if second.code() != 0 || second.text("msgid") != first.text("msgid") {
			t.Errorf("%s then %s", first.raw, second.raw)
		}
		if n := len(c.srv.Inbox("zhangsan")); n != 1 {
			t.Errorf("%d messages after a duplicate", n)
		}
		c.post(sendPath, body("b", `,"enable_duplicate_check":1,"duplicate_check_interval":600`))
		time.Sleep(2 * time.Minute)
		if third := c.post(sendPath, checked); third.text("msgid") == first.text("msgid") {
			t.Error("suppressed after the interval")
		}
		c.post(sendPath, body("c", ``))
		c.post(sendPath, body("c", ``))
		if diff := cmp.Diff([]string{"a", "b", "a", "c", "c"}, contents(c.srv.Inbox("zhangsan"))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestTooManyForAMember(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		for range 35 {
			if a := c.sendText("x"); a.code() != 0 {
				t.Fatal(a.raw)
			}
		}
		if n, dropped := len(c.srv.Inbox("zhangsan")), c.srv.Dropped("ZhangSan"); n != 30 || dropped != 5 {
			t.Errorf("%d arrived, %d dropped, want 30 and 5", n, dropped)
		}
		time.Sleep(time.Minute)
		c.sendText("y")
		if n := len(c.srv.Inbox("zhangsan")); n != 31 {
			t.Errorf("%d a minute later, want 31", n)
		}
		c.srv.Configure(func(r *wecomtest.Rules) { r.MemberPerMinute = 0; r.MemberPerHour = 32 })
		c.sendText("z")
		c.sendText("z")
		if n := len(c.srv.Inbox("zhangsan")); n != 32 {
			t.Errorf("%d with 32 an hour", n)
		}
	})
}

func TestEscapes(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.Configure(func(r *wecomtest.Rules) { r.RefuseEscapes = true })
	for content, code := range map[string]int{
		`<a> & "好" \n \\u003c \u0007 \u001f`: 0,
		`\u003ca\u003e`:                      40033,
		`\u2028`:                             40033,
		`\\\u4f60`:                           40033,
		`\ud83d\ude00`:                       40033,
	} {
		content = strings.ReplaceAll(content, `"好"`, `好`)
		if a := c.post(sendPath, `{"touser":"zhangsan","msgtype":"text","agentid":1000002,"text":{"content":"`+content+`"}}`); a.code() != code {
			t.Errorf("%s: %s, want %d", content, a.raw, code)
		}
	}
	c.srv.Configure(func(r *wecomtest.Rules) { r.RefuseEscapes = false })
	if a := c.post(sendPath, `{"touser":"zhangsan","msgtype":"text","agentid":1000002,"text":{"content":"\u003ca"}}`); a.code() != 0 {
		t.Errorf("by default: %s", a.raw)
	}
}

func TestRecall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		c.srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "other"})
		first, second := c.sendText("1").text("msgid"), c.sendText("2").text("msgid")
		recall := func(msgid string) int {
			return c.post("/cgi-bin/message/recall", `{"msgid":"`+msgid+`"}`).code()
		}
		for id, want := range map[string]int{"": 40058, "unknown": 40058} {
			if got := recall(id); got != want {
				t.Errorf("recall of %q: %d, want %d", id, got, want)
			}
		}
		foreign := map[string][]string{"access_token": {c.getToken("other").text("access_token")}}
		if a := c.do("POST", "/cgi-bin/message/recall", foreign, `{"msgid":"`+first+`"}`); a.code() != 40058 {
			t.Errorf("by another app: %s", a.raw)
		}
		time.Sleep(24 * time.Hour)
		if got := recall(first); got != 0 {
			t.Errorf("after 24 h: %d", got)
		}
		time.Sleep(time.Second)
		if got := recall(second); got != 42052 {
			t.Errorf("after 24 h and a second: %d", got)
		}
		box := c.srv.Inbox("zhangsan")
		if !box[0].Recalled || box[1].Recalled {
			t.Errorf("recalled: %v, %v; want true, false", box[0].Recalled, box[1].Recalled)
		}
	})
}

func TestTaskIDOnce(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	body := `{"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"enable_duplicate_check":1,"template_card":` + readFile(t, "cards", "button_interaction.json") + `}`
	first, copied := c.post(sendPath, body), c.post(sendPath, body)
	if first.code() != 0 || copied.code() != 0 || first.text("response_code") == "" {
		t.Errorf("%s then the same bytes: %s", first.raw, copied.raw)
	}
	if other := c.post(sendPath, body+" "); other.code() != 42014 {
		t.Errorf("the same task_id in another message: %s", other.raw)
	}
	plain := c.srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "no callback"})
	query := map[string][]string{"access_token": {c.getToken("no callback").text("access_token")}}
	if a := c.do("POST", sendPath, query, strings.Replace(body, "1000002", fmt.Sprint(plain.ID()), 1)); a.code() != 43012 {
		t.Errorf("from an app without callback: %s", a.raw)
	}
}
