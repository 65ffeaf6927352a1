package wecomtest_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

const chatPath = "/cgi-bin/appchat/"

// group is a company with a chat of all three members.
func group(t *testing.T) *company {
	t.Helper()
	c := inMemory(t)
	if a := c.post(chatPath+"create", `{"name":"值班","owner":"LISI","userlist":["zhangsan","lisi","wangwu"],"chatid":"CHAT1"}`); a.code() != 0 || a.text("chatid") != "CHAT1" {
		t.Fatal(a.raw)
	}
	return c
}

func userList(n int) string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("u%d", i))
	}
	raw, _ := json.Marshal(ids)
	return string(raw)
}

func TestCreateChat(t *testing.T) {
	t.Parallel()
	c := group(t)
	for i := range 2001 {
		c.srv.AddUser(wecomtest.User{ID: fmt.Sprintf("u%d", i)})
	}
	c.srv.AddUser(wecomtest.User{ID: "gone", Disabled: true})
	two := `"userlist":["zhangsan","lisi"]`
	for _, tt := range []struct {
		name, body string
		code       int
	}{
		{"no JSON", `x`, 40058},
		{"no list", `{"name":"x"}`, 86204},
		{"list a text", `{"userlist":"zhangsan|lisi"}`, 86007},
		{"one member", `{"userlist":["zhangsan"]}`, 86006},
		{"one member twice", `{"userlist":["zhangsan","ZhangSan"]}`, 86006},
		{"two members", `{` + two + `}`, 0},
		{"2000 members", `{"userlist":` + userList(2000) + `}`, 0},
		{"2001 members", `{"userlist":` + userList(2001) + `}`, 86006},
		{"unknown member", `{"userlist":["zhangsan","lisi","nobody"]}`, 86216},
		{"disabled member", `{"userlist":["zhangsan","lisi","gone"]}`, 86216},
		{"owner not in the list", `{"owner":"wangwu",` + two + `}`, 86207},
		{"unknown owner", `{"owner":"nobody",` + two + `}`, 86005},
		{"owner a number", `{"owner":1,` + two + `}`, 86005},
		{"name a number", `{"name":1,` + two + `}`, 86004},
		{"chatid of 32", `{"chatid":"` + strings.Repeat("a", 32) + `",` + two + `}`, 0},
		{"chatid of 33", `{"chatid":"` + strings.Repeat("a", 33) + `",` + two + `}`, 86205},
		{"chatid with a dash", `{"chatid":"a-b",` + two + `}`, 86001},
		{"chatid a number", `{"chatid":1,` + two + `}`, 86001},
		{"chatid in use", `{"chatid":"CHAT1",` + two + `}`, 86215},
	} {
		a := c.post(chatPath+"create", tt.body)
		if _, there := c.srv.Chat(a.text("chatid")); a.code() != tt.code || there != (tt.code == 0) {
			t.Errorf("%s: %s, want %d", tt.name, a.raw, tt.code)
		}
	}
	id := c.post(chatPath+"create", `{"name":"`+strings.Repeat("名", 60)+`",`+two+`}`).text("chatid")
	want := wecomtest.Chat{ChatID: id, AgentID: 1000002, Name: strings.Repeat("名", 50), Owner: "zhangsan", Users: []string{"zhangsan", "LiSi"}}
	if got, ok := c.srv.Chat(id); !ok || !cmp.Equal(want, got) {
		t.Errorf("chat (-want +got):\n%s", cmp.Diff(want, got))
	}
	if len(c.srv.Inbox("zhangsan")) != 0 {
		t.Error("a chat shows before its first message")
	}
}

