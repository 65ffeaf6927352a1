package message_test

import (
	"context"
	"fmt"

	"github.com/bkwecom/wecom/message"
)

func ExampleChats() {
	api := &chatAPI{fakeAPI: fakeAPI{outcomes: []outcome{{answer: `{"errcode":0,"chatid":"ONCALL1"}`}, {}}}}
	c := &message.Chats{API: api}
	ctx := context.Background()
	id, err := c.Create(ctx, message.Chat{Name: "值班群", Owner: "zhangsan", Users: []string{"zhangsan", "lisi"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = c.Send(ctx, id, message.ChatMessage{
		Content:   message.Text{Content: "db01 磁盘告警"},
		Mentioned: []string{"lisi"},
	})
	for _, call := range api.calls {
		fmt.Println(call.Path, call.Body)
	}
	fmt.Println(err)
	// Output:
	// /cgi-bin/appchat/create {"name":"值班群","owner":"zhangsan","userlist":["zhangsan","lisi"]}
	// /cgi-bin/appchat/send {"chatid":"ONCALL1","msgtype":"text","text":{"content":"db01 磁盘告警","mentioned_list":["lisi"]}}
	// <nil>
}

func ExampleChats_Update() {
	api := &chatAPI{}
	err := (&message.Chats{API: api}).Update(context.Background(), message.ChatUpdate{
		ID: "ONCALL1", AddUsers: []string{"wangwu"}, DelUsers: []string{"lisi"},
	})
	fmt.Println(api.calls[0].Body, err)
	// Output: {"chatid":"ONCALL1","add_user_list":["wangwu"],"del_user_list":["lisi"]} <nil>
}

func ExampleChats_Get() {
	api := &chatAPI{fakeAPI: fakeAPI{outcomes: []outcome{{answer: `{"errcode":0,"chat_info":{"chatid":"ONCALL1","name":"值班群","owner":"zhangsan","userlist":["zhangsan","lisi"]}}`}}}}
	chat, err := (&message.Chats{API: api}).Get(context.Background(), "ONCALL1")
	fmt.Println(chat.Name, chat.Users, err)
	// Output: 值班群 [zhangsan lisi] <nil>
}
