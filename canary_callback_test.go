package wecom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

const canaryXML = "<xml><ToUserName>" + corpID + "</ToUserName><FromUserName>zhangsan</FromUserName><CreateTime>1700000000</CreateTime>" +
	"<MsgType>text</MsgType><Content>" + canaryPlain + "</Content><MsgId>1</MsgId><AgentID>1000002</AgentID></xml>"

// sealedRequest is a delivery of plain, as the vendor makes it.
func sealedRequest(t *testing.T, e *evidence, plain string, change func(*wecomcrypto.Sealed)) *http.Request {
	t.Helper()
	c := canaryCodec(t, corpID)
	s, err := c.Seal([]byte(plain), strconv.FormatInt(time.Now().Unix(), 10), "88112233")
	if err != nil {
		t.Fatal(err)
	}
	e.secret("the right signature", s.MsgSignature)
	if change != nil {
		change(&s)
		e.secret("the right signature of what came", c.Sign(s.Timestamp, s.Nonce, s.Encrypt))
	}
	q := url.Values{"msg_signature": {s.MsgSignature}, "timestamp": {s.Timestamp}, "nonce": {s.Nonce}}
	return httptest.NewRequest(http.MethodPost, "/wechat/entry/?"+q.Encode(),
		strings.NewReader("<xml><ToUserName>"+corpID+"</ToUserName><Encrypt>"+s.Encrypt+"</Encrypt><AgentID>1000002</AgentID></xml>"))
}

