package wecomtest_test

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

const robotPath = "/cgi-bin/webhook/send"

func robotSend(c *company, key, msgtype, part string) answer {
	return c.do(http.MethodPost, robotPath, url.Values{"key": {key}}, fmt.Sprintf(`{"msgtype":%q,%q:%s}`, msgtype, msgtype, part))
}

func imagePart(data string) string {
	return fmt.Sprintf(`{"base64":%q,"md5":"%x"}`, base64.StdEncoding.EncodeToString([]byte(data)), md5.Sum([]byte(data)))
}

func TestRobot(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.Configure(func(r *wecomtest.Rules) { r.RobotPerMinute = 0 })
	key, other := c.srv.AddRobot("zhangsan", "LISI", "nobody"), c.srv.AddRobot()
	if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(key) || key == other {
		t.Errorf("key %q", key)
	}
	media := func(key, kind, data string) string {
		a := c.upload("/cgi-bin/webhook/upload_media", url.Values{"key": {key}, "type": {kind}}, `name="media"; filename="plan.pdf"`, data)
		if a.code() != 0 || a.text("type") != kind {
			t.Fatal(a.raw)
		}
		return `{"media_id":"` + a.text("media_id") + `"}`
	}
	file, voice := media(key, "file", "123456"), media(key, "voice", padded(amrMagic, 50))
	foreign := media(other, "file", "123456")
	apps := `{"media_id":"` + c.srv.AddMedia(wecomtest.Media{}) + `"}`
	x := func(n int) string { return strings.Repeat("x", n) }
	png := padded(pngMagic, 100)
	notice := `{"card_type":"text_notice","main_title":{"title":"t"},"card_action":{"type":1,"url":"http://x"}`
	article := func(n int, more string) string {
		return `{"articles":[` + strings.TrimSuffix(strings.Repeat(`{"title":"t","url":"http://x"`+more+`},`, n), ",") + `]}`
	}
	for _, tt := range []struct {
		name, msgtype, part string
		code                int
	}{
		{"text of 2048 bytes", "text", `{"content":"` + x(2048) + `"}`, 0},
		{"text of 2049 bytes", "text", `{"content":"` + x(2049) + `"}`, 40058},
		{"empty text", "text", `{}`, 44004},
		{"mentions", "text", `{"content":"x","mentioned_list":["lisi"],"mentioned_mobile_list":["13800001111","@all"]}`, 0},
		{"mentions a text", "text", `{"content":"x","mentioned_list":"lisi"}`, 40058},
		{"phones as numbers", "text", `{"content":"x","mentioned_mobile_list":[13800001111]}`, 40058},
		{"markdown of 4096 bytes", "markdown", `{"content":"` + x(4096) + `"}`, 0},
		{"markdown of 4097 bytes", "markdown", `{"content":"` + x(4097) + `"}`, 40058},
		{"markdown_v2 of 4096 bytes", "markdown_v2", `{"content":"` + x(4096) + `"}`, 0},
		{"markdown_v2 of 4097 bytes", "markdown_v2", `{"content":"` + x(4097) + `"}`, 40058},
		{"image", "image", imagePart(png), 0},
		{"image of 2 MB", "image", imagePart(padded(jpgMagic, 2<<20)), 0},
		{"image over 2 MB", "image", imagePart(padded(jpgMagic, 2<<20+1)), 40009},
		{"GIF", "image", imagePart("GIF89a..."), 40004},
		{"md5 of another image", "image", strings.Replace(imagePart(png), fmt.Sprintf("%x", md5.Sum([]byte(png))), strings.Repeat("0", 32), 1), 301019},
		{"no md5", "image", `{"base64":"eA=="}`, 301019},
		{"no base64", "image", `{"md5":"x"}`, 40058},
		{"base64 with line breaks", "image", strings.Replace(imagePart(png), `"base64":"iVBO`, `"base64":"iVBO\n`, 1), 40058},
		{"no base64 at all", "image", `{"base64":"?","md5":"x"}`, 40058},
		{"8 articles", "news", article(8, ""), 0},
		{"9 articles", "news", article(9, ""), 45008},
		{"article with title of 128 bytes", "news", article(1, `,"title":"`+x(128)+`"`), 0},
		{"article with title of 129 bytes", "news", article(1, `,"title":"`+x(129)+`"`), 40058},
		{"article with description of 513 bytes", "news", article(1, `,"description":"`+x(513)+`"`), 40058},
		{"article with a mini program alone", "news", `{"articles":[{"title":"t","appid":"wx0","pagepath":"p"}]}`, 41010},
		{"file", "file", file, 0},
		{"voice", "voice", voice, 0},
		{"file as voice", "voice", file, 40007},
		{"another robot's file", "file", foreign, 40007},
		{"an app's file", "file", apps, 40007},
		{"notice", "template_card", notice + `}`, 0},
		{"notice with the robot's file", "template_card", notice + `,"horizontal_content_list":[{"type":2,"keyname":"k","media_id":` + file[len(`{"media_id":`):] + `]}`, 0},
		{"notice with an app's file", "template_card", notice + `,"horizontal_content_list":[{"type":2,"keyname":"k","media_id":` + apps[len(`{"media_id":`):] + `]}`, 40007},
		{"notice that asks", "template_card", notice + `,"jump_list":[{"type":3,"title":"t","question":"q"}]}`, 0},
		{"notice that asks nothing", "template_card", notice + `,"jump_list":[{"type":3,"title":"t"}]}`, 40058},
		{"interactive card", "template_card", readFile(t, "cards", "button_interaction.json"), 42031},
		{"video", "video", file, 40008},
		{"mpnews", "mpnews", `{}`, 40008},
	} {
		before := len(c.srv.RobotMessages(key))
		a := robotSend(c, key, tt.msgtype, tt.part)
		if a.code() != tt.code || tt.code == 0 && a.raw != `{"errcode":0,"errmsg":"ok"}` {
			t.Errorf("%s: %.300s, want %d", tt.name, a.raw, tt.code)
		}
		group, phone := c.srv.RobotMessages(key), c.srv.Inbox("lisi")
		want := before
		if tt.code == 0 {
			want++
		}
		if len(group) != want || len(phone) != want || tt.code == 0 && (!phone[before].Robot || group[before].MsgType != tt.msgtype) {
			t.Errorf("%s: %d in the group, %d on the phone", tt.name, len(group), len(phone))
		}
	}
	box := c.srv.RobotMessages(key)
	if diff := cmp.Diff([]string{"lisi", "13800001111", "@all"}, box[1].Mentioned); diff != "" || string(box[4].Data) != png {
		t.Errorf("messages %.300v", box[:5])
	}
	if len(c.srv.RobotMessages(other)) != 0 || len(c.srv.Inbox("wangwu")) != 0 {
		t.Error("others got it, too")
	}
	style := regexp.MustCompile(`^markdown\.content exceed max length 4096\. invalid Request Parameter, hint: \[\d+\]`)
	if a := robotSend(c, key, "markdown", `{"content":"`+x(4097)+`"}`); !style.MatchString(a.text("errmsg")) {
		t.Errorf("errmsg %q", a.text("errmsg"))
	}
	c.srv.Configure(func(r *wecomtest.Rules) { r.RobotText, r.RobotTooLong93000 = 5120, true })
	if a := robotSend(c, key, "text", `{"content":"`+x(5120)+`"}`); a.code() != 0 {
		t.Error(a.raw)
	}
	if a := robotSend(c, key, "text", `{"content":"`+x(5121)+`"}`); a.code() != 93000 || !strings.HasPrefix(a.text("errmsg"), "Invalid input : content exceed max length") {
		t.Error(a.raw)
	}
}

