package wecomtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

// TestSamples replays the samples of the reference over a real connection, as
// raw HTTP.
func TestSamples(t *testing.T) {
	t.Parallel()
	c := newCompany(t, wecomtest.NewServer())
	var calls []struct {
		Name, Path, Query string
		Body              json.RawMessage
	}
	if err := json.Unmarshal([]byte(readFile(t, "calls.json")), &calls); err != nil {
		t.Fatal(err)
	}
	for _, call := range calls {
		c.srv.AddMedia(wecomtest.Media{ID: "MID", Type: call.Name, Name: "plan.pdf"})
		query := []string{}
		if name, value, ok := strings.Cut(call.Query, "="); ok {
			query = append(query, name, value)
		}
		a := c.post(call.Path, string(call.Body), query...)
		if a.code() != 0 || a.text("errmsg") != "ok" {
			t.Errorf("%s: %s", call.Name, a.raw)
		}
		if call.Path != sendPath {
			continue
		}
		box := c.srv.Inbox("zhangsan")
		if last := box[len(box)-1]; last.MsgType != call.Name || last.MsgID != a.text("msgid") {
			t.Errorf("%s: on the phone is %s %s, answered %s", call.Name, last.MsgType, last.MsgID, a.raw)
		}
	}
	if menu := c.srv.Menu(1000002); len(menu) != 3 || len(menu[1].Sub) != 4 || menu[1].Sub[3].PagePath != "pages/index" {
		t.Errorf("menu: %+v", menu)
	}
	if got := c.get("/cgi-bin/menu/get", "agentid", "1000002"); len(got.all["button"].([]any)) != 3 {
		t.Errorf("menu/get: %s", got.raw)
	}
}

func TestSampleCards(t *testing.T) {
	t.Parallel()
	for _, file := range glob(t, "cards/*.json") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			c := inMemory(t)
			c.srv.AddMedia(wecomtest.Media{ID: "MID"})
			card, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			a := c.post(sendPath, `{"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":`+string(card)+
				`,"enable_id_trans":0,"enable_duplicate_check":0,"duplicate_check_interval":1800}`)
			if a.code() != 0 {
				t.Fatal(a.raw)
			}
			wantCode := !strings.Contains(file, "news_notice") // the only sample without buttons and menu
			if got := a.text("response_code") != ""; got != wantCode {
				t.Errorf("response_code there: %v, want %v", got, wantCode)
			}
			// The card on the phone has all that the sample has, and no more.
			var sample, shown any
			raw, err := json.Marshal(c.srv.Inbox("zhangsan")[0].Card)
			if err != nil || json.Unmarshal(card, &sample) != nil || json.Unmarshal(raw, &shown) != nil {
				t.Fatal(err)
			}
			dropFalse(sample)
			if diff := cmp.Diff(sample, shown); diff != "" {
				t.Errorf("card (-sample +shown):\n%s", diff)
			}
		})
	}
}

// dropFalse removes is_checked false, which is its default.
func dropFalse(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if value == false {
				delete(v, name)
			}
			dropFalse(value)
		}
	case []any:
		for _, value := range v {
			dropFalse(value)
		}
	}
}

// TestSampleVectors proves the app of these tests on the published ciphertexts,
// then lets the server speak to it with the same token and key.
func TestSampleVectors(t *testing.T) {
	t.Parallel()
	type sealed struct{ Timestamp, Nonce, Signature, Encrypt, Plain, From, Content string }
	var vectors []struct {
		Name, Token, Key, CorpID string
		Get, Post                sealed
	}
	if err := json.Unmarshal([]byte(readFile(t, "vectors.json")), &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			app := &plainApp{token: v.Token, key: v.Key, corpID: v.CorpID}
			echo, err := app.open(v.Get.Signature, v.Get.Timestamp, v.Get.Nonce, v.Get.Encrypt)
			if err != nil || echo != v.Get.Plain {
				t.Errorf("echo %q, %v", echo, err)
			}
			plain, err := app.open(v.Post.Signature, v.Post.Timestamp, v.Post.Nonce, v.Post.Encrypt)
			if err != nil || !strings.Contains(plain, v.Post.Content) {
				t.Fatalf("message %q, %v", plain, err)
			}
			srv := wecomtest.NewUnstartedServer()
			defer srv.Close()
			srv.CorpID = v.CorpID
			agent := srv.AddApp(wecomtest.App{AgentID: 218, Secret: "s", Token: v.Token, EncodingAESKey: v.Key, Handler: app})
			srv.AddUser(wecomtest.User{ID: v.Post.From})
			if err := agent.Verify(t.Context()); err != nil {
				t.Error(err)
			}
			if _, err := agent.Deliver(t.Context(), []byte(plain)); err != nil {
				t.Error(err)
			}
			if _, err := agent.SendText(t.Context(), v.Post.From, v.Post.Content); err != nil {
				t.Error(err)
			}
			got, errs := app.received()
			if len(errs) > 0 || len(got) != 2 || got[0] != plain {
				t.Fatalf("received %q, errors %v", got, errs)
			}
			// Without what differs each time, the member's message is the sample's, element by element.
			own := regexp.MustCompile(`(CreateTime|MsgId|AgentID)>\d+<|\s*\n\s*`)
			if diff := cmp.Diff(own.ReplaceAllString(plain, "$1"), own.ReplaceAllString(got[1], "$1")); diff != "" {
				t.Errorf("message (-sample +ours):\n%s", diff)
			}
		})
	}
}

