package callback_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

// TestJSONAttacks: the border is as strict as that of XML.
func TestJSONAttacks(t *testing.T) {
	t.Parallel()
	handled := 0
	h, log := newBot(t, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) {
		handled++
		return nil, nil
	}})
	good := seal(t, botKeys, read(t, "testdata/bot/text.json"), now())
	old := seal(t, botKeys, "{}", fmt.Sprint(time.Now().Add(-6*time.Minute).Unix()))
	foreign := seal(t, keys, `{"msgid":"1"}`, now())
	body := envelopeJSON(good)
	edit := func(from, to string) string { return strings.Replace(body, from, to, 1) }
	for _, tt := range []struct {
		name, target, body string
		want               error
	}{
		{"empty", target(good), "", callback.ErrEnvelope},
		{"XML", target(good), envelopeXML(good), callback.ErrEnvelope},
		{"plaintext", target(good), `{"msgtype":"text"}`, callback.ErrEnvelope},
		{"no member", target(good), "{}", callback.ErrEnvelope},
		{"null", target(good), "null", callback.ErrEnvelope},
		{"list", target(good), "[" + body + "]", callback.ErrEnvelope},
		{"string", target(good), `"encrypt"`, callback.ErrEnvelope},
		{"two encrypt", target(good), edit("{", `{"encrypt":"x",`), callback.ErrEnvelope},
		{"two encrypt, the second other", target(good), edit("}", `,"encrypt":"x"}`), callback.ErrEnvelope},
		{"two others", target(good), edit("{", `{"a":"x","a":"x",`), callback.ErrEnvelope},
		{"capital name", target(good), edit(`"encrypt"`, `"Encrypt"`), callback.ErrEnvelope},
		{"capital name beside", target(good), edit("{", `{"ENCRYPT":"x",`), callback.ErrEnvelope},
		{"escaped name", target(good), edit(`"encrypt"`, `"\u0065ncrypt"`), callback.ErrEnvelope},
		{"escaped name beside", target(good), edit("{", `{"\u0065ncrypt":"x",`), callback.ErrEnvelope},
		{"nested object", target(good), edit("{", `{"a":{},`), callback.ErrEnvelope},
		{"nested list", target(good), edit("{", `{"a":[],`), callback.ErrEnvelope},
		{"nested encrypt", target(good), `{"a":` + body + `}`, callback.ErrEnvelope},
		{"encrypt is a number", target(good), `{"encrypt":1}`, callback.ErrEnvelope},
		{"encrypt is null", target(good), `{"encrypt":null}`, callback.ErrEnvelope},
		{"encrypt is empty", target(good), `{"encrypt":""}`, callback.ErrEnvelope},
		{"second document", target(good), body + body, callback.ErrEnvelope},
		{"text behind", target(good), body + "x", callback.ErrEnvelope},
		{"text in front", target(good), "x" + body, callback.ErrEnvelope},
		{"BOM", target(good), "\ufeff" + body, callback.ErrEnvelope},
		{"never closed", target(good), strings.TrimSuffix(body, "}"), callback.ErrEnvelope},
		{"comma at the end", target(good), edit("}", ",}"), callback.ErrEnvelope},
		{"comma in front", target(good), edit("{", "{,"), callback.ErrEnvelope},
		{"no comma", target(good), edit("{", `{"a":1 `), callback.ErrEnvelope},
		{"no colon", target(good), edit(":", " "), callback.ErrEnvelope},
		{"single quotes", target(good), strings.ReplaceAll(body, `"`, "'"), callback.ErrEnvelope},
		{"comment", target(good), edit("{", "{/**/"), callback.ErrEnvelope},
		{"control character", target(good), edit("{", "{\"a\":\"\x01\","), callback.ErrEnvelope},
		{"not UTF-8", target(good), edit("{", "{\"a\":\"\xff\","), callback.ErrEnvelope},
		{"wrong escape", target(good), edit("{", `{"a":"\q",`), callback.ErrEnvelope},
		{"word", target(good), edit("{", `{"a":nul,`), callback.ErrEnvelope},
		{"number with a zero", target(good), edit("{", `{"a":01,`), callback.ErrEnvelope},
		{"seventeen members", target(good), edit("{", "{"+manyMembers(16)), callback.ErrEnvelope},
		{"old", target(old), envelopeJSON(old), callback.ErrStale},
		{"wrong signature", target(good, "msg_signature", strings.Repeat("0", 40)), body, wecomcrypto.ErrSignature},
		{"another receiver", target(foreign), envelopeJSON(foreign), wecomcrypto.ErrReceiver},
	} {
		w := serve(h, httptest.NewRequest("POST", tt.target, strings.NewReader(tt.body)))
		if got, want := dump(w), `400 map[Connection:[close] Content-Type:[text/plain; charset=utf-8] X-Content-Type-Options:[nosniff]] "bad request\n"`; got != want {
			t.Errorf("%s: answered %s, want %s", tt.name, got, want)
		}
		if errs := log.take(); len(errs) != 1 || !errors.Is(errs[0], tt.want) {
			t.Errorf("%s: refused for %v, want %v", tt.name, errs, tt.want)
		}
	}
	if handled != 0 {
		t.Errorf("%d attacks reached the handler", handled)
	}
	for i, tt := range []string{
		body, " \r\n\t" + body + " \n", edit("{", "{"+manyMembers(15)),
		edit("{", `{ "tousername" : "ww1" , "agentid":"1000002","timestamp":1.5e3,"x":null,"y":true,"z":"a\"\\\/\u4e2d" , `),
		`{"encrypt":"` + strings.NewReplacer("/", `\/`, "+", `\u002B`).Replace(good.Encrypt) + `"}`,
	} {
		if w := serve(h, httptest.NewRequest("POST", target(good), strings.NewReader(tt))); w.Code != 200 || handled != 1 {
			t.Errorf("genuine message %d: %s, handled %d times, %v", i, dump(w), handled, log.take())
		}
	}
}