func canaryHandler(t *testing.T, e *evidence, change func(*callback.Config)) *callback.Handler {
	t.Helper()
	cfg := callback.Config{
		Token: canaryToken, EncodingAESKey: canaryAESKey, ReceiverID: corpID,
		Handle: func(context.Context, callback.Message) (callback.Reply, error) { return nil, nil },
		OnError: func(_ *http.Request, err error) {
			e.err(err)
		},
	}
	if change != nil {
		change(&cfg)
	}
	h, err := callback.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// deliverMode delivers a message in one way to a handler in one way.
func deliverMode(name string, status int, change func(*wecomcrypto.Sealed), config func(*callback.Config)) failureMode {
	return failureMode{name, func(t *testing.T, e *evidence) {
		r := sealedRequest(t, e, canaryXML, change)
		if resp := e.serve(canaryHandler(t, e, config), r); resp.StatusCode != status {
			t.Errorf("HTTP %d, want %d", resp.StatusCode, status)
		}
	}}
}

func handling(f func(m callback.Message) (callback.Reply, error)) func(*callback.Config) {
	return func(cfg *callback.Config) {
		cfg.Handle = func(_ context.Context, m callback.Message) (callback.Reply, error) { return f(m) }
	}
}

// awayStore is a duplicate store that is not there.
type awayStore struct{ panics bool }

func (s awayStore) Begin(context.Context, string, time.Duration) (bool, bool, []byte, error) {
	if s.panics {
		panic("no store")
	}
	return false, false, nil, errors.New("connection refused")
}
func (awayStore) Done(context.Context, string, []byte, time.Duration) error { return nil }
func (awayStore) Fail(context.Context, string) error                        { return nil }

var callbackModes = []failureMode{
	deliverMode("a forged delivery", 400, func(s *wecomcrypto.Sealed) { s.MsgSignature = strings.Repeat("0", 40) }, nil),
	deliverMode("a stale delivery", 400, func(s *wecomcrypto.Sealed) { s.Timestamp = "1700000000" }, nil),
	deliverMode("a delivery whose ciphertext was changed", 400, func(s *wecomcrypto.Sealed) {
		s.Encrypt = "AAAA" + s.Encrypt[4:]
	}, nil),
	deliverMode("a delivery for another company", 400, nil, func(cfg *callback.Config) { cfg.ReceiverID = "ww0000000000000000" }),
	deliverMode("a delivery for another app", 400, nil, func(cfg *callback.Config) { cfg.AgentIDs = []int{7} }),
	deliverMode("a delivery from a stranger", 400, nil, func(cfg *callback.Config) {
		cfg.Peer = func(*http.Request) error { return errors.New("192.0.2.1 is not WeCom") }
	}),
	deliverMode("a handler fails", 500, nil, handling(func(callback.Message) (callback.Reply, error) {
		return nil, errors.New("the database is away")
	})),
	deliverMode("a handler panics with the message", 500, nil, handling(func(m callback.Message) (callback.Reply, error) {
		panic("cannot do " + m.(*callback.Text).Content)
	})),
	deliverMode("a handler's assertion fails", 500, nil, handling(func(m callback.Message) (callback.Reply, error) {
		_ = m.(*callback.Image)
		return nil, nil
	})),
	deliverMode("a reply that the message does not take", 500, nil, handling(func(m callback.Message) (callback.Reply, error) {
		return callback.UpdateButton(m.(*callback.Text).Content), nil
	})),
	deliverMode("a reply that lacks something", 500, nil, handling(func(m callback.Message) (callback.Reply, error) {
		return callback.VideoReply{Title: m.(*callback.Text).Content}, nil
	})),
	deliverMode("the duplicate store is away", 503, nil, func(cfg *callback.Config) { cfg.Duplicates = awayStore{} }),
	deliverMode("the duplicate store panics", 500, nil, func(cfg *callback.Config) { cfg.Duplicates = awayStore{true} }),
	{"nobody is told, so the log is", func(t *testing.T, e *evidence) {
		h := canaryHandler(t, e, func(cfg *callback.Config) { cfg.OnError = nil })
		e.serve(h, sealedRequest(t, e, canaryXML, func(s *wecomcrypto.Sealed) { s.MsgSignature = strings.Repeat("0", 40) }))
	}},
	{"who is told panics", func(t *testing.T, e *evidence) {
		h := canaryHandler(t, e, func(cfg *callback.Config) {
			cfg.OnError = func(r *http.Request, err error) { panic("cannot tell of " + r.URL.String() + err.Error()) }
		})
		e.serve(h, sealedRequest(t, e, canaryXML, func(s *wecomcrypto.Sealed) { s.MsgSignature = strings.Repeat("0", 40) }))
	}},
	{"a message that nobody encrypted", func(t *testing.T, e *evidence) {
		r := sealedRequest(t, e, canaryXML, nil)
		plain := httptest.NewRequest(http.MethodPost, r.URL.String(), strings.NewReader(canaryXML))
		e.serve(canaryHandler(t, e, nil), plain)
	}},
	{"a captured message is asked for as a URL check", func(t *testing.T, e *evidence) {
		s, err := canaryCodec(t, corpID).Seal([]byte(canaryXML), strconv.FormatInt(time.Now().Unix(), 10), "88112233")
		if err != nil {
			t.Fatal(err)
		}
		q := url.Values{"msg_signature": {s.MsgSignature}, "timestamp": {s.Timestamp}, "nonce": {s.Nonce}, "echostr": {s.Encrypt}}
		e.serve(canaryHandler(t, e, nil), httptest.NewRequest(http.MethodGet, "/?"+q.Encode(), nil))
	}},
	{"new keys that are none", func(t *testing.T, e *evidence) {
		e.err(canaryHandler(t, e, nil).Rotate(callback.Keys{Token: canaryToken + "!", EncodingAESKey: canaryAESKey}, time.Hour))
		_, err := callback.New(callback.Config{Token: canaryToken, EncodingAESKey: canaryAESKey + "=",
			Handle: func(context.Context, callback.Message) (callback.Reply, error) { return nil, nil }})
		e.err(err)
	}},
	{"a dead letter is replayed with other keys", func(t *testing.T, e *evidence) {
		box, err := callback.NewLetterBox(4)
		if err != nil {
			t.Fatal(err)
		}
		h := canaryHandler(t, e, func(cfg *callback.Config) {
			cfg.DeadLetters = keeping{box, func(letter []byte) {
				e.text("letter", string(letter))
				var l callback.DeadLetter
				if err := json.Unmarshal(letter, &l); err != nil {
					t.Error(err)
				}
				e.text("letter printed", fmt.Sprintf("%v %+v %#v", l, &l, l))
				other, err := callback.New(callback.Config{Token: "another", EncodingAESKey: canaryAESKey, ReceiverID: corpID,
					Handle: func(context.Context, callback.Message) (callback.Reply, error) { return nil, nil }})
				if err != nil {
					t.Error(err)
					return
				}
				_, err = other.Replay(t.Context(), l)
				e.err(err)
			}}
			cfg.Handle = func(context.Context, callback.Message) (callback.Reply, error) { return nil, errors.New("not now") }
		})
		e.serve(h, sealedRequest(t, newEvidence(), canaryXML, nil)) // a letter keeps its signature
	}},
}

// keeping looks at letters.
type keeping struct {
	*callback.LetterBox
	look func([]byte)
}

func (k keeping) Keep(ctx context.Context, key string, letter []byte) error {
	k.look(bytes.Clone(letter))
	return k.LetterBox.Keep(ctx, key, letter)
}