func TestRobotKey(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	key := c.srv.AddRobot()
	c.srv.RemoveRobot(c.srv.AddRobot())
	for _, bad := range []string{"", "x", key + "0"} {
		if a := robotSend(c, bad, "text", `{"content":"x"}`); a.code() != 93000 {
			t.Errorf("key %q: %s", bad, a.raw)
		}
		if c.srv.RobotMessages(bad) != nil {
			t.Errorf("key %q has messages", bad)
		}
	}
	for _, tt := range []struct {
		key, kind, data string
		code            int
	}{{"x", "file", "", 44001}, {"x", "file", "123456", 93000}, {key, "image", padded(pngMagic, 50), 40005}, {key, "file", "12345", 40006}, {key, "file", "", 44001}} {
		q := url.Values{"key": {tt.key}, "type": {tt.kind}}
		if a := c.upload("/cgi-bin/webhook/upload_media", q, `name="media"; filename="a"`, tt.data); a.code() != tt.code {
			t.Errorf("%.1s %s of %d bytes: %s, want %d", tt.key, tt.kind, len(tt.data), a.raw, tt.code)
		}
	}
	q := url.Values{"key": {key}}
	for body, code := range map[string]int{``: 40058, `{}`: 40008, `{"msgtype":1}`: 40008, `{"msgtype":"text"}`: 40058} {
		if a := c.do(http.MethodPost, robotPath, q, body); a.code() != code {
			t.Errorf("%s: %s, want %d", body, a.raw, code)
		}
	}
	if a := c.do(http.MethodGet, robotPath, q, ""); a.code() != 40058 {
		t.Errorf("GET: %s", a.raw)
	}
	c.srv.RemoveRobot(key)
	if a := robotSend(c, key, "text", `{"content":"x"}`); a.code() != 93000 {
		t.Errorf("removed: %s", a.raw)
	}
}

func TestRobotPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		key, other := c.srv.AddRobot(), c.srv.AddRobot()
		start := time.Now()
		for i := range 20 {
			if a := robotSend(c, key, "text", `{"content":"x"}`); a.code() != 0 {
				t.Fatalf("message %d: %s", i+1, a.raw)
			}
			time.Sleep(time.Second)
		}
		if a := robotSend(c, key, "text", `{"content":"x"}`); a.code() != 45009 {
			t.Errorf("the 21st: %s", a.raw)
		}
		if a := robotSend(c, other, "text", `{"content":"x"}`); a.code() != 0 {
			t.Errorf("another robot: %s", a.raw)
		}
		time.Sleep(time.Until(start.Add(time.Minute - time.Nanosecond)))
		if a := robotSend(c, key, "text", `{"content":"x"}`); a.code() != 45009 {
			t.Errorf("just before the minute is over: %s", a.raw)
		}
		time.Sleep(time.Nanosecond)
		if a := robotSend(c, key, "text", `{"content":"x"}`); a.code() != 0 {
			t.Errorf("a minute after the first: %s", a.raw)
		}
		if n := len(c.srv.RobotMessages(key)); n != 21 {
			t.Errorf("%d messages", n)
		}
	})
}

func TestRobotBounded(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.Configure(func(r *wecomtest.Rules) { r.RobotPerMinute = 0 })
	key := c.srv.AddRobot()
	for i := range 4100 {
		robotSend(c, key, "text", fmt.Sprintf(`{"content":"%d"}`, i))
	}
	box := c.srv.RobotMessages(key)
	if n := len(box); n < 2000 || n >= 4000 || box[n-1].Content != "4099" {
		t.Errorf("%d messages", n)
	}
}
