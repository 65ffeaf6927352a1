package callback_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/bkwecom/wecom/callback"
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
	// Output:
	// <nil>
	// 收到 TY 1234_1 <nil>
	// 帮助: HELP <nil>
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