func TestUpdateChat(t *testing.T) {
	t.Parallel()
	c := group(t)
	c.srv.AddUser(wecomtest.User{ID: "new"})
	for _, tt := range []struct {
		name, body string
		code       int
	}{
		{"no chatid", `{}`, 86201},
		{"chatid a number", `{"chatid":1}`, 86001},
		{"no such chat", `{"chatid":"CHAT9"}`, 86003},
		{"name a list", `{"chatid":"CHAT1","name":[]}`, 86004},
		{"unknown member", `{"chatid":"CHAT1","add_user_list":["nobody"]}`, 86216},
		{"removing who is not there", `{"chatid":"CHAT1","del_user_list":["new"]}`, 86216},
		{"removing a text", `{"chatid":"CHAT1","del_user_list":"lisi"}`, 86007},
		{"removing too many", `{"chatid":"CHAT1","del_user_list":["zhangsan","lisi"]}`, 86006},
		{"owner outside", `{"chatid":"CHAT1","owner":"new"}`, 86207},
		{"owner who leaves", `{"chatid":"CHAT1","owner":"lisi","del_user_list":["lisi"]}`, 86207},
	} {
		if a := c.post(chatPath+"update", tt.body); a.code() != tt.code {
			t.Errorf("%s: %s, want %d", tt.name, a.raw, tt.code)
		}
	}
	check := func(body string, want wecomtest.Chat) {
		t.Helper()
		want.ChatID, want.AgentID = "CHAT1", 1000002
		a := c.post(chatPath+"update", `{"chatid":"CHAT1"`+body+`}`)
		if got, _ := c.srv.Chat("CHAT1"); a.code() != 0 || !cmp.Equal(want, got) {
			t.Errorf("%s: %s (-want +got):\n%s", body, a.raw, cmp.Diff(want, got))
		}
	}
	check(``, wecomtest.Chat{Name: "值班", Owner: "LiSi", Users: []string{"zhangsan", "LiSi", "wangwu"}})
	check(`,"name":"新","owner":"new","add_user_list":["New","zhangsan"],"del_user_list":["WANGWU"]`, wecomtest.Chat{Name: "新", Owner: "new", Users: []string{"zhangsan", "LiSi", "new"}})
	check(`,"del_user_list":["new"]`, wecomtest.Chat{Name: "新", Owner: "zhangsan", Users: []string{"zhangsan", "LiSi"}})
	got := c.get(chatPath+"get", "chatid", "CHAT1")
	want := map[string]any{"chatid": "CHAT1", "name": "新", "owner": "zhangsan", "userlist": []any{"zhangsan", "LiSi"}, "chat_type": 0.0}
	if diff := cmp.Diff(want, got.all["chat_info"]); diff != "" {
		t.Errorf("appchat/get (-want +got):\n%s", diff)
	}
}

// TestWhoseChat: a chat is the app's that created it, and no app's if chats are
// not allowed.
func TestWhoseChat(t *testing.T) {
	t.Parallel()
	c := group(t)
	c.srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "other"})
	const text = `{"chatid":"CHAT1","msgtype":"text","text":{"content":"x"}}`
	check := func(secret string, want int) {
		t.Helper()
		q := url.Values{"access_token": {c.getToken(secret).text("access_token")}, "chatid": {"CHAT1"}}
		for name, got := range map[string]answer{
			"update": c.do("POST", chatPath+"update", q, `{"chatid":"CHAT1"}`),
			"get":    c.do("GET", chatPath+"get", q, ""),
			"send":   c.do("POST", chatPath+"send", q, text),
		} {
			if got.code() != want {
				t.Errorf("%s: %s, want %d", name, got.raw, want)
			}
		}
	}
	check("other", 86008)
	check(testSecret, 0)
	c.srv.Configure(func(r *wecomtest.Rules) { r.NoChats = true })
	check(testSecret, 48002)
	if a := c.post(chatPath+"create", `{"userlist":["zhangsan","lisi"]}`); a.code() != 48002 {
		t.Error(a.raw)
	}
}

