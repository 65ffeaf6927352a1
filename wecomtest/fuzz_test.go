package wecomtest_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bkwecom/wecom/wecomtest"
)

// FuzzContent: whatever a member types arrives as it was, except for what XML
// cannot hold and the line breaks that every XML reader folds.
func FuzzContent(f *testing.F) {
	for _, seed := range []string{"TY 1_1", "]]>", "a]]]]>b", "<xml>&amp;", "\x00\x1f\ufffe", "\xff", "一\r\n二", ""} {
		f.Add(seed)
	}
	srv := wecomtest.NewUnstartedServer()
	defer srv.Close()
	app := srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s"})
	f.Fuzz(func(t *testing.T, content string) {
		var m struct{ Content string }
		plain := app.TextXML("zhangsan", content, time0)
		if err := xml.Unmarshal(plain, &m); err != nil {
			t.Fatalf("%q: %v", plain, err)
		}
		want := strings.Map(func(r rune) rune {
			if r < ' ' && !strings.ContainsRune("\t\n\r", r) || r == 0xFFFE || r == 0xFFFF {
				return utf8.RuneError
			}
			return r
		}, content)
		want = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(want)
		if m.Content != want {
			t.Errorf("%q arrived as %q", content, m.Content)
		}
	})
}

// FuzzSend: every body is answered with an errcode, and what is answered 0 has
// reached exactly those phones that encoding/json, read with care, names.
func FuzzSend(f *testing.F) {
	f.Add(`{"touser":"zhangsan|nobody","msgtype":"text","agentid":1000002,"text":{"content":"x"}}`)
	f.Add(`{"touser":"@all","msgtype":"markdown","agentid":1000002,"markdown":{"content":"x"}}`)
	f.Add(`{"totag":"5","msgtype":"template_card","agentid":1000002,"template_card":{"card_type":"button_interaction","task_id":"1","button_list":[{"text":"a","key":"a"}]}}`)
	f.Add(`{"touser":"zhangsan","touser":null,"msgtype":"news","agentid":1e6,"news":{"articles":[{}]}}`)
	f.Add(`{"touser":"lisi","msgtype":"template_card","agentid":1000002,"template_card":{"card_type":"vote_interaction","task_id":"1","main_title":{"title":"t"},"checkbox":{"question_key":"q","option_list":[{"id":"a","text":"t"}]},"submit_button":{"text":"s","key":"k"}}}`)
	f.Add(`[[[`)
	f.Fuzz(func(t *testing.T, body string) {
		c := inMemory(t)
		a := c.post(sendPath, body)
		arrived := 0
		for _, u := range c.srv.Users() {
			arrived += len(c.srv.Inbox(u.ID))
		}
		if a.code() != 0 {
			if arrived > 0 {
				t.Errorf("%s, and %d arrived", a.raw, arrived)
			}
			return
		}
		var read map[string]any
		if err := json.Unmarshal([]byte(body), &read); err != nil {
			t.Fatalf("accepted, although %v", err)
		}
		named := map[string]bool{}
		if to, _ := read["touser"].(string); to == "@all" {
			named = map[string]bool{"zhangsan": true, "lisi": true, "wangwu": true}
		} else {
			for _, id := range strings.Split(strings.ToLower(to), "|") {
				if id == "zhangsan" || id == "lisi" || id == "wangwu" {
					named[id] = true
				}
			}
			if read["toparty"] != nil || read["totag"] != nil {
				return // the directory is tested elsewhere
			}
		}
		if arrived != len(named) {
			t.Errorf("%d arrived, want %d", arrived, len(named))
		}
	})
}

// FuzzReply: an answer that the app's key did not seal is never shown.
func FuzzReply(f *testing.F) {
	p := &plainApp{token: testToken, key: testKey, corpID: testCorp}
	stranger := &plainApp{token: testToken, key: strings.Repeat("A", 43), corpID: testCorp}
	f.Add(textReply("zhangsan", "x"))
	f.Add(stranger.seal(textReply("zhangsan", "x"), "1", "1"))
	f.Add(strings.Replace(p.seal("x", "1", "1"), "Nonce", "Nonse", 2))
	f.Add("<xml><Encrypt/><Encrypt>")
	f.Fuzz(func(t *testing.T, body string) {
		srv := wecomtest.NewUnstartedServer()
		defer srv.Close()
		srv.AddUser(wecomtest.User{ID: "zhangsan"})
		app := srv.AddApp(wecomtest.App{AgentID: 1, Secret: "s", Token: testToken, EncodingAESKey: testKey,
			Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })})
		_, err := app.SendText(t.Context(), "zhangsan", "x")
		if empty := body == "" || body == "success"; empty != (err == nil) || !empty && !errors.Is(err, wecomtest.ErrReply) {
			t.Errorf("%q: %v", body, err)
		}
		if len(srv.Inbox("zhangsan")) > 0 {
			t.Errorf("%q is shown", body)
		}
	})
}
