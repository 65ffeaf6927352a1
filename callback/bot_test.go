package callback_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

var botKeys = callback.Keys{Token: token, EncodingAESKey: aesKey} // to nobody

// newBot is a handler for a smart bot.
func newBot(tb testing.TB, cfg callback.Config) (*callback.Handler, *errorLog) {
	tb.Helper()
	log := &errorLog{}
	cfg.Token, cfg.EncodingAESKey, cfg.Envelope, cfg.OnError = token, aesKey, callback.JSON, log.add
	h, err := callback.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return h, log
}

func envelopeJSON(s wecomcrypto.Sealed) string { return `{"encrypt":"` + s.Encrypt + `"}` }

func botMessage(tb testing.TB, plain string) *http.Request {
	s := seal(tb, botKeys, plain, now())
	return httptest.NewRequest("POST", target(s), strings.NewReader(envelopeJSON(s)))
}

// openJSON reads a reply as the vendor does.
func openJSON(tb testing.TB, k callback.Keys, w *httptest.ResponseRecorder) string {
	tb.Helper()
	var e struct {
		Encrypt, MsgSignature, Nonce string
		Timestamp                    int64
	}
	d := json.NewDecoder(w.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil || w.Code != 200 || d.More() {
		tb.Fatalf("%v: %s", err, dump(w))
	}
	if e.Nonce != nonce || time.Since(time.Unix(e.Timestamp, 0)).Abs() > time.Minute {
		tb.Errorf("nonce %q, timestamp %d", e.Nonce, e.Timestamp)
	}
	plain, err := codecFor(tb, k).Open(e.MsgSignature, fmt.Sprint(e.Timestamp), e.Nonce, e.Encrypt)
	if err != nil {
		tb.Error(err)
	}
	return string(plain)
}

// markJSON gives every leaf a value of its own.
func markJSON(v any, n *int, values map[string]string, name string) any {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			v[k] = markJSON(inner, n, values, k)
		}
	case []any:
		for i := range v {
			v[i] = markJSON(v[i], n, values, name)
		}
	case float64:
		*n++
		values[fmt.Sprint(7000+*n)] = name
		return 7000 + *n
	case string:
		if name == "msgtype" || name == "eventtype" {
			return v
		}
		*n++
		s := fmt.Sprintf("value <%d> 中文", *n)
		values[s] = name
		return s
	}
	return v
}

func TestBotSamplesLoseNothing(t *testing.T) {
	t.Parallel()
	types := map[string]bool{}
	for _, file := range files(t, "bot/*.json", 15) {
		var sample any
		if err := json.Unmarshal([]byte(read(t, file)), &sample); err != nil {
			t.Fatal(err)
		}
		n, values := 0, map[string]string{}
		plain, err := json.Marshal(markJSON(sample, &n, values, ""))
		if err != nil {
			t.Fatal(err)
		}
		m, err := callback.DecodeJSON(plain)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		name := strings.TrimPrefix(reflect.TypeOf(m).String(), "*callback.")
		types[name] = true
		if !regexp.MustCompile(`(?m)^//\t.* ` + name + `\b`).MatchString(read(t, "doc.go")) {
			t.Errorf("doc.go has no row for %s", name)
		}
		got := map[string]int{}
		leaves(reflect.ValueOf(m), got)
		for value, name := range values {
			if got[value] == 0 {
				t.Errorf("%s: %s is lost: %+v", file, name, m)
			}
		}
	}
	if len(types) != 10 || types["Unknown"] {
		t.Errorf("types %v", types)
	}
}

// TestBotVector is the reference's own vector.
func TestBotVector(t *testing.T) {
	t.Parallel()
	var got callback.Message
	h, log := newBot(t, callback.Config{Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) { got = m; return nil, nil }})
	h.SetSkew(100 * 365 * 24 * time.Hour)
	const body = `{"encrypt":"IcUfbvpKhaEdSeoj4fRoGJAxxTvlvPCzGMNa2JWPAd6y5O6FbJ+6eRaKmQZyHsR4YS+4njkEs+t6BOon2gq/vn7EzPDG476EAEw14VxNuHdCTdU/SlBtsZjbipB+TVVJEeL23jMWh6PTHHSkRv2aSnp91m/+cSbMGZUklz1pEo4lb3l6zjW0XPm6Q/v0MVuM88bIAYDCR6PptRFF7x4UzQ=="}`
	w := serve(h, httptest.NewRequest("POST", "/?msg_signature=b43d2bdb488096e5a1f3d2bb2a2ab765b5492905&timestamp=1700000002&nonce=n0nce", strings.NewReader(body)))
	want := &callback.BotText{BotHeader: callback.BotHeader{Header: callback.Header{ToUser: "AIBOT1", FromUser: "zhangsan", MsgID: "BOT-0001"}, ChatType: "single"}, Content: "hi"}
	if diff := cmp.Diff(callback.Message(want), got); diff != "" || w.Code != 200 {
		t.Errorf("%s, %v (-want +got):\n%s", dump(w), log.take(), diff)
	}
}

