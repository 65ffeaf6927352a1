package wecomtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
)

// TestCardRefuses takes the samples of the reference and breaks each in one
// place.
func TestCardRefuses(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.AddMedia(wecomtest.Media{ID: "MID"})
	x := strings.Repeat("x", 1025)
	for _, tt := range []struct {
		card, old, new string
		code           int
	}{
		{"text_notice", `"desc":"more",`, `"desc":"more","action_list":1,"x":`, 40058},
		{"text_notice", `"menu_del"`, `"menu_mute"`, 42051},
		{"text_notice", `"key":"menu_del"`, `"key":""`, 40058},
		{"text_notice", `"task_id":"task-20231114-1",`, ``, 42014},
		{"text_notice", `"main_title":{"title"`, `"main_title":{"title":7,"x"`, 40058},
		{"text_notice", `"card_action":{"type":1`, `"card_action":{"type":0`, 42045},
		{"text_notice", `"card_action":{"type":1,"url"`, `"card_action":{"type":1,"URL"`, 42028},
		{"news_notice", `"card_image"`, `"card_images"`, 0}, // image_text_area is enough
		{"news_notice", `"image_text_area"`, `"area"`, 0},   // and so is card_image
		{"button_interaction", `"key":"btn_reject"`, `"key":"` + x + `"`, 42039},
		{"button_interaction", `{"text":"Approve"`, `{"type":1,"text":"Approve"`, 42028},
		{"button_interaction", `{"text":"Approve"`, `{"type":2,"text":"Approve"`, 40058},
		{"vote_interaction", `"checkbox"`, `"Checkbox"`, 40058},
		{"vote_interaction", `"question_key":"q_lunch",`, ``, 42043},
		{"vote_interaction", `"option_list":[`, `"option_list":[],"x":[`, 42037},
		{"vote_interaction", `"submit_button"`, `"submit"`, 42049},
		{"vote_interaction", `"text":"Send"`, `"text":""`, 42049},
		{"vote_interaction", `"key":"submit"`, `"key":"` + x + `"`, 42046},
		{"multiple_interaction", `"select_list"`, `"list"`, 42047},
		{"multiple_interaction", `"question_key":"q_slot",`, ``, 42043},
		{"multiple_interaction", `"submit_button"`, `"submit"`, 42049},
	} {
		sample := readFile(t, "cards", tt.card+".json")
		changed := strings.Replace(sample, tt.old, tt.new, 1)
		if changed == sample {
			t.Fatalf("%s has no %s", tt.card, tt.old)
		}
		a := c.post(sendPath, `{"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":`+changed+`}`)
		if a.code() != tt.code {
			t.Errorf("%s with %.60s: %s, want %d", tt.card, tt.new, a.raw, tt.code)
		}
	}
}

func TestOtherTypes(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.AddMedia(wecomtest.Media{ID: "m", Type: "image"})
	c.srv.AddMedia(wecomtest.Media{ID: "v", Type: "video"})
	item := `{"key":"k","value":"v"},`
	for _, tt := range []struct {
		name, msgtype, part string
		code                int
	}{
		{"mpnews", "mpnews", `{"articles":[{"title":"t","thumb_media_id":"m","content":"c"}]}`, 0},
		{"mpnews author of 65 bytes", "mpnews", `{"articles":[{"title":"t","thumb_media_id":"m","content":"c","author":"` + strings.Repeat("a", 65) + `"}]}`, 45032},
		{"news to a mini program", "news", `{"articles":[{"title":"t","appid":"wx0","pagepath":"p"}]}`, 0},
		{"news pagepath of 129 bytes", "news", `{"articles":[{"title":"t","appid":"wx0","pagepath":"` + strings.Repeat("p", 129) + `"}]}`, 40058},
		{"news picture without scheme", "news", `{"articles":[{"title":"t","url":"http://x","picurl":"x.png"}]}`, 45034},
		{"articles an object", "news", `{"articles":{}}`, 40058},
		{"mini program", "miniprogram_notice", `{"appid":"wx0","title":"四个汉字","content_item":[` + strings.TrimSuffix(strings.Repeat(item, 10), ",") + `]}`, 0},
		{"mini program without appid", "miniprogram_notice", `{"title":"四个汉字"}`, 90200},
		{"mini program, title of 3", "miniprogram_notice", `{"appid":"wx0","title":"三个字"}`, 40058},
		{"mini program, 11 items", "miniprogram_notice", `{"appid":"wx0","title":"四个汉字","content_item":[` + strings.TrimSuffix(strings.Repeat(item, 11), ",") + `]}`, 90201},
		{"task card", "taskcard", `{"title":"t","description":"d","task_id":"t1","btn":[{"key":"yes","name":"Yes"}]}`, 0},
		{"task card, the same task_id", "taskcard", `{"title":"t","description":"d","task_id":"t1","btn":[{"key":"no","name":"No"}]}`, 42014},
		{"task card without buttons", "taskcard", `{"title":"t","description":"d","task_id":"t2"}`, 40058},
		{"video with a title that is cut", "video", `{"media_id":"v","title":"` + strings.Repeat("v", 200) + `"}`, 0},
		{"file with a number", "file", `{"media_id":1}`, 40058},
	} {
		a := c.post(sendPath, fmt.Sprintf(`{"touser":"zhangsan","msgtype":%q,"agentid":1000002,%q:%s}`, tt.msgtype, tt.msgtype, tt.part))
		if a.code() != tt.code {
			t.Errorf("%s: %s, want %d", tt.name, a.raw, tt.code)
		}
	}
	box := c.srv.Inbox("zhangsan")
	if last := box[len(box)-1]; last.MsgType != "video" || len(last.Title) != 128 || last.MediaID != "v" {
		t.Errorf("video %+v", last)
	}
	if a := c.post(sendPath, `{"touser":"lisi","msgtype":"miniprogram_notice","miniprogram_notice":{"appid":"wx0","title":"四个汉字"}}`); a.code() != 0 {
		t.Errorf("mini program without agentid: %s", a.raw)
	}
}

func TestLongBody(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	if a := c.post(sendPath, textBody+strings.Repeat(" ", 4<<20)); a.code() != 40058 {
		t.Errorf("a body over 4 MiB: %s", a.raw)
	}
	if a := c.post(sendPath, textBody+strings.Repeat(" ", 1<<20)); a.code() != 0 {
		t.Errorf("a body of 1 MiB: %s", a.raw)
	}
}

// TestBounded: a server that stays up keeps the latest, not everything.
func TestBounded(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.Configure(func(r *wecomtest.Rules) { r.MemberPerMinute, r.MemberPerHour = 0, 0 })
	query := map[string][]string{"access_token": {c.token()}}
	const sent = 4100
	for i := range sent {
		c.do("POST", sendPath, query, fmt.Sprintf(`{"touser":"zhangsan","msgtype":"text","agentid":1000002,"text":{"content":"%d"}}`, i))
	}
	box, log := c.srv.Inbox("zhangsan"), c.srv.Requests("")
	if n := len(box); n < 2000 || n >= 4000 || box[n-1].Content != fmt.Sprint(sent-1) || box[0].Content != fmt.Sprint(sent-n) {
		t.Errorf("%d messages, from %s to %s", n, box[0].Content, box[n-1].Content)
	}
	if n := len(log); n < 2000 || n >= 4000 || !strings.Contains(string(log[n-1].Body), fmt.Sprint(sent-1)) {
		t.Errorf("%d requests", n)
	}
	if n := c.srv.Calls(sendPath); n != sent {
		t.Errorf("%d calls counted, want %d", n, sent)
	}
}
