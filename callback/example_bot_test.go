package callback_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

// A smart bot that thinks for a while: it begins its answer at once, and ends it
// when WeCom asks for more.
func Example_smartBot() {
	const (
		token  = "SimToken2024"
		aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	)
	h, err := callback.New(callback.Config{
		Token: token, EncodingAESKey: aesKey, // no ReceiverID: bots are nobody
		Envelope: callback.JSON,
		Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
			switch m := m.(type) {
			case *callback.BotEnterChat:
				return callback.TextReply("您好，我能查告警"), nil
			case *callback.BotText:
				return callback.StreamReply{ID: m.MsgID, Content: "正在查询…"}, nil
			case *callback.BotStream:
				return callback.StreamReply{ID: m.ID, Content: "没有告警", Finish: true}, nil
			}
			return nil, nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// In production the rest is WeCom.
	codec, err := wecomcrypto.New(token, aesKey, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, message := range []string{
		`{"msgid":"M1","aibotid":"BOT","chattype":"single","from":{"userid":"zhangsan"},"msgtype":"text","text":{"content":"有告警吗"}}`,
		`{"msgid":"M2","aibotid":"BOT","chattype":"single","from":{"userid":"zhangsan"},"msgtype":"stream","stream":{"id":"M1"}}`,
	} {
		sealed, err := codec.Seal([]byte(message), fmt.Sprint(time.Now().Unix()), "88112233")
		if err != nil {
			fmt.Println(err)
			return
		}
		body, _ := json.Marshal(map[string]string{"encrypt": sealed.Encrypt})
		r := httptest.NewRequest("POST", "/bot/?msg_signature="+sealed.MsgSignature+"&timestamp="+sealed.Timestamp+"&nonce="+sealed.Nonce, strings.NewReader(string(body)))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var reply struct {
			Encrypt, MsgSignature, Nonce string
			Timestamp                    json.Number
		}
		if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil {
			fmt.Println(err)
			return
		}
		plain, err := codec.Open(reply.MsgSignature, reply.Timestamp.String(), reply.Nonce, reply.Encrypt)
		fmt.Println(string(plain), err)
	}
	// Output:
	// {"msgtype":"stream","stream":{"id":"M1","finish":false,"content":"正在查询…"}} <nil>
	// {"msgtype":"stream","stream":{"id":"M1","finish":true,"content":"没有告警"}} <nil>
}

// What failed while a database was away is handled when it is back.
func ExampleHandler_Replay() {
	box, err := callback.NewLetterBox(1000)
	if err != nil {
		fmt.Println(err)
		return
	}
	away := true
	h, err := callback.New(callback.Config{
		Token: "SimToken2024", EncodingAESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", ReceiverID: "ww1234567890abcdef",
		DeadLetters: box,
		Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
			if away {
				return nil, errors.New("database is away")
			}
			return callback.TextReply("已审批 " + m.(*callback.Text).Content), nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	h.ServeHTTP(httptest.NewRecorder(), exampleRequest("1", "1_1")) // fails, as do the vendor's three further deliveries

	away = false
	for _, letter := range box.List() {
		fmt.Println(letter.Reason)
		reply, err := h.Replay(context.Background(), letter)
		fmt.Println(reply, err) // the reply is to be sent as a message
	}
	fmt.Println(len(box.List()), "left")
	// Output:
	// database is away
	// 已审批 1_1 <nil>
	// 0 left
}

// exampleRequest is what WeCom delivers for a text of zhangsan.
func exampleRequest(id, content string) *http.Request {
	codec, err := wecomcrypto.New("SimToken2024", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "ww1234567890abcdef")
	if err != nil {
		panic(err)
	}
	s, err := codec.Seal([]byte(textXML(id, content)), now(), "88112233")
	if err != nil {
		panic(err)
	}
	return httptest.NewRequest("POST", target(s), strings.NewReader(envelopeXML(s)))
}
