package wecom_test

import (
	"context"
	"fmt"
	"log"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/menu"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// An app in one piece: it asks a member by a message and acts on the answer.
// WeCom itself is the simulated one of package wecomtest; for the real one leave
// BaseURL and the lines with srv and app out, and serve h at the address that
// stands in the admin console.
func Example_app() {
	ctx := context.Background()
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddUser(wecomtest.User{ID: "zhangsan"})

	h, err := callback.New(callback.Config{
		Token: "SimToken2024", EncodingAESKey: wecomtest.ExampleAESKey, ReceiverID: srv.CorpID,
		Handle: func(ctx context.Context, m callback.Message) (callback.Reply, error) {
			switch m := m.(type) {
			case *callback.Text:
				return callback.TextReply("收到 " + m.Content), nil
			case *callback.MenuClick:
				return callback.TextReply("帮助: " + m.Key), nil
			}
			return nil, nil // an empty 200
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	app := srv.AddApp(wecomtest.App{
		AgentID: 1000002, Secret: "the-app's-secret",
		Token: "SimToken2024", EncodingAESKey: wecomtest.ExampleAESKey,
		CallbackURL: "http://app.example.com/wechat/entry/", Handler: h,
	})

	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}
	s := &message.Sender{API: wc, AgentID: 1000002}
	res, err := s.Send(ctx, message.Message{
		To:      message.Recipients{Users: []string{"zhangsan", "nobody"}},
		Content: message.Text{Content: "即将重启服务，请审核"},
	})
	fmt.Println(res.InvalidUsers, err)
	err = menu.Create(ctx, wc, 1000002, menu.Menu{Buttons: []menu.Button{menu.Click("帮助", "HELP")}})
	fmt.Println(err)

	fmt.Println(srv.Inbox("zhangsan")[0].Content)
	reply, err := app.SendText(ctx, "zhangsan", "TY 1_1")
	fmt.Println(reply.Content, err)
	reply, err = app.Click(ctx, "zhangsan", "HELP")
	fmt.Println(reply.Content, err)
	// Output:
	// [nobody] <nil>
	// <nil>
	// 即将重启服务，请审核
	// 收到 TY 1_1 <nil>
	// 帮助: HELP <nil>
}