// TestSampleEvents makes each event that has a method, and compares the
// elements with the sample's.
func TestSampleEvents(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	ctx, a := t.Context(), c.agent
	card := func(kind string) {
		t.Helper()
		if got := c.post(sendPath, `{"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":`+readFile(t, "cards", kind+".json")+`}`); got.code() != 0 {
			t.Fatal(got.raw)
		}
	}
	c.srv.AddMedia(wecomtest.Media{ID: "MID"})
	card("text_notice")
	for _, e := range []struct {
		file string
		act  func() (wecomtest.Reply, error)
	}{
		{"message_text", func() (wecomtest.Reply, error) { return a.SendText(ctx, "ZhangSan", "ping") }},
		{"event_subscribe", func() (wecomtest.Reply, error) { return a.Subscribe(ctx, "zhangsan") }},
		{"event_enter_agent", func() (wecomtest.Reply, error) { return a.EnterAgent(ctx, "zhangsan") }},
		{"event_click", func() (wecomtest.Reply, error) { return a.Click(ctx, "zhangsan", "MENU_TODAY") }},
		{"event_view", func() (wecomtest.Reply, error) { return a.View(ctx, "zhangsan", "https://app.example.com/home") }},
		{"event_template_card_event", func() (wecomtest.Reply, error) {
			return a.TapCard(ctx, "lisi", "task-20231114-1", "btn_approve", wecomtest.Selection{QuestionKey: "q_level", OptionIDs: []string{"level_2"}})
		}},
		{"event_template_card_menu_event", func() (wecomtest.Reply, error) { return a.TapCard(ctx, "zhangsan", "task-20231114-1", "menu_mute") }},
	} {
		if _, err := e.act(); err != nil {
			t.Errorf("%s: %v", e.file, err)
			continue
		}
		got, _ := c.app.received()
		if diff := cmp.Diff(shape(readFile(t, "events", e.file+".xml")), shape(got[len(got)-1])); diff != "" {
			t.Errorf("%s (-sample +ours):\n%s", e.file, diff)
		}
	}
}

// shape takes away space and what differs each time.
func shape(xml string) string {
	for pattern, to := range map[string]string{
		`>\s+<`:                          "><",
		`(<CreateTime>|<MsgId>)\d+`:      "$1",
		`(<ResponseCode><!\[CDATA\[)\w+`: "$1",
		`(?i)(<FromUserName><!\[CDATA\[)(zhangsan|lisi)`: "$1",
	} {
		xml = regexp.MustCompile(pattern).ReplaceAllString(xml, to)
	}
	return strings.TrimSpace(xml)
}

// TestSampleReplies answers with each sample of a passive reply, to the callback
// that it belongs to.
func TestSampleReplies(t *testing.T) {
	t.Parallel()
	for _, file := range glob(t, "replies/*.xml") {
		name := strings.TrimSuffix(filepath.Base(file), ".xml")
		kind, _, _ := strings.Cut(name, "-")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := inMemory(t)
			sample := readFile(t, "replies", name+".xml")
			c.app.reply = func(string) string { return sample }
			cause := "message_text"
			switch kind {
			case "update_button", "update_template_card":
				cause = "event_template_card_event"
			case "update_taskcard":
				cause = "event_taskcard_click"
			}
			r, err := c.agent.Deliver(t.Context(), []byte(readFile(t, "events", cause+".xml")))
			if err != nil || r.MsgType != kind || r.XML != sample || r.Ignored || r.Attempts != 1 {
				t.Fatalf("reply %+v, %v", r, err)
			}
			wantShown := 1
			if strings.HasPrefix(kind, "update_") {
				wantShown = 0
			}
			if got := len(c.srv.Inbox("zhangsan")); got != wantShown {
				t.Errorf("%d messages on the phone, want %d", got, wantShown)
			}
			if want := map[string]string{"text": "pong"}[kind]; r.Content != want {
				t.Errorf("content %q, want %q", r.Content, want)
			}
			if want := map[string]string{"update_button": "Approved", "update_taskcard": "Done"}[kind]; r.ReplaceName != want {
				t.Errorf("replace name %q, want %q", r.ReplaceName, want)
			}
		})
	}
}

func TestSampleOtherCalls(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	agent := c.get("/cgi-bin/agent/get", "agentid", "1000002")
	if agent.code() != 0 || agent.text("name") != "自愈" || fmt.Sprint(agent.all["allow_tags"]) != "map[tagid:[5 6]]" || agent.all["close"] != 0.0 {
		t.Errorf("agent/get: %s", agent.raw)
	}
	if err := c.agent.SetDomains("app.example.com:8443", ""); err != nil {
		t.Error(err)
	}
	if a := c.get("/cgi-bin/agent/get", "agentid", "1000002"); a.text("redirect_domain") != "app.example.com:8443" {
		t.Errorf("agent/get: %s", a.raw)
	}
	if list := c.get("/cgi-bin/getcallbackip"); list.code() != 0 || len(list.all["ip_list"].([]any)) == 0 {
		t.Errorf("getcallbackip: %s", list.raw)
	}
	bad := c.do(http.MethodGet, "/cgi-bin/getcallbackip", map[string][]string{"access_token": {"nonsense"}}, "")
	if bad.code() != 40014 || fmt.Sprint(bad.all["ip_list"]) != "[]" {
		t.Errorf("getcallbackip with a bad token: %s", bad.raw)
	}
	style := regexp.MustCompile(`^invalid access_token, hint: \[\d{19}\], from ip: [0-9.]+, more info at https://open\.work\.weixin\.qq\.com/devtool/query\?e=40014$`)
	if !style.MatchString(bad.text("errmsg")) || bad.http.Header.Get("Error-Code") != "40014" || bad.http.Header.Get("Error-Msg") != bad.text("errmsg") {
		t.Errorf("errmsg %q, headers %v", bad.text("errmsg"), bad.http.Header)
	}
}
