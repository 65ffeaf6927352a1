package wecomtest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestInboxFields: whatever a kind has arrives decoded.
func TestInboxFields(t *testing.T) {
	t.Parallel()
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, tt := range []struct {
		msgtype, part string
		want          wecomtest.Message
	}{
		{"text", `{"content":"c"}`, wecomtest.Message{Content: "c"}},
		{"markdown", `{"content":"c"}`, wecomtest.Message{Content: "c"}},
		{"image", `{"media_id":"image"}`, wecomtest.Message{MediaID: "image"}},
		{"voice", `{"media_id":"voice"}`, wecomtest.Message{MediaID: "voice"}},
		{"file", `{"media_id":"file"}`, wecomtest.Message{MediaID: "file"}},
		{"video", `{"media_id":"video","title":"` + x(129) + `","description":"` + x(513) + `"}`, wecomtest.Message{MediaID: "video", Title: x(128), Description: x(512)}},
		{"textcard", `{"title":"t","description":"d","url":"http://x","btntxt":"五个字的钮"}`, wecomtest.Message{Title: "t", Description: "d", URL: "http://x", ButtonText: "五个字的"}},
		{"news", `{"articles":[{"title":"` + x(129) + `","description":"` + x(513) + `","url":"http://x","picurl":"http://y","author":"ignored"},{"title":"u","appid":"wx0","pagepath":"p"}]}`,
			wecomtest.Message{Title: x(128), Description: x(512), URL: "http://x", Articles: []wecomtest.Article{
				{Title: x(128), Description: x(512), URL: "http://x", PicURL: "http://y"}, {Title: "u", AppID: "wx0", PagePath: "p"}}}},
		{"mpnews", `{"articles":[{"title":"t","thumb_media_id":"image","author":"a","content_source_url":"http://x","content":"<b>","digest":"` + x(513) + `","url":"ignored"}]}`,
			wecomtest.Message{Title: "t", Articles: []wecomtest.Article{{Title: "t", ThumbMediaID: "image", Author: "a", ContentSourceURL: "http://x", Content: "<b>", Digest: x(512)}}}},
		{"miniprogram_notice", `{"appid":"wx0","page":"p","title":"四个汉字","description":"四个汉字","emphasis_first_item":true,"content_item":[{"key":"k","value":"v","Key":"ignored"}]}`,
			wecomtest.Message{Title: "四个汉字", Description: "四个汉字", MiniProgram: &wecomtest.MiniProgram{AppID: "wx0", Page: "p", Title: "四个汉字", Description: "四个汉字",
				EmphasisFirstItem: true, ContentItem: []wecomtest.MiniProgramItem{{Key: "k", Value: "v"}}}}},
		{"taskcard", `{"title":"t","description":"d","url":"http://x","task_id":"1","btn":[{"key":"k","name":"n","replace_name":"r","color":"red","is_bold":true}]}`,
			wecomtest.Message{Title: "t", Description: "d", URL: "http://x", TaskID: "1", TaskCard: &wecomtest.TaskCard{Title: "t", Description: "d", URL: "http://x", TaskID: "1",
				Buttons: []wecomtest.TaskCardButton{{Key: "k", Name: "n", ReplaceName: "r", Color: "red", IsBold: true}}}}},
	} {
		c := inMemory(t)
		for _, kind := range []string{"image", "voice", "video", "file"} {
			c.srv.AddMedia(wecomtest.Media{ID: kind, Type: kind})
		}
		a := c.post(sendPath, fmt.Sprintf(`{"touser":"zhangsan","msgtype":%q,"agentid":1000002,%q:%s}`, tt.msgtype, tt.msgtype, tt.part))
		if a.code() != 0 {
			t.Errorf("%s: %s", tt.msgtype, a.raw)
			continue
		}
		tt.want.MsgType, tt.want.UserID, tt.want.AgentID = tt.msgtype, "zhangsan", 1000002
		if diff := cmp.Diff(tt.want, c.srv.Inbox("zhangsan")[0], cmpopts.IgnoreFields(wecomtest.Message{}, "MsgID", "Time", "JSON")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.msgtype, diff)
		}
	}
}

