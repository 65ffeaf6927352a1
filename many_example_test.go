package wecom_test

import (
	"context"
	"fmt"
	"log"
	"net/http"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// account is one app of one company, as an operator has it from the admin console.
type account struct {
	Name           string
	CorpID         string
	AgentID        int
	Secret         string // of the app
	Token          string // of its callback
	EncodingAESKey string // of its callback
	BaseURL        string // "" for the public cloud
}

// tenant is an account at work: nothing of it belongs to another.
type tenant struct {
	*message.Sender
	callback *callback.Handler
}

func newTenant(a account, tokens wecom.TokenStore) (*tenant, error) {
	client, err := wecom.New(wecom.Config{CorpID: a.CorpID, Secret: a.Secret, BaseURL: a.BaseURL, Tokens: tokens})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.Name, err)
	}
	h, err := callback.New(callback.Config{
		Token: a.Token, EncodingAESKey: a.EncodingAESKey, ReceiverID: a.CorpID, AgentIDs: []int{a.AgentID},
		Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
			if text, ok := m.(*callback.Text); ok {
				return callback.TextReply(a.Name + "收到 " + text.Content), nil
			}
			return nil, nil
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.Name, err)
	}
	return &tenant{&message.Sender{API: client, AgentID: a.AgentID}, h}, nil
}

// Several apps of several companies in one process: each has its own client, callback path and keys. A
// TokenStore may be one for all, and a name in the path tells which app a callback is for. Whatever arrives
// at the wrong path is refused there: it is signed with another Token, or addressed to another company or
// agentid.
func Example_manyApps() {
	ctx := context.Background()
	north, south := wecomtest.NewServer(), wecomtest.NewServer() // two companies
	defer north.Close()
	defer south.Close()
	south.CorpID = "ww00000000000000bb"
	north.AddUser(wecomtest.User{ID: "zhangsan"})
	south.AddUser(wecomtest.User{ID: "zhangsan"})

	mux, tokens := http.NewServeMux(), wecom.NewMemoryStore()
	tenants := map[string]*tenant{}
	for _, a := range []account{
		{"北方流程", north.CorpID, 1000002, "secret-1", "TokenOfNorth2", wecomtest.ExampleAESKey, north.URL},
		{"北方自愈", north.CorpID, 1000003, "secret-2", "TokenOfNorth3", wecomtest.ExampleAESKey, north.URL},
		{"南方流程", south.CorpID, 1000002, "secret-1", "TokenOfSouth2", wecomtest.ExampleAESKey, south.URL},
	} {
		t, err := newTenant(a, tokens)
		if err != nil {
			log.Fatal(err)
		}
		tenants[a.Name] = t
		path := fmt.Sprintf("/wechat/%s/%d/", a.CorpID, a.AgentID)
		mux.Handle(path, t.callback)

		// The other side, which is WeCom itself when it is for real.
		srv := map[string]*wecomtest.Server{north.CorpID: north, south.CorpID: south}[a.CorpID]
		agent := srv.AddApp(wecomtest.App{
			AgentID: a.AgentID, Secret: a.Secret, Token: a.Token, EncodingAESKey: a.EncodingAESKey,
			CallbackURL: "https://apps.example.com" + path, Handler: mux,
		})
		reply, err := agent.SendText(ctx, "zhangsan", "你好")
		fmt.Println(reply.Content, err)
	}
	for _, name := range []string{"北方流程", "北方自愈", "南方流程"} {
		_, err := tenants[name].Send(ctx, message.Message{
			To: message.Recipients{Users: []string{"zhangsan"}}, Content: message.Text{Content: "来自" + name},
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	for _, srv := range []*wecomtest.Server{north, south} {
		for _, m := range srv.Inbox("zhangsan") {
			if !m.Passive {
				fmt.Println(srv.CorpID, m.AgentID, m.Content)
			}
		}
	}
	// Output:
	// 北方流程收到 你好 <nil>
	// 北方自愈收到 你好 <nil>
	// 南方流程收到 你好 <nil>
	// ww1234567890abcdef 1000002 来自北方流程
	// ww1234567890abcdef 1000003 来自北方自愈
	// ww00000000000000bb 1000002 来自南方流程
}
