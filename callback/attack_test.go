package callback_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

// TestAttacks: every kind of bad request is refused for its own reason, and
// the peer cannot tell which.
func TestAttacks(t *testing.T) {
	t.Parallel()
	var handled atomic.Int32
	h, log := newHandler(t, callback.Config{
		AgentIDs: []int{1000002},
		Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			handled.Add(1)
			return nil, nil
		},
	})
	good := seal(t, keys, textXML("1", "TY 1_1"), now())
	post := func(target, body string) func() *http.Request {
		return func() *http.Request { return httptest.NewRequest("POST", target, strings.NewReader(body)) }
	}
	get := func(target string) func() *http.Request {
		return func() *http.Request { return httptest.NewRequest("GET", target, nil) }
	}
	resigned := func(edit func(*wecomcrypto.Sealed)) wecomcrypto.Sealed {
		s := good
		edit(&s)
		s.MsgSignature = codecFor(t, keys).Sign(s.Timestamp, s.Nonce, s.Encrypt)
		return s
	}
	old := seal(t, keys, textXML("1", "TY 1_1"), strconv.FormatInt(time.Now().Add(-6*time.Minute).Unix(), 10))
	future := seal(t, keys, textXML("1", "TY 1_1"), strconv.FormatInt(time.Now().Add(6*time.Minute).Unix(), 10))
	foreign := keys
	foreign.ReceiverID = "ww0000000000000000"
	stranger := seal(t, foreign, textXML("1", "TY 1_1"), now())
	otherToken := keys
	otherToken.Token = "another"
	otherKey := keys
	otherKey.EncodingAESKey = "FTAEncodingAESKeyFTAEncodingAESKey923456781"
	otherAgent := seal(t, keys, strings.ReplaceAll(textXML("1", "TY 1_1"), "1000002", "1000003"), now())
	cut := resigned(func(s *wecomcrypto.Sealed) { s.Encrypt = s.Encrypt[:64] })
	flipped := resigned(func(s *wecomcrypto.Sealed) {
		s.Encrypt = s.Encrypt[:40] + "AAAA" + s.Encrypt[44:len(s.Encrypt)-8] + "AAAAAAA="
	})
	// The joined text of the signature stays the same when digits move from one
	// field to the other.
	moved := good
	moved.Timestamp, moved.Nonce = good.Timestamp[:9], good.Timestamp[9:]+good.Nonce
	capturedPost := seal(t, keys, textXML("1", "TY 1_1"), now())
	body := envelopeXML(good)

	for _, tt := range []struct {
		name string
		req  func() *http.Request
		want error
	}{
		{"declared length over the limit", func() *http.Request {
			r := httptest.NewRequest("POST", target(good), strings.NewReader(body))
			r.ContentLength = 1<<20 + 1
			return r
		}, callback.ErrTooLarge},
		{"chunked body over the limit", func() *http.Request {
			r := httptest.NewRequest("POST", target(good), io.MultiReader(strings.NewReader(body), bytes.NewReader(make([]byte, 1<<20))))
			r.ContentLength = -1
			return r
		}, callback.ErrTooLarge},
		{"body that breaks off", func() *http.Request {
			return httptest.NewRequest("POST", target(good), io.MultiReader(strings.NewReader(body[:50]), failingReader{}))
		}, callback.ErrBody},
		{"no query", post("/", body), callback.ErrQuery},
		{"no signature", post(target(good, "msg_signature", ""), body), callback.ErrQuery},
		{"no timestamp", post(target(good, "timestamp", ""), body), callback.ErrQuery},
		{"no nonce", post(target(good, "nonce", ""), body), callback.ErrQuery},
		{"two nonces", post(target(good)+"&nonce=1", body), callback.ErrQuery},
		{"broken percent sign", post(target(good, "nonce", "")+"&nonce=%zz", body), callback.ErrQuery},
		{"query without end", post(target(good, "x", strings.Repeat("x", 9000)), body), callback.ErrQuery},
		{"get without echostr", get(target(good)), callback.ErrQuery},
		{"empty body", post(target(good), ""), callback.ErrEnvelope},
		{"not XML", post(target(good), "hello"), callback.ErrEnvelope},
		{"JSON", post(target(good), `{"encrypt":"`+good.Encrypt+`"}`), callback.ErrEnvelope},
		{"plaintext message", post(target(good), textXML("1", "TY 1_1")), callback.ErrEnvelope},
		{"two Encrypt", post(target(good), strings.Replace(body, "</xml>", "<Encrypt>x</Encrypt></xml>", 1)), callback.ErrEnvelope},
		{"second document", post(target(good), body+body), callback.ErrEnvelope},
		{"text behind", post(target(good), body+"x"), callback.ErrEnvelope},
		{"DOCTYPE", post(target(good), "<!DOCTYPE xml>"+body), callback.ErrEnvelope},
		{"entity bomb", post(target(good), `<!DOCTYPE x [<!ENTITY a "aaaa">]>`+body), callback.ErrEnvelope},
		{"namespace", post(target(good), strings.ReplaceAll(body, "Encrypt>", "x:Encrypt>")), callback.ErrEnvelope},
		{"attribute", post(target(good), strings.Replace(body, "<Encrypt>", `<Encrypt a="b">`, 1)), callback.ErrEnvelope},
		{"comment", post(target(good), strings.Replace(body, "<Encrypt>", "<!-- --><Encrypt>", 1)), callback.ErrEnvelope},
		{"nested Encrypt", post(target(good), strings.NewReplacer("<Encrypt>", "<a><Encrypt>", "</Encrypt>", "</Encrypt></a>").Replace(body)), callback.ErrEnvelope},
		{"element inside Encrypt", post(target(good), strings.Replace(body, "</Encrypt>", "<b></b></Encrypt>", 1)), callback.ErrEnvelope},
		{"two sections in Encrypt", post(target(good), strings.Replace(body, "]]></Encrypt>", "]]><![CDATA[]]></Encrypt>", 1)), callback.ErrEnvelope},
		{"element with children", post(target(good), strings.Replace(body, "<Encrypt>", "<a><b/></a><Encrypt>", 1)), callback.ErrEnvelope},
		{"prefixed element", post(target(good), strings.Replace(body, "<Encrypt>", "<x:a/><Encrypt>", 1)), callback.ErrEnvelope},
		{"empty element with an attribute", post(target(good), strings.Replace(body, "<Encrypt>", `<a b="c"/><Encrypt>`, 1)), callback.ErrEnvelope},
		{"text beside Encrypt", post(target(good), strings.Replace(body, "<Encrypt>", "x<Encrypt>", 1)), callback.ErrEnvelope},
		{"section beside Encrypt", post(target(good), strings.Replace(body, "<Encrypt>", "<![CDATA[ ]]><Encrypt>", 1)), callback.ErrEnvelope},
		{"space in the end tag", post(target(good), strings.Replace(body, "</Encrypt>", "</Encrypt >", 1)), callback.ErrEnvelope},
		{"declaration", post(target(good), `<?xml version="1.0"?>`+body), callback.ErrEnvelope},
		{"seventeen elements", post(target(good), strings.Replace(body, "<Encrypt>", strings.Repeat("<a/>", 14)+"<Encrypt>", 1)), callback.ErrEnvelope},
		{"never closed", post(target(good), strings.TrimSuffix(body, "</xml>")), callback.ErrEnvelope},
		{"old", post(target(old), envelopeXML(old)), callback.ErrStale},
		{"from the future", post(target(future), envelopeXML(future)), callback.ErrStale},
		{"timestamp is a word", post(target(good, "timestamp", "yesterday!"), body), callback.ErrStale},
		{"timestamp with a leading zero", post(target(good, "timestamp", "0"+good.Timestamp), body), callback.ErrStale},
		{"signed timestamp", post(target(good, "timestamp", "+"+good.Timestamp), body), callback.ErrStale},
		{"digit moved from timestamp to nonce", post(target(moved), body), callback.ErrStale},
		{"wrong signature", post(target(good, "msg_signature", strings.Repeat("0", 40)), body), wecomcrypto.ErrSignature},
		{"signature in capitals", post(target(good, "msg_signature", strings.ToUpper(good.MsgSignature)), body), wecomcrypto.ErrSignature},
		{"changed nonce", post(target(good, "nonce", "1"), body), wecomcrypto.ErrSignature},
		{"another token", func() *http.Request { return messageBy(t, otherToken, textXML("1", "TY 1_1")) }, wecomcrypto.ErrSignature},
		{"another key", func() *http.Request { return messageBy(t, otherKey, textXML("1", "TY 1_1")) }, wecomcrypto.ErrCiphertext},
		{"not base64", post(target(resigned(func(s *wecomcrypto.Sealed) { s.Encrypt = "!" })), strings.Replace(body, good.Encrypt, "!", 1)), wecomcrypto.ErrCiphertext},
		{"cut ciphertext", post(target(cut), envelopeXML(cut)), wecomcrypto.ErrCiphertext},
		{"changed ciphertext", post(target(flipped), envelopeXML(flipped)), wecomcrypto.ErrCiphertext},
		{"another company", post(target(stranger), envelopeXML(stranger)), wecomcrypto.ErrReceiver},
		{"another app", post(target(otherAgent), envelopeXML(otherAgent)), callback.ErrAgent},
		{"own reply as a message", func() *http.Request {
			reply := `<xml><ToUserName><![CDATA[zhangsan]]></ToUserName><FromUserName><![CDATA[` + corpID + `]]></FromUserName><CreateTime>` + now() +
				`</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[TY 1_1]]></Content></xml>`
			s := seal(t, keys, reply, now())
			return httptest.NewRequest("POST", target(s), strings.NewReader(envelopeXML(s)))
		}, callback.ErrReply},
		{"captured URL check as a message", func() *http.Request { return message(t, "4242424242424242424") }, callback.ErrEcho},
		{"old message with timestamp and nonce exchanged", func() *http.Request {
			made := time.Now().Add(-time.Hour)
			plain := strings.Replace(textXML("1", "TY 1_1"), "1700000001", fmt.Sprint(made.Unix()), 1)
			s, err := codecFor(t, keys).Seal([]byte(plain), fmt.Sprint(made.Unix()), now()) // the nonce happens to be now
			if err != nil {
				t.Fatal(err)
			}
			s.Timestamp, s.Nonce = s.Nonce, s.Timestamp
			return httptest.NewRequest("POST", target(s), strings.NewReader(envelopeXML(s)))
		}, callback.ErrStale},
		{"old URL check", func() *http.Request {
			s := seal(t, keys, "4242", fmt.Sprint(time.Now().Add(-6*time.Minute).Unix()))
			return httptest.NewRequest("GET", target(s, "echostr", s.Encrypt), nil)
		}, callback.ErrStale},
		{"captured message as a URL check", get(target(capturedPost, "echostr", capturedPost.Encrypt)), callback.ErrEcho},
	} {
		req := tt.req()
		w := serve(h, req)
		if got, want := dump(w), `400 map[Connection:[close] Content-Type:[text/plain; charset=utf-8] X-Content-Type-Options:[nosniff]] "bad request\n"`; got != want {
			t.Errorf("%s: answered %s, want %s", tt.name, got, want)
		}
		errs := log.take()
		if len(errs) != 1 || !errors.Is(errs[0], tt.want) {
			t.Errorf("%s: refused for %v, want %v", tt.name, errs, tt.want)
			continue
		}
		for _, secret := range []string{token, aesKey, good.MsgSignature, "TY 1_1", good.Encrypt[:20]} {
			if strings.Contains(fmt.Sprintf("%+v", errs[0]), secret) {
				t.Errorf("%s: the error tells a secret: %v", tt.name, errs[0])
			}
		}
	}
	if n := handled.Load(); n != 0 {
		t.Errorf("%d attacks reached the handler", n)
	}
	sixteen := strings.Replace(body, "<Encrypt>", strings.Repeat("<a/>", 13)+"<Encrypt>", 1)
	if w := serve(h, httptest.NewRequest("POST", target(good), strings.NewReader(sixteen))); w.Code != 200 || handled.Load() != 1 {
		t.Errorf("the genuine message got %d, handled %d times", w.Code, handled.Load())
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

// TestAgents: messages that name no app are accepted beside those of the listed.
func TestAgents(t *testing.T) {
	t.Parallel()
	ids := []int{1000002, 1000004}
	h, _ := newHandler(t, callback.Config{AgentIDs: ids})
	ids[0] = 1000003 // the handler has a copy
	for agent, want := range map[string]int{
		"<AgentID>1000002</AgentID>": 200, "<AgentID>1000004</AgentID>": 200, "<AgentID></AgentID>": 200, "": 200,
		"<AgentID>1000003</AgentID>": 400, "<AgentID>-1</AgentID>": 400, "<AgentID>1000002x</AgentID>": 400,
	} {
		plain := strings.Replace(textXML(fmt.Sprint(len(agent), want), "x"), "<AgentID>1000002</AgentID>", agent, 1)
		if w := serve(h, message(t, plain)); w.Code != want {
			t.Errorf("%s: %d, want %d", agent, w.Code, want)
		}
	}
}

// TestLateMessage: a message that was made long ago and is delivered now, with
// a timestamp of now, is late, not false.
func TestLateMessage(t *testing.T) {
	t.Parallel()
	h, _ := newHandler(t, callback.Config{})
	plain := strings.Replace(textXML("1", "x"), "1700000001", fmt.Sprint(time.Now().Add(-time.Hour).Unix()), 1)
	if got := replyText(t, serve(h, message(t, plain))); got != "收到 x" {
		t.Errorf("reply %q", got)
	}
}

// TestEnvelopeMemory: what anybody may send does not grow in memory.
func TestEnvelopeMemory(t *testing.T) {
	body := "<a>" + strings.Repeat("<b/>", 1<<18-2) + "</a>"
	if n := testing.AllocsPerRun(10, func() {
		if _, err := callback.ReadEnvelope(body); err == nil {
			t.Error("accepted")
		}
	}); n > 4 {
		t.Errorf("%v allocations for an envelope of a quarter of a million elements", n)
	}
}

// TestRefusalsOnTheWire compares whole answers of a real server, where
// net/http adds headers of its own, and sends a body of 64 MiB.
func TestRefusalsOnTheWire(t *testing.T) {
	t.Parallel()
	h, _ := newHandler(t, callback.Config{OnError: func(*http.Request, error) {}})
	srv := httptest.NewServer(h)
	defer srv.Close()
	good := seal(t, keys, textXML("1", "x"), now())
	var read atomic.Int64
	huge := io.LimitReader(countingReader{&read}, 64<<20)
	for name, body := range map[string]io.Reader{
		"small": strings.NewReader("x"), "empty": http.NoBody, "half a MiB": bytes.NewReader(make([]byte, 1<<19)), "64 MiB": huge,
	} {
		req, err := http.NewRequest("POST", srv.URL+target(good), body)
		if err != nil {
			t.Fatal(err)
		}
		if name == "64 MiB" {
			req.ContentLength = 64 << 20
		}
		resp, err := srv.Client().Do(req)
		if err != nil {
			// The server may close before the client has read the answer.
			if name != "64 MiB" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		got, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		resp.Header.Del("Date")
		if s := fmt.Sprintf("%d %v %v %q", resp.StatusCode, resp.Close, resp.Header, got); s != `400 true map[Content-Length:[12] Content-Type:[text/plain; charset=utf-8] X-Content-Type-Options:[nosniff]] "bad request\n"` {
			t.Errorf("%s: answered %s", name, s)
		}
	}
	// What was sent before the connection closed lies in socket buffers; the
	// server has not asked for it.
	if n := read.Load(); n > 16<<20 {
		t.Errorf("%d bytes of a 64 MiB body were sent", n)
	}
}

type countingReader struct{ n *atomic.Int64 }

func (r countingReader) Read(p []byte) (int, error) {
	clear(p)
	r.n.Add(int64(len(p)))
	return len(p), nil
}

func TestBodyIsNotRead(t *testing.T) {
	t.Parallel()
	h, _ := newHandler(t, callback.Config{})
	for _, declared := range []int64{64 << 20, -1} {
		var read atomic.Int64
		r := httptest.NewRequest("POST", target(seal(t, keys, "x", now())), io.LimitReader(countingReader{&read}, 64<<20))
		r.ContentLength = declared
		if w := serve(h, r); w.Code != 400 {
			t.Errorf("status %d", w.Code)
		}
		if limit := int64(3 << 20); read.Load() > limit || declared > 0 && read.Load() != 0 {
			t.Errorf("declared %d: %d bytes read", declared, read.Load())
		}
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	h, log := newHandler(t, callback.Config{})
	for _, method := range []string{"HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get"} {
		w := serve(h, httptest.NewRequest(method, target(seal(t, keys, "1", now())), nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, POST" {
			t.Errorf("%s: %s", method, dump(w))
		}
		if errs := log.take(); len(errs) != 1 || !errors.Is(errs[0], callback.ErrMethod) {
			t.Errorf("%s: %v", method, errs)
		}
	}
}

// TestEcho: the URL check, with the traps of URL decoding.
func TestEcho(t *testing.T) {
	t.Parallel()
	h, _ := newHandler(t, callback.Config{})
	for _, tt := range []struct {
		echo string
		code int
	}{
		{"4242424242424242424", 200},
		{"ECHO", 200},
		{"949665310201829558484+/=-_", 200},
		{strings.Repeat("7", 64), 200},
		{strings.Repeat("7", 65), 400},
		{"", 400},
		{"<xml/>", 400},
		{`{"a":1}`, 400},
		{"12 34", 400},
		{"12\n", 400},
		{"中文", 400},
	} {
		s := seal(t, keys, tt.echo, now())
		encoded := target(s, "echostr", s.Encrypt)
		plus := target(s) + "&echostr=" + strings.NewReplacer("/", "%2F", "=", "%3D").Replace(s.Encrypt)
		extra := encoded + "&app=1&echostring=2&utm_source=x"
		for _, u := range []string{encoded, plus, extra} {
			w := serve(h, httptest.NewRequest("GET", u, nil))
			if w.Code != tt.code || tt.code == 200 && w.Body.String() != tt.echo {
				t.Errorf("echo %q: %s", tt.echo, dump(w))
			}
		}
		if twice := strings.Replace(encoded, "echostr="+url.QueryEscape(s.Encrypt), "echostr="+url.QueryEscape(url.QueryEscape(s.Encrypt)), 1); twice != encoded {
			if w := serve(h, httptest.NewRequest("GET", twice, nil)); w.Code != 400 {
				t.Errorf("echostr encoded twice: %d", w.Code)
			}
		}
	}
}
