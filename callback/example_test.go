package callback_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
	"github.com/bkwecom/wecom/wecomtest"
)

// An app that answers texts, menu taps and card taps, and WeCom beside it on
// the same machine to try it out.
func Example() {
	const (
		token  = "SimToken2024"
		aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
		corpID = "ww1234567890abcdef"
	)
	h, err := callback.New(callback.Config{
		Token: token, EncodingAESKey: aesKey, ReceiverID: corpID,
		Handle: func(ctx context.Context, m callback.Message) (callback.Reply, error) {
			switch m := m.(type) {
			case *callback.Text:
				return callback.TextReply("收到 " + m.Content), nil
			case *callback.MenuClick:
				return callback.TextReply("帮助: " + m.Key), nil
			case *callback.CardEvent:
				return callback.UpdateButton("已同意"), nil
			}
			return nil, nil // an empty 200
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/wechat/entry/", h)
	mux.Handle("/wechat/entry", h) // the vendor takes a redirect for a failure

	// In production the rest is WeCom.
	srv := wecomtest.NewUnstartedServer()
	defer srv.Close()
	srv.CorpID = corpID
	app := srv.AddApp(wecomtest.App{
		AgentID: 1000002, Secret: "s", Token: token, EncodingAESKey: aesKey,
		CallbackURL: "http://app.example.com/wechat/entry/", Handler: mux,
	})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})

	ctx := context.Background()
	fmt.Println(app.Verify(ctx))
	reply, err := app.SendText(ctx, "zhangsan", "TY 1234_1")
	fmt.Println(reply.Content, err)
	reply, err = app.Click(ctx, "zhangsan", "HELP")
	fmt.Println(reply.Content, err)
	reply, err = app.TapCard(ctx, "zhangsan", "alarm-1234", "approve")
	fmt.Println(reply.ReplaceName, err)
	// Output:
	// <nil>
	// 收到 TY 1234_1 <nil>
	// 帮助: HELP <nil>
	// 已同意 <nil>
}

// New keys are taken over while the old ones still serve for a day.
func ExampleHandler_Rotate() {
	h, err := callback.New(callback.Config{
		Token: "FTAToken", EncodingAESKey: "FTAEncodingAESKeyFTAEncodingAESKey923456781",
		Handle: func(context.Context, callback.Message) (callback.Reply, error) { return nil, nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = h.Rotate(callback.Keys{
		Token: "k2uPz7vW", EncodingAESKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", ReceiverID: "ww1234567890abcdef",
	}, 24*time.Hour)
	fmt.Println(err)
	// Output: <nil>
}

// What a program that stops does: the server takes no more requests, then running handlers end.
func ExampleHandler_Shutdown() {
	begun, end := make(chan bool), make(chan bool)
	h, err := callback.New(callback.Config{
		Token: "SimToken2024", EncodingAESKey: wecomtest.ExampleAESKey, ReceiverID: "ww1234567890abcdef",
		Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			begun <- true
			<-end // a transaction
			return callback.TextReply("已审批"), nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	answered := make(chan bool)
	go func() { h.ServeHTTP(w, exampleRequest("1", "TY 1234_1")); answered <- true }()
	<-begun

	// In a program after the Shutdown of its http.Server.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	fmt.Println(h.Shutdown(ctx)) // a handler still runs
	late := httptest.NewRecorder()
	h.ServeHTTP(late, exampleRequest("2", "TY 1235_1"))
	fmt.Println(late.Code) // WeCom delivers it again, to another process

	end <- true
	fmt.Println(h.Shutdown(context.Background()))
	<-answered
	fmt.Println(w.Code)
	// Output:
	// context deadline exceeded
	// 503
	// <nil>
	// 200
}

// Who is refused sees the same 400, whatever is wrong; OnError is told what it was.
func ExampleConfig() {
	h, err := callback.New(callback.Config{
		Token: "SimToken2024", EncodingAESKey: wecomtest.ExampleAESKey, ReceiverID: "ww1234567890abcdef",
		AgentIDs: []int{1000003}, // messages of other apps are refused
		Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			return callback.TextReply("已审批"), nil
		},
		OnError: func(r *http.Request, err error) { // nil logs to slog.Default
			switch {
			case errors.Is(err, callback.ErrAgent):
				fmt.Println("of another app")
			case errors.Is(err, wecomcrypto.ErrSignature):
				fmt.Println("not signed with this Token")
			default:
				fmt.Println(err)
			}
		},
		// The handler ended after the acknowledgement: its reply is to be sent as a message.
		Late: func(ctx context.Context, m callback.Message, r callback.Reply, err error) {},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ofAnotherApp := exampleRequest("1", "TY 1234_1") // for agentid 1000002
	forged := exampleRequest("1", "TY 1234_1")
	forged.URL.RawQuery = strings.Replace(forged.URL.RawQuery, "nonce=", "nonce=0", 1)
	for _, r := range []*http.Request{ofAnotherApp, forged} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// of another app
	// 400 bad request
	// not signed with this Token
	// 400 bad request
}