// TestContentLimits has what the first table of kinds does not: each limit and
// one past it.
func TestContentLimits(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.Configure(func(r *wecomtest.Rules) { r.MemberPerMinute = 0 })
	c.srv.AddMedia(wecomtest.Media{ID: "i", Type: "image"})
	c.srv.AddMedia(wecomtest.Media{ID: "f"})
	mp := func(more string) string {
		return `{"articles":[{"title":"t","thumb_media_id":"i","content":"c"` + more + `}]}`
	}
	program := func(more string) string { return `{"appid":"wx0","title":"四个汉字"` + more + `}` }
	task := func(more string) string {
		return `{"title":"t","description":"d","task_id":"1","btn":[{"key":"k","name":"n"}]` + more + `}`
	}
	字 := func(n int) string { return strings.Repeat("字", n) }
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, tt := range []struct {
		name, msgtype, part string
		code                int
	}{
		{"textcard url of 2048 bytes", "textcard", `{"title":"t","description":"d","url":"http://` + x(2041) + `"}`, 0},
		{"markdown of 2048 bytes", "markdown", `{"content":"` + x(2048) + `"}`, 0},
		{"markdown of 2049 bytes", "markdown", `{"content":"` + x(2049) + `"}`, 45002},
		{"news picture of 2049 bytes", "news", `{"articles":[{"title":"t","url":"http://x","picurl":"http://` + x(2042) + `"}]}`, 40058},
		{"news pagepath of 128 bytes", "news", `{"articles":[{"title":"t","appid":"wx0","pagepath":"` + x(128) + `"}]}`, 0},
		{"news title a number", "news", `{"articles":[{"title":1,"url":"http://x"}]}`, 40058},
		{"mpnews content of 666 KiB", "mpnews", mp(`,"content":"` + x(666<<10) + `"`), 0},
		{"mpnews without content", "mpnews", mp(`,"content":""`), 44004},
		{"mpnews author of 64 bytes", "mpnews", mp(`,"author":"` + x(64) + `"`), 0},
		{"mpnews thumb a file", "mpnews", mp(`,"thumb_media_id":"f"`), 40007},
		{"notice title of 12", "miniprogram_notice", program(`,"title":"` + 字(12) + `"`), 0},
		{"notice title of 13", "miniprogram_notice", program(`,"title":"` + 字(13) + `"`), 40058},
		{"notice without title", "miniprogram_notice", program(`,"title":""`), 41016},
		{"notice description of 12", "miniprogram_notice", program(`,"description":"` + 字(12) + `"`), 0},
		{"notice description of 3", "miniprogram_notice", program(`,"description":"` + 字(3) + `"`), 40058},
		{"notice page of 1024", "miniprogram_notice", program(`,"page":"` + x(1024) + `"`), 0},
		{"notice page of 1025", "miniprogram_notice", program(`,"page":"` + x(1025) + `"`), 90204},
		{"notice key of 10, value of 30", "miniprogram_notice", program(`,"content_item":[{"key":"` + 字(10) + `","value":"` + 字(30) + `"}]`), 0},
		{"notice key of 11", "miniprogram_notice", program(`,"content_item":[{"key":"` + 字(11) + `","value":"v"}]`), 90202},
		{"notice without key", "miniprogram_notice", program(`,"content_item":[{"value":"v"}]`), 90202},
		{"notice value of 31", "miniprogram_notice", program(`,"content_item":[{"key":"k","value":"` + 字(31) + `"}]`), 90203},
		{"notice emphasis a number", "miniprogram_notice", program(`,"emphasis_first_item":1`), 40058},
		{"task card with three buttons", "taskcard", task(`,"btn":[{"key":"a","name":"n"},{"key":"b","name":"n"},{"key":"c","name":"n"}]`), 40058},
		{"task card without title", "taskcard", task(`,"title":""`), 41016},
		{"task card without description", "taskcard", task(`,"description":""`), 41033},
		{"task card button without key", "taskcard", task(`,"btn":[{"name":"n"}]`), 42019},
		{"task card button with a bad key", "taskcard", task(`,"btn":[{"key":"键","name":"n"}]`), 42018},
		{"task card with a key twice", "taskcard", task(`,"btn":[{"key":"a","name":"n"},{"key":"a","name":"n"}]`), 42018},
		{"task card button without name", "taskcard", task(`,"btn":[{"key":"a"}]`), 42020},
		{"task card button in green", "taskcard", task(`,"btn":[{"key":"a","name":"n","color":"green"}]`), 40058},
		{"task card without task_id", "taskcard", task(`,"task_id":""`), 42014},
		{"task card a list", "taskcard", `[]`, 40058},
		{"task card bold in words", "taskcard", task(`,"btn":[{"key":"a","name":"n","is_bold":"yes"}]`), 40058},
	} {
		if a := c.post(sendPath, fmt.Sprintf(`{"touser":"lisi","msgtype":%q,"agentid":1000002,%q:%s}`, tt.msgtype, tt.msgtype, tt.part)); a.code() != tt.code {
			t.Errorf("%s: %.300s, want %d", tt.name, a.raw, tt.code)
		}
	}
}

