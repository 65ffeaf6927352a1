package callback_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

const (
	token  = "SimToken2024"
	aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	corpID = "ww1234567890abcdef"
	nonce  = "1597314862"
)

var keys = callback.Keys{Token: token, EncodingAESKey: aesKey, ReceiverID: corpID}

func codecFor(tb testing.TB, k callback.Keys) *wecomcrypto.Codec {
	tb.Helper()
	c, err := wecomcrypto.New(k.Token, k.EncodingAESKey, k.ReceiverID)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// errorLog collects what OnError is told.
type errorLog struct {
	mu  sync.Mutex
	all []error
}

func (l *errorLog) add(_ *http.Request, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, err)
}

func (l *errorLog) take() []error {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.all
	l.all = nil
	return all
}

// newHandler completes cfg with the keys; a nil Handle echoes texts.
func newHandler(tb testing.TB, cfg callback.Config) (*callback.Handler, *errorLog) {
	tb.Helper()
	log := &errorLog{}
	cfg.Token, cfg.EncodingAESKey = token, aesKey
	if cfg.ReceiverID == "" {
		cfg.ReceiverID = corpID
	}
	if cfg.OnError == nil {
		cfg.OnError = log.add
	}
	if cfg.Handle == nil {
		cfg.Handle = func(_ context.Context, m callback.Message) (callback.Reply, error) {
			if m, ok := m.(*callback.Text); ok {
				return callback.TextReply("收到 " + m.Content), nil
			}
			return nil, nil
		}
	}
	h, err := callback.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return h, log
}

func textXML(msgID, content string) string {
	return "<xml><ToUserName><![CDATA[" + corpID + "]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName><CreateTime>1700000001</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[" +
		content + "]]></Content><MsgId>" + msgID + "</MsgId><AgentID>1000002</AgentID></xml>"
}

func eventXML(event, key string) string {
	return "<xml><ToUserName>" + corpID + "</ToUserName><FromUserName>zhangsan</FromUserName><CreateTime>1700000001</CreateTime><MsgType>event</MsgType><Event>" +
		event + "</Event><EventKey>" + key + "</EventKey><AgentID>1000002</AgentID></xml>"
}

func seal(tb testing.TB, k callback.Keys, plain, timestamp string) wecomcrypto.Sealed {
	tb.Helper()
	s, err := codecFor(tb, k).Seal([]byte(plain), timestamp, nonce)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// now has ten digits in a synctest bubble too, whose clock begins in 2000.
func now() string { return fmt.Sprintf("%010d", time.Now().Unix()) }

func target(s wecomcrypto.Sealed, more ...string) string {
	q := url.Values{"msg_signature": {s.MsgSignature}, "timestamp": {s.Timestamp}, "nonce": {s.Nonce}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return "/wechat/entry/?" + q.Encode()
}

func envelopeXML(s wecomcrypto.Sealed) string {
	return "<xml><ToUserName><![CDATA[" + corpID + "]]></ToUserName><Encrypt><![CDATA[" + s.Encrypt + "]]></Encrypt><AgentID><![CDATA[1000002]]></AgentID></xml>"
}

// message is a delivery of plain, encrypted anew each time.
func message(tb testing.TB, plain string) *http.Request {
	return messageBy(tb, keys, plain)
}

// messageBy is a delivery to the receiver of k.
func messageBy(tb testing.TB, k callback.Keys, plain string) *http.Request {
	plain = strings.ReplaceAll(plain, corpID, k.ReceiverID)
	s := seal(tb, k, plain, now())
	return httptest.NewRequest("POST", target(s), strings.NewReader(envelopeXML(s)))
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// openReply reads a passive reply as the vendor does: with encoding/xml, and
// the signature checked. An empty body is "".
func openReply(tb testing.TB, k callback.Keys, w *httptest.ResponseRecorder) string {
	tb.Helper()
	if w.Code != http.StatusOK {
		tb.Errorf("status %d: %s", w.Code, w.Body)
		return ""
	}
	if w.Body.Len() == 0 {
		return ""
	}
	var e struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
	if err := xml.Unmarshal(w.Body.Bytes(), &e); err != nil {
		tb.Errorf("reply %s: %v", w.Body, err)
		return ""
	}
	plain, err := codecFor(tb, k).Open(e.MsgSignature, e.TimeStamp, e.Nonce, e.Encrypt)
	if err != nil {
		tb.Error(err)
	}
	return string(plain)
}

// replyText is the text of a passive reply.
func replyText(tb testing.TB, w *httptest.ResponseRecorder) string {
	tb.Helper()
	plain := openReply(tb, keys, w)
	if plain == "" {
		return ""
	}
	var r struct{ ToUserName, FromUserName, CreateTime, MsgType, Content string }
	if err := xml.Unmarshal([]byte(plain), &r); err != nil {
		tb.Errorf("reply %s: %v", plain, err)
	}
	if r.ToUserName != "zhangsan" || r.FromUserName != corpID || r.MsgType != "text" || r.CreateTime == "" {
		tb.Errorf("reply is addressed wrongly: %s", plain)
	}
	return r.Content
}

func dump(w *httptest.ResponseRecorder) string {
	return fmt.Sprintf("%d %v %q", w.Code, w.Result().Header, w.Body)
}
