package message_test

import (
	"context"
	"fmt"
	"log"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// An approval by card: it goes to two members, one taps a button, and the card changes for both. The reply to
// the tap would change it for the one who tapped alone; Update reaches everybody.
func Example_approval() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	srv.AddUser(wecomtest.User{ID: "lisi"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}
	s := &message.Sender{API: wc, AgentID: 1000002}

	h, err := callback.New(callback.Config{
		Token: "SimToken2024", EncodingAESKey: wecomtest.ExampleAESKey, ReceiverID: srv.CorpID,
		Handle: func(ctx context.Context, m callback.Message) (callback.Reply, error) {
			tap, ok := m.(*callback.CardEvent)
			if !ok {
				return nil, nil
			}
			fmt.Println(tap.FromUser, tap.TaskID, tap.Key)
			_, err := s.Update(ctx, message.Update{
				ResponseCode: tap.ResponseCode,
				To:           message.Everyone, // who has the card
				ReplaceName:  tap.FromUser + " 已同意",
			})
			return nil, err
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	app := srv.AddApp(wecomtest.App{
		AgentID: 1000002, Secret: "the-app's-secret", Token: "SimToken2024", EncodingAESKey: wecomtest.ExampleAESKey,
		CallbackURL: "http://app.example.com/wechat/entry/", Handler: h,
	})

	ctx := context.Background()
	_, err = s.Send(ctx, message.Message{
		To: message.Recipients{Users: []string{"zhangsan", "lisi"}},
		Content: message.ButtonInteraction{
			TaskID:    "alarm-1234",
			MainTitle: message.MainTitle{Title: "重启 db01", Desc: message.EscapeText("磁盘 91.5% > 90%")},
			ButtonList: []message.Button{
				{Text: "同意", Key: "approve", Style: 1},
				{Text: "驳回", Key: "reject", Style: 3},
			},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := app.TapCard(ctx, "zhangsan", "alarm-1234", "approve"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(srv.Inbox("lisi")[0].Replaced)
	_, err = app.TapCard(ctx, "lisi", "alarm-1234", "reject")
	fmt.Println(err)
	// Output:
	// zhangsan alarm-1234 approve
	// zhangsan 已同意
	// wecomtest: the card of task "alarm-1234" has no buttons any more, it shows "zhangsan 已同意": the phone shows no such button
}
