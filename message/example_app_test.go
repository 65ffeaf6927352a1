package message_test

import (
	"context"
	"fmt"
	"log"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// A message is sent, arrives on the phone of the one who is a member, and is taken back. WeCom is the
// simulated one of package wecomtest; leave BaseURL out for the real one.
func Example() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	s := &message.Sender{API: wc, AgentID: 1000002}
	res, err := s.Send(ctx, message.Message{
		To:      message.Recipients{Users: []string{"zhangsan", "LiSi"}},
		Content: message.Text{Content: "构建完成"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("没有送达:", res.InvalidUsers) // partial delivery is a result, not an error
	fmt.Println(srv.Inbox("zhangsan")[0].Content)

	fmt.Println(s.Recall(ctx, res.MsgID))
	fmt.Println(srv.Inbox("zhangsan")[0].Recalled)
	// Output:
	// 没有送达: [LiSi]
	// 构建完成
	// <nil>
	// true
}
