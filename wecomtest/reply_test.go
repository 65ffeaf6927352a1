package wecomtest_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
)

// TestBadReplies answers 200 with something that WeCom does not understand; a
// row's reason tells it from the other rows.
func TestBadReplies(t *testing.T) {
	t.Parallel()
	p := &plainApp{token: testToken, key: testKey, corpID: testCorp}
	stranger := &plainApp{token: testToken, key: testKey, corpID: "ww0000000000000000"}
	good := p.seal(textReply("zhangsan", "x"), "1700000005", "1")
	inner := func(old, new string) string {
		changed := strings.Replace(textReply("zhangsan", "x"), old, new, 1)
		if changed == textReply("zhangsan", "x") {
			t.Fatalf("%q is not in the reply", old)
		}
		return p.seal(changed, "1700000005", "1")
	}
	for _, tt := range []struct{ name, body, reason string }{
		{"plain text", "ok", "envelope"},
		{"success with a line break", "success\n", "envelope"},
		{"JSON", `{"encrypt":"x"}`, "envelope"},
		{"unencrypted reply", textReply("zhangsan", "x"), "no Encrypt"},
		{"no signature", strings.Replace(good, "MsgSignature", "Msgsignature", 2), "no MsgSignature"},
		{"no nonce", strings.Replace(good, "<![CDATA[1]]></Nonce>", "</Nonce>", 1), "no Nonce"},
		{"timestamp no number", p.seal(textReply("zhangsan", "x"), "now", "1"), "TimeStamp"},
		{"other nonce", strings.Replace(good, "[CDATA[1]]></Nonce>", "[CDATA[2]]></Nonce>", 1), "signature"},
		{"other receiver", stranger.seal(textReply("zhangsan", "x"), "1700000005", "1"), "receiver"},
		{"twice Nonce", strings.Replace(good, "</xml>", "<Nonce>1</Nonce></xml>", 1), "twice"},
		{"element in Nonce", strings.Replace(good, "</Nonce>", "<b/></Nonce>", 1), "holds elements"},
		{"text after it", good + "x", "after </xml>"},
		{"no XML inside", p.seal("hello", "1700000005", "1"), "decrypted reply"},
		{"two documents inside", inner("</xml>", "</xml><xml/>"), "after </xml>"},
		{"to another member", inner("zhangsan", "lisi"), "ToUserName"},
		{"from another company", inner(testCorp, "ww0"), "FromUserName"},
		{"no CreateTime", inner("1700000100", ""), "CreateTime"},
		{"unknown MsgType", inner("[text]", "[markdown]"), "MsgType"},
		{"image without Image", inner("[text]", "[image]"), "missing"},
		{"more articles than there are", p.seal(strings.Replace(readFile(t, "replies", "news.xml"), "<ArticleCount>2", "<ArticleCount>3", 1), "1700000005", "1"), "missing"},
		{"no Content", inner("[x]", "[]"), "missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv, agent := appOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, tt.body) }))
			reply, err := agent.SendText(t.Context(), "zhangsan", "x")
			if !errors.Is(err, wecomtest.ErrReply) || !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("error %v, want one about %q", err, tt.reason)
			}
			if reply != (wecomtest.Reply{Attempts: 1}) {
				t.Errorf("reply %+v", reply)
			}
			if len(srv.Inbox("zhangsan")) > 0 {
				t.Error("something is shown")
			}
		})
	}
}

func TestNoReply(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "success"} {
		srv, agent := appOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) }))
		if reply, err := agent.EnterAgent(t.Context(), "zhangsan"); err != nil || reply != (wecomtest.Reply{Attempts: 1}) || len(srv.Inbox("zhangsan")) > 0 {
			t.Errorf("%q: %+v, %v", body, reply, err)
		}
	}
}

func TestIgnoredReplies(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.app.reply = func(string) string { return textReply("zhangsan", "bye") }
	for name, act := range map[string]func() (wecomtest.Reply, error){
		"unsubscribe": func() (wecomtest.Reply, error) { return c.agent.Unsubscribe(t.Context(), "zhangsan") },
		"card tap":    func() (wecomtest.Reply, error) { return c.agent.TapCard(t.Context(), "zhangsan", "t", "k") },
	} {
		if reply, err := act(); err != nil || !reply.Ignored || reply.Content != "bye" {
			t.Errorf("%s: %+v, %v", name, reply, err)
		}
	}
	c.app.reply = func(string) string { return readFile(t, "replies", "update_button.xml") }
	if reply, err := c.agent.SendText(t.Context(), "zhangsan", "x"); err != nil || !reply.Ignored {
		t.Errorf("update_button to a text: %+v, %v", reply, err)
	}
	if box := c.srv.Inbox("zhangsan"); len(box) != 0 {
		t.Errorf("shown: %+v", box)
	}
}

func TestReplyTable(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	for event, want := range map[string]bool{ // whether a text is shown
		"subscribe": true, "enter_agent": true, "LOCATION": true, "click": true, "view": true, "view_miniprogram": true, "scancode_waitmsg": true,
		"template_card_menu_event": true, "unsubscribe": false, "scancode_push": false, "location_select": false, "template_card_event": false,
		"taskcard_click": false, "change_contact": false, "something_new": false,
	} {
		c.app.reply = func(string) string { return textReply("zhangsan", event) }
		reply, err := c.agent.Deliver(t.Context(), c.agent.EventXML("zhangsan", event, "", time0))
		if err != nil || reply.Ignored == want {
			t.Errorf("%s: %+v, %v", event, reply, err)
		}
	}
	if n := len(c.srv.Inbox("zhangsan")); n != 8 {
		t.Errorf("%d shown, want 8", n)
	}
}
