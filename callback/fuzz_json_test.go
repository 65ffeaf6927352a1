package callback_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/callback"
)

// FuzzJSONEnvelope: what the strict reader accepts, encoding/json reads as one
// flat object with that one "encrypt"; and such an object it accepts.
func FuzzJSONEnvelope(f *testing.F) {
	f.Add(`{"encrypt":"abc="}`)
	f.Add(` {"tousername":"ww1", "agentid":1000002, "encrypt":"a\/b\u002Bc","x":null,"y":-1.5e+3} `)
	f.Add(`{"a":"\ud83d\ude00","encrypt":"x","encrypt":"y"}`)
	f.Add(`{"a":{"encrypt":"x"}}`)
	f.Fuzz(func(t *testing.T, src string) {
		got, err := callback.JSONEnvelope(src)
		var members map[string]any
		if json.Unmarshal([]byte(src), &members) != nil || members == nil {
			if err == nil {
				t.Fatalf("accepted, and encoding/json refuses %q", src)
			}
			return
		}
		if err == nil {
			if members["encrypt"] != got {
				t.Fatalf("%q: %q, encoding/json reads %q", src, got, members["encrypt"])
			}
			for name, v := range members {
				switch v.(type) {
				case map[string]any, []any:
					t.Fatalf("%q: %s nests", src, name)
				}
				if name != "encrypt" && strings.EqualFold(name, "encrypt") {
					t.Fatalf("%q has two", src)
				}
			}
			return
		}
		// The vendor's own form is never refused.
		s, ok := members["encrypt"].(string)
		if ok && s != "" && len(members) == 1 && !strings.ContainsAny(src, "\\\ufffd") && src == `{"encrypt":"`+s+`"}` {
			t.Fatalf("%q is refused", src)
		}
	})
}

// FuzzBotMessage: the fields are those that encoding/json finds by their exact
// names, and whatever is authentic is a message or known to be none.
func FuzzBotMessage(f *testing.F) {
	for _, file := range files(f, "bot/*.json", 15) {
		f.Add(read(f, file))
	}
	f.Add(`{"ToUserName":"ww1","MsgType":"text","Content":"x"}`)
	f.Add(`{"msgid":1,"msgtype":"text","text":{"content":1}}`)
	f.Fuzz(func(t *testing.T, src string) {
		m, err := callback.DecodeJSON([]byte(src))
		if (m == nil) == (err == nil) {
			t.Fatalf("%q: %v, %v", src, m, err)
		}
		if xml := callback.JSONToXML([]byte(src)); xml != "" && !json.Valid([]byte(src)) {
			t.Fatalf("%q is no JSON and becomes %q", src, xml)
		}
		bot, ok := m.(*callback.BotText)
		if !ok {
			return
		}
		var want struct {
			MsgID, AIBotID, ChatID, ChatType any
			MsgType                          string
			From                             struct{ UserID string }
			Text                             struct{ Content string }
		}
		if err := json.Unmarshal([]byte(src), &want); err != nil {
			t.Fatalf("%q: encoding/json refuses it: %v", src, err)
		}
		if want.MsgType != "text" || bot.Content != want.Text.Content || bot.FromUser != want.From.UserID {
			t.Fatalf("%q: %+v, want %+v", src, bot, want)
		}
	})
}

// FuzzReplyKinds: no content of any reply leaves its element. The elements are
// those of the same reply with plain content, and the texts are the given ones.
func FuzzReplyKinds(f *testing.F) {
	f.Add("pong")
	f.Add("]]></Title></item><item><Url><![CDATA[x")
	f.Add("]]]]>><!-- & \x00\xff\r\n")
	f.Add("</Content><MsgType>event")
	kinds := func(s string) []callback.Reply {
		quoted, _ := json.Marshal(s)
		card := strings.ReplaceAll(`{"card_type":"button_interaction","source":{"desc":S},"main_title":{"title":S,"desc":S},"task_id":"t","sub_title_text":S,
			"horizontal_content_list":[{"keyname":S,"value":S}],"button_list":[{"text":S,"key":"k","style":1},{"text":S,"url":S}],"replace_text":S}`, "S", string(quoted))
		return []callback.Reply{
			callback.TextReply("x" + s), callback.ImageReply("x" + s), callback.VoiceReply("x" + s),
			callback.VideoReply{MediaID: "x" + s, Title: s, Description: s},
			callback.NewsReply{{Title: "x" + s, Description: s, PicURL: "http://" + s, URL: "https://" + s}, {Title: "x" + s, URL: "http://" + s}},
			callback.UpdateButton("x" + s), callback.UpdateTaskCard("x" + s),
			callback.UpdateTemplateCard{Card: json.RawMessage(card)},
		}
	}
	head := callback.Header{ToUser: "ww1", FromUser: "zhangsan"}
	names := func(all []callback.Tree) (list []string) {
		var walk func([]callback.Tree)
		walk = func(all []callback.Tree) {
			for _, e := range all {
				list = append(list, e.Name)
				walk(e.Children)
			}
		}
		walk(all)
		return list
	}
	plain := kinds("")
	f.Fuzz(func(t *testing.T, s string) {
		for i, r := range kinds(s) {
			raw := string(callback.ReplyXML(&head, r, time.Unix(1700000000, 0)))
			if strings.HasPrefix(raw, "reply ") { // refused for its length, or as JSON
				continue
			}
			ours, err := callback.Read(raw)
			if err != nil {
				t.Fatalf("%q: %v", raw, err)
			}
			want, _ := callback.Read(string(callback.ReplyXML(&head, plain[i], time.Unix(1700000000, 0))))
			if diff := cmp.Diff(names(want), names(ours)); diff != "" {
				t.Fatalf("%q: elements (-want +got):\n%s", raw, diff)
			}
			theirs, ok := oracle(raw)
			if !ok {
				t.Fatalf("encoding/xml does not read %q", raw)
			}
			if diff := cmp.Diff(theirs, ours); diff != "" {
				t.Fatalf("%q (-encoding/xml +callback):\n%s", raw, diff)
			}
			if len(s) < 100 && !strings.Contains(s, "\r") && isPlain(s) && !strings.Contains(unescaped(raw), s) {
				t.Fatalf("%q: %q is lost", raw, s)
			}
		}
	})
}

// unescaped is all text of a document.
func unescaped(src string) string {
	var all strings.Builder
	d := xml.NewDecoder(strings.NewReader(src))
	for {
		token, err := d.Token()
		if err != nil {
			return all.String()
		}
		if text, ok := token.(xml.CharData); ok {
			all.Write(text)
		}
	}
}
