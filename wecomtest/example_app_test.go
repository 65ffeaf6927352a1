package wecomtest_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/wecomtest"
)

// The app listens on an address of its own, as it will for the real WeCom: its callback is verified as the
// admin console does, then a member writes to it.
func ExampleServer_AddApp() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	h, err := callback.New(callback.Config{
		Token: "t", EncodingAESKey: wecomtest.ExampleAESKey, ReceiverID: srv.CorpID,
		Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
			if m, ok := m.(*callback.Text); ok {
				return callback.TextReply("收到 " + m.Content), nil
			}
			return nil, nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/wechat/entry/", h)
	ts := httptest.NewServer(mux)
	defer ts.Close()

	app := srv.AddApp(wecomtest.App{
		AgentID: 1000002, Secret: "s", Token: "t", EncodingAESKey: wecomtest.ExampleAESKey,
		CallbackURL: ts.URL + "/wechat/entry/",
	})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})

	ctx := context.Background()
	fmt.Println(app.Verify(ctx))
	reply, err := app.SendText(ctx, "zhangsan", "TY 1_1") // as the member would, with the vendor's deadline and retries
	fmt.Println(reply.Content, err)
	for _, m := range srv.Inbox("zhangsan") { // what arrived on that phone
		fmt.Println("手机:", m.Content)
	}
	// Output:
	// <nil>
	// 收到 TY 1_1 <nil>
	// 手机: 收到 TY 1_1
}