func TestSendToChat(t *testing.T) {
	t.Parallel()
	c := group(t)
	for kind, id := range map[string]string{"image": "i", "voice": "a", "video": "v", "file": "f"} {
		c.srv.AddMedia(wecomtest.Media{ID: id, Type: kind, Name: "x.pdf"})
	}
	for _, tt := range []struct {
		msgtype, part string
		code          int
	}{
		{"text", `{"content":"<@zhangsan> 好","mentioned_list":["lisi","@all"]}`, 0},
		{"text", `{"content":"x","mentioned_list":"lisi"}`, 40058},
		{"text", `{}`, 44004},
		{"image", `{"media_id":"i"}`, 0},
		{"image", `{"media_id":"f"}`, 40007},
		{"voice", `{"media_id":"a"}`, 0},
		{"video", `{"media_id":"v","title":"t"}`, 0},
		{"file", `{"media_id":"f"}`, 0},
		{"textcard", `{"title":"t","description":"d","url":"http://x"}`, 0},
		{"news", `{"articles":[{"title":"t","url":"http://x"}]}`, 0},
		{"mpnews", `{"articles":[{"title":"t","thumb_media_id":"i","content":"c"}]}`, 0},
		{"markdown", `{"content":"x"}`, 0},
		{"template_card", `{}`, 86214},
		{"miniprogram_notice", `{}`, 86214},
		{"taskcard", `{}`, 86214},
		{"other", `{}`, 86214},
	} {
		before := len(c.srv.Inbox("wangwu"))
		a := c.post(chatPath+"send", fmt.Sprintf(`{"chatid":"CHAT1","msgtype":%q,%q:%s,"safe":0}`, tt.msgtype, tt.msgtype, tt.part))
		if a.code() != tt.code || tt.code == 0 && a.raw != `{"errcode":0,"errmsg":"ok"}` {
			t.Errorf("%s %s: %s, want %d", tt.msgtype, tt.part, a.raw, tt.code)
		}
		for _, id := range []string{"zhangsan", "lisi", "wangwu"} {
			box := c.srv.Inbox(id)
			if tt.code != 0 && len(box) != before || tt.code == 0 && (len(box) != before+1 || box[before].MsgType != tt.msgtype || box[before].ChatID != "CHAT1") {
				t.Errorf("%s has %d messages after %s", id, len(box), tt.msgtype)
			}
		}
	}
	m := c.srv.Inbox("wangwu")[0]
	if diff := cmp.Diff([]string{"lisi", "@all"}, m.Mentioned); diff != "" || m.Content != "<@zhangsan> 好" || m.MsgID != "" || m.AgentID != 1000002 {
		t.Errorf("text %+v", m)
	}
	for body, code := range map[string]int{`x`: 40058, `{"chatid":1}`: 86001, `{"msgtype":"text"}`: 86201, `{"chatid":"none"}`: 86003,
		`{"chatid":"CHAT1","msgtype":"text","safe":2,"text":{"content":"x"}}`: 40058} {
		if a := c.post(chatPath+"send", body); a.code() != code {
			t.Errorf("%s: %s, want %d", body, a.raw, code)
		}
	}
}

func TestChatLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := group(t)
		const text = `{"chatid":"CHAT1","msgtype":"text","text":{"content":"x"}}`
		for range 203 {
			if a := c.post(chatPath+"send", text); a.code() != 0 {
				t.Fatal(a.raw)
			}
		}
		if n, dropped := len(c.srv.Inbox("zhangsan")), c.srv.Dropped("zhangsan"); n != 200 || dropped != 3 {
			t.Errorf("%d arrived, %d dropped, want 200 and 3", n, dropped)
		}
		if a := c.sendText("x"); a.code() != 0 || len(c.srv.Inbox("zhangsan")) != 201 {
			t.Error("chats count against the app's own messages")
		}
		time.Sleep(time.Minute)
		c.srv.Configure(func(r *wecomtest.Rules) { r.ChatMemberPerDay = 201 })
		c.post(chatPath+"send", text)
		c.post(chatPath+"send", text)
		if n := len(c.srv.Inbox("zhangsan")); n != 202 {
			t.Errorf("%d with 201 a day, want 202 with the app's own", n)
		}

		for i := range 1001 {
			want := 0
			if i == 1000 {
				want = 45009
			}
			if a := c.post(chatPath+"update", `{"chatid":"CHAT1"}`); a.code() != want {
				t.Fatalf("change %d: %s", i+1, a.raw)
			}
		}
		time.Sleep(time.Hour)
		if a := c.post(chatPath+"update", `{"chatid":"CHAT1"}`); a.code() != 0 {
			t.Errorf("an hour later: %s", a.raw)
		}
		for i := range 1000 { // one was made already
			want := 0
			if i == 999 {
				want = 45009
			}
			if a := c.post(chatPath+"create", `{"userlist":["zhangsan","lisi"]}`); a.code() != want {
				t.Fatalf("chat %d: %s", i+2, a.raw)
			}
		}
		time.Sleep(24 * time.Hour)
		if a := c.post(chatPath+"create", `{"userlist":["zhangsan","lisi"]}`); a.code() != 0 {
			t.Errorf("a day later: %s", a.raw)
		}
	})
}
