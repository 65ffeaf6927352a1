package courier_test

import (
	"context"
	"fmt"

	"github.com/bkwecom/wecom/examples/internal/courier"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

func Example() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s"})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})

	c := courier.New(courier.Config{})
	fmt.Println(c.Health(context.Background()))
	err := c.Use(courier.Account{CorpID: srv.CorpID, Secret: env.NewSecret("s"), AgentID: 1000002, API: srv.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	// An app stores the payload with outbox.Add; the worker calls Deliver.
	_, payload, err := c.Prepare([]string{"zhangsan"}, message.Text{Content: "构建完成"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Deliver(context.Background(), outbox.Row{Kind: courier.Kind, Payload: payload})
	fmt.Println(srv.Inbox("zhangsan")[0].Content, err)
	// Output:
	// WeCom is not configured
	// 构建完成 <nil>
}