// TestTooManyHoweverNamed: a member counts by whatever way a message reaches
// him, once for a message, and for each app by itself.
func TestTooManyHoweverNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		c.srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "other"})
		ways := []string{`"touser":"zhangsan|ZhangSan","toparty":"1|2","totag":"5"`, `"toparty":"2"`, `"totag":"5"`, `"touser":"@all"`}
		for i := range 32 {
			if a := c.post(sendPath, `{`+ways[i%4]+`,"msgtype":"text","agentid":1000002,"text":{"content":"x"}}`); a.code() != 0 {
				t.Fatal(a.raw)
			}
		}
		if n, dropped := len(c.srv.Inbox("zhangsan")), c.srv.Dropped("zhangsan"); n != 30 || dropped != 2 {
			t.Errorf("zhangsan: %d arrived, %d dropped, want 30 and 2", n, dropped)
		}
		if n, dropped := len(c.srv.Inbox("wangwu")), c.srv.Dropped("wangwu"); n != 24 || dropped != 0 {
			t.Errorf("wangwu: %d arrived, %d dropped, want 24 and 0", n, dropped)
		}
		query := map[string][]string{"access_token": {c.getToken("other").text("access_token")}}
		c.do("POST", sendPath, query, `{"touser":"zhangsan","msgtype":"text","agentid":1000003,"text":{"content":"y"}}`)
		if n := len(c.srv.Inbox("zhangsan")); n != 31 {
			t.Errorf("%d after another app's message, want 31", n)
		}
		c.srv.Configure(func(r *wecomtest.Rules) { r.MemberPerMinute = 0 })
		for range 1000 {
			c.sendText("x")
		}
		if n := len(c.srv.Inbox("zhangsan")); n != 1001 {
			t.Errorf("%d within the hour, want 1001 of two apps", n)
		}
		time.Sleep(time.Hour)
		c.sendText("x")
		if n := len(c.srv.Inbox("zhangsan")); n != 1002 {
			t.Errorf("%d an hour later, want 1002", n)
		}
	})
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // begins on 2000-01-01 at 08:00 in Beijing
		c := inMemory(t)
		counts := func() (today, yesterday string) {
			get := func(body string) string {
				a := c.post("/cgi-bin/message/get_statistics", body)
				return between(a.raw, `"count":`, `}`)
			}
			return get(`{}`), get(`{"time_type":1}`)
		}
		c.post(sendPath, `{"touser":"@all|nobody","toparty":"1","msgtype":"text","agentid":1000002,"text":{"content":"x"}}`)
		c.srv.Configure(func(r *wecomtest.Rules) { r.MemberPerMinute = 1 })
		c.sendText("dropped")
		if today, yesterday := counts(); today != "3" || yesterday != "0" {
			t.Errorf("counts %s and %s, want 3 and 0", today, yesterday)
		}
		time.Sleep(15*time.Hour + 59*time.Minute)
		if today, _ := counts(); today != "3" {
			t.Errorf("before midnight in Beijing: %s", today)
		}
		time.Sleep(time.Minute)
		c.sendText("x")
		if today, yesterday := counts(); today != "1" || yesterday != "3" {
			t.Errorf("the day after: %s and %s, want 1 and 3", today, yesterday)
		}
		time.Sleep(48 * time.Hour)
		c.sendText("x")
		if today, yesterday := counts(); today != "1" || yesterday != "0" {
			t.Errorf("two days after: %s and %s, want 1 and 0", today, yesterday)
		}
		for body, want := range map[string]int{`{"time_type":2}`: 40058, `{"time_type":"0"}`: 40058, `x`: 40058} {
			if a := c.post("/cgi-bin/message/get_statistics", body); a.code() != want {
				t.Errorf("%s: %s", body, a.raw)
			}
		}
	})
}

// TestReplyFields: a passive reply shows with its fields, too.
func TestReplyFields(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	for _, kind := range []string{"video", "news"} {
		c.app.reply = func(string) string { return readFile(t, "replies", kind+".xml") }
		if _, err := c.agent.SendText(t.Context(), "zhangsan", "x"); err != nil {
			t.Fatal(err)
		}
	}
	box := c.srv.Inbox("zhangsan")
	if m := box[0]; m.Title != "Demo" || m.Description != "Two minutes" || m.MediaID != "MEDIA_VIDEO" {
		t.Errorf("video %+v", m)
	}
	if m := box[1]; len(m.Articles) != 2 || m.Articles[1].Title != "Second" || m.Articles[1].PicURL != "https://app.example.com/2.png" || m.Articles[0].URL != m.URL {
		t.Errorf("news %+v", m)
	}
}

// TestTaskCardByReply is the legacy card's update.
func TestTaskCardByReply(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	event := readFile(t, "events", "event_taskcard_click.xml")
	id := between(event, "<TaskId><![CDATA[", "]]>")
	c.post(sendPath, `{"touser":"zhangsan","msgtype":"taskcard","agentid":1000002,"taskcard":{"title":"t","description":"d","task_id":"`+id+`","btn":[{"key":"k","name":"n"}]}}`)
	c.app.reply = func(string) string { return readFile(t, "replies", "update_taskcard.xml") }
	if _, err := c.agent.Deliver(t.Context(), []byte(event)); err != nil {
		t.Fatal(err)
	}
	if m := c.srv.Inbox("zhangsan")[0]; m.Replaced != "Done" {
		t.Errorf("task card %+v", m)
	}
}