func manyMembers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"m%d":0,`, i)
	}
	return b.String()
}

// TestJSONEnvelopeMemory: what anybody may send does not grow in memory.
func TestJSONEnvelopeMemory(t *testing.T) {
	body := "{" + manyMembers(1<<16) + `"encrypt":"x"}`
	if n := testing.AllocsPerRun(10, func() {
		if _, err := callback.JSONEnvelope(body); err == nil {
			t.Error("accepted")
		}
	}); n > 40 { // a few for each of the sixteen members that are read
		t.Errorf("%v allocations for an envelope of 65536 members", n)
	}
}

// TestEnvelopesAreNotMixed: an address has one envelope, whatever a request
// says of itself.
func TestEnvelopesAreNotMixed(t *testing.T) {
	t.Parallel()
	handle := func(context.Context, callback.Message) (callback.Reply, error) { return nil, nil }
	s := seal(t, botKeys, `{"msgid":"1","aibotid":"A","msgtype":"text","text":{"content":"x"}}`, now())
	for name, tt := range map[string]struct {
		envelope callback.Envelope
		body     string
		code     int
	}{
		"XML to XML":   {callback.XML, envelopeXML(s), 200},
		"JSON to XML":  {callback.XML, envelopeJSON(s), 400},
		"XML to JSON":  {callback.JSON, envelopeXML(s), 400},
		"JSON to JSON": {callback.JSON, envelopeJSON(s), 200},
	} {
		for _, contentType := range []string{"", "text/xml", "application/json"} {
			h, err := callback.New(callback.Config{Token: token, EncodingAESKey: aesKey, Envelope: tt.envelope, Handle: handle, OnError: func(*http.Request, error) {}})
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest("POST", target(s), strings.NewReader(tt.body))
			r.Header.Set("Content-Type", contentType)
			if w := serve(h, r); w.Code != tt.code {
				t.Errorf("%s as %q: %d, want %d", name, contentType, w.Code, tt.code)
			}
		}
	}
	if _, err := callback.New(callback.Config{Token: token, EncodingAESKey: aesKey, Envelope: 2, Handle: handle}); err == nil {
		t.Error("New takes an envelope that there is not")
	}
}

// TestAppJSON: an app in JSON gets the types of the XML, and replies in the
// names of the XML.
func TestAppJSON(t *testing.T) {
	t.Parallel()
	var got callback.Message
	var reply callback.Reply
	h, log := newHandler(t, callback.Config{Envelope: callback.JSON, Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
		got = m
		return reply, nil
	}})
	const head = `"ToUserName":"ww1234567890abcdef","FromUserName":"zhangsan","CreateTime":1700000001,"AgentID":1000002`
	for _, tt := range []struct {
		plain     string
		want      callback.Message
		reply     callback.Reply
		wantReply string
	}{
		{`{` + head + `,"MsgType":"text","Content":"<a> & ]]> 中","MsgId":4561255354251345929}`, &callback.Text{Header: header("4561255354251345929", 1), Content: "<a> & ]]> 中"},
			callback.TextReply("收到 <b>"), `{"Content":"收到 <b>","CreateTime":T,"FromUserName":"ww1234567890abcdef","MsgType":"text","ToUserName":"zhangsan"}`},
		{`{` + head + `,"MsgType":"event","Event":"template_card_event","EventKey":"k","SelectedItems":{"SelectedItem":[{"QuestionKey":"q","OptionIds":{"OptionId":["a","b"]}}]}}`,
			&callback.CardEvent{Header: header("", 1), Key: "k", Selected: []callback.Selected{{QuestionKey: "q", OptionIDs: []string{"a", "b"}}}}, callback.UpdateButton("好"),
			`{"Button":{"ReplaceName":"好"},"CreateTime":T,"FromUserName":"ww1234567890abcdef","MsgType":"update_button","ToUserName":"zhangsan"}`},
		{`{` + head + `,"MsgType":"event","Event":"view","EventKey":"u"}`, &callback.MenuView{Header: header("", 1), URL: "u"}, callback.NewsReply{{Title: "1", URL: "https://a"}},
			`{"ArticleCount":1,"Articles":{"item":[{"Description":"","PicUrl":"","Title":"1","Url":"https://a"}]},"CreateTime":T,"FromUserName":"ww1234567890abcdef","MsgType":"news","ToUserName":"zhangsan"}`},
	} {
		reply = tt.reply
		s := seal(t, keys, tt.plain, now())
		out := openJSON(t, keys, serve(h, httptest.NewRequest("POST", target(s), strings.NewReader(envelopeJSON(s)))))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		var made struct{ CreateTime json.Number }
		if err := json.Unmarshal([]byte(out), &made); err != nil || len(made.CreateTime) != 10 {
			t.Errorf("%v: %s", err, out)
		}
		if diff := cmp.Diff(tt.wantReply, strings.Replace(out, string(made.CreateTime), "T", 1)); diff != "" {
			t.Errorf("reply (-want +got):\n%s", diff)
		}
	}
	// Its own reply, sent back, is no message.
	s := seal(t, keys, `{"ToUserName":"zhangsan","FromUserName":"ww1234567890abcdef","CreateTime":1,"MsgType":"text","Content":"同意"}`, now())
	if w := serve(h, httptest.NewRequest("POST", target(s), strings.NewReader(envelopeJSON(s)))); w.Code != 400 {
		t.Error(dump(w))
	}
	if errs := log.take(); len(errs) != 1 || !errors.Is(errs[0], callback.ErrReply) {
		t.Errorf("refused for %v", errs)
	}
	for _, odd := range []string{
		`{"ToUserName":"a","<b>":1}`, `{"ToUserName":"a","":1}`, `{"ToUserName":"a","1":1}`, `{"ToUserName":"a","b c":1}`,
		`{"ToUserName":"a","d":` + strings.Repeat(`{"d":`, 20) + "1" + strings.Repeat("}", 20) + `}`,
		`{"ToUserName":"a","d":` + strings.Repeat(`[`, 20) + "1" + strings.Repeat("]", 20) + `}`,
	} {
		m, err := callback.DecodeJSON([]byte(odd))
		if diff := cmp.Diff(callback.Message(&callback.Unknown{Raw: []byte(odd)}), m); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", odd, err, diff)
		}
	}
}