// TestBotUnknown: nothing authentic gets lost, and no reply of the bot itself is
// taken for a message.
func TestBotUnknown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		plain string
		want  callback.Message
		err   error
	}{
		{`{"msgid":"1","msgtype":"hologram"}`, &callback.Unknown{Header: callback.Header{MsgID: "1"}, MsgType: "hologram"}, nil},
		{`{"msgid":"1","msgtype":"event","event":{"eventtype":"new"}}`, &callback.Unknown{Header: callback.Header{MsgID: "1"}, MsgType: "event", Event: "new"}, nil},
		{`{"msgid":17,"aibotid":"A","msgtype":"text","text":"not an object"}`, &callback.Unknown{Header: callback.Header{ToUser: "A", MsgID: "17"}, MsgType: "text"}, nil},
		{`{"msgid":"1"`, &callback.Unknown{}, nil},
		{` {"msgid":"1"}x`, &callback.Unknown{}, nil},
		{`<xml><MsgType>hologram</MsgType></xml>`, &callback.Unknown{MsgType: "hologram"}, nil},
		{`4242424242`, nil, callback.ErrEcho},
		{`{"msgtype":"text","text":{"content":"同意"}}`, nil, callback.ErrReply},
		{`{"msgtype":"stream","stream":{"id":"S1","finish":false,"content":""}}`, nil, callback.ErrReply},
		{`{"response_type":"update_template_card","userids":["zhangsan"],"template_card":{}}`, nil, callback.ErrReply},
	} {
		got, err := callback.DecodeJSON([]byte(tt.plain))
		if u, ok := tt.want.(*callback.Unknown); ok {
			u.Raw = []byte(tt.plain)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v (-want +got):\n%s", tt.plain, err, diff)
		}
	}
	h, log := newBot(t, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) {
		return callback.TextReply("欢迎"), nil
	}})
	w := serve(h, botMessage(t, read(t, "testdata/bot/event-enter_chat.json")))
	var own struct {
		Encrypt, MsgSignature, Nonce string
		Timestamp                    json.Number
	}
	if err := json.NewDecoder(bytes.NewReader(w.Body.Bytes())).Decode(&own); err != nil {
		t.Fatal(err)
	}
	back := wecomcrypto.Sealed{Encrypt: own.Encrypt, MsgSignature: own.MsgSignature, Nonce: own.Nonce, Timestamp: own.Timestamp.String()}
	if w := serve(h, httptest.NewRequest("POST", target(back), strings.NewReader(envelopeJSON(back)))); w.Code != 400 {
		t.Errorf("the bot's own reply as a message: %s", dump(w))
	}
	if errs := log.take(); len(errs) != 1 || !errors.Is(errs[0], callback.ErrReply) {
		t.Errorf("refused for %v", errs)
	}
}

// TestBotPolls: each request for more of a stream wants an answer of its own; a
// message is handled once.
func TestBotPolls(t *testing.T) {
	t.Parallel()
	n := 0
	h, log := newBot(t, callback.Config{Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
		n++
		return callback.StreamReply{ID: "STREAM1", Content: fmt.Sprint("part ", n)}, nil
	}})
	poll, text := read(t, "testdata/bot/stream.json"), read(t, "testdata/bot/text.json")
	for i, tt := range []struct {
		r    *http.Request
		want string
	}{{botMessage(t, poll), "part 1"}, {botMessage(t, poll), "part 2"}, {botMessage(t, poll), "part 3"}, {botMessage(t, text), "part 4"}, {botMessage(t, text), "part 4"}} {
		if got := openJSON(t, botKeys, serve(h, tt.r)); !strings.Contains(got, tt.want) {
			t.Errorf("request %d: %s", i, got)
		}
	}
	// The same request again is a captured one.
	s := seal(t, botKeys, poll, now())
	for range 2 {
		got := openJSON(t, botKeys, serve(h, httptest.NewRequest("POST", target(s), strings.NewReader(envelopeJSON(s)))))
		if !strings.Contains(got, "part 5") {
			t.Error(got)
		}
	}
	if errs := log.take(); errs != nil {
		t.Error(errs)
	}
}

// TestBotPollsAreNotKept: WeCom asks again by itself.
func TestBotPollsAreNotKept(t *testing.T) {
	t.Parallel()
	box := newBox(t)
	h, _ := newBot(t, callback.Config{DeadLetters: box, Handle: func(context.Context, callback.Message) (callback.Reply, error) {
		return nil, errors.New("failed")
	}})
	for i, file := range []string{"stream", "text"} {
		if w := serve(h, botMessage(t, read(t, "testdata/bot/"+file+".json"))); w.Code != 500 || len(box.List()) != i {
			t.Errorf("%s: %s, %d letters", file, dump(w), len(box.List()))
		}
	}
	m, err := h.OpenLetter(box.List()[0])
	if text, ok := m.(*callback.BotText); !ok || err != nil || text.Content != "@bot hello" {
		t.Errorf("opened: %+v, %v", m, err)
	}
}
