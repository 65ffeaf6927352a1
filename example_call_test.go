package wecom_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/wecomtest"
)

// Paths and fields are those of the vendor's reference. A GET has its parameters in the query, a POST a body.
func ExampleClient_Call() {
	srv := wecomtest.NewServer() // leave BaseURL out for the real WeCom
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret", Name: "故障自愈"})
	srv.AddUser(wecomtest.User{ID: "zhangsan", OpenID: "oZhangsan"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	var agent struct {
		Name string `json:"name"`
	}
	err = wc.Call(ctx, http.MethodGet, "/cgi-bin/agent/get", url.Values{"agentid": {"1000002"}}, nil, &agent)
	fmt.Println(agent.Name, err)

	in := map[string]string{"userid": "zhangsan"}
	var out struct {
		OpenID string `json:"openid"`
	}
	err = wc.Call(ctx, http.MethodPost, "/cgi-bin/user/convert_to_openid", nil, in, &out)
	fmt.Println(out.OpenID, err)
	// Output:
	// 故障自愈 <nil>
	// oZhangsan <nil>
}

// A token that the API refuses is renewed, and the call made once more: nobody notices.
func ExampleClient_Call_expiredToken() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		err := wc.Call(context.Background(), http.MethodGet, "/cgi-bin/user/get", url.Values{"userid": {"zhangsan"}}, nil, nil)
		fmt.Println(err)
		srv.ExpireTokens()
	}
	fmt.Println(srv.Calls("/cgi-bin/gettoken"), "tokens,", srv.Calls("/cgi-bin/user/get"), "requests")
	// Output:
	// <nil>
	// <nil>
	// 2 tokens, 3 requests
}

// What to do after an error, without importing this package: packages that know the API as their own Caller
// ask so.
func ExampleError_retryable() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}
	call := func(ctx context.Context) {
		err := wc.Call(ctx, http.MethodGet, "/cgi-bin/user/get", url.Values{"userid": {"nobody"}}, nil, nil)
		var code interface{ ErrCode() int }
		var passing interface{ Retryable() bool }
		var unsent interface{ NotSent() bool }
		if errors.As(err, &code) && errors.As(err, &passing) && errors.As(err, &unsent) {
			fmt.Println("errcode", code.ErrCode(), "retryable", passing.Retryable(), "not sent", unsent.NotSent())
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	call(ctx) // no such member: repeating does not help
	srv.Fail("/cgi-bin/user/get", wecomtest.Fault{ErrCode: wecom.CodeSystemBusy})
	call(ctx) // may be repeated if the call does no harm when made twice
	cancel()
	call(ctx) // given up before anything was sent
	// Output:
	// errcode 60111 retryable false not sent false
	// errcode -1 retryable true not sent false
	// errcode 0 retryable false not sent true
}
