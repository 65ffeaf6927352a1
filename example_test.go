package wecom_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/bkwecom/wecom"
)

// standIn plays the API for the examples; package wecomtest has a complete one.
func standIn() *httptest.Server {
	var tokens atomic.Int32
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/cgi-bin/gettoken" && r.FormValue("corpsecret") != "the-app's-secret":
			io.WriteString(w, `{"errcode":40001,"errmsg":"invalid credential"}`)
		case r.URL.Path == "/cgi-bin/gettoken":
			fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok","access_token":"token-%d","expires_in":7200}`, tokens.Add(1))
		case r.URL.Path == "/cgi-bin/user/get" && r.FormValue("userid") == "zhangsan":
			io.WriteString(w, `{"errcode":0,"errmsg":"ok","userid":"zhangsan","name":"张三"}`)
		default:
			io.WriteString(w, `{"errcode":60111,"errmsg":"userid not found"}`)
		}
	}))
}

func Example() {
	api := standIn()
	defer api.Close()

	wc, err := wecom.New(wecom.Config{
		CorpID:  "ww1234567890abcdef",
		Secret:  "the-app's-secret", // os.Getenv("BKAPP_WEIXIN_APP_SECRET")
		BaseURL: api.URL,            // leave it empty for the public cloud
	})
	if err != nil {
		log.Fatal(err)
	}
	var user struct {
		UserID string `json:"userid"`
		Name   string `json:"name"`
	}
	err = wc.Call(context.Background(), http.MethodGet, "/cgi-bin/user/get", url.Values{"userid": {"zhangsan"}}, nil, &user)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.UserID, user.Name)
	// Output: zhangsan 张三
}

func ExampleError() {
	api := standIn()
	defer api.Close()
	wc, err := wecom.New(wecom.Config{CorpID: "ww1234567890abcdef", Secret: "the-app's-secret", BaseURL: api.URL})
	if err != nil {
		log.Fatal(err)
	}
	err = wc.Call(context.Background(), http.MethodGet, "/cgi-bin/user/get", url.Values{"userid": {"wangwu"}}, nil, nil)
	var apiErr *wecom.Error
	if errors.As(err, &apiErr) && apiErr.Code == wecom.CodeUnknownUser {
		fmt.Println("no such member:", apiErr.Message)
	}
	fmt.Println(err)
	// Output:
	// no such member: userid not found
	// wecom: /cgi-bin/user/get: errcode 60111: userid not found; check the userid and the app's visible range (可见范围)
}

// Most programs need no token of their own: Call adds it.
func ExampleClient_Token() {
	api := standIn()
	defer api.Close()
	wc, err := wecom.New(wecom.Config{CorpID: "ww1234567890abcdef", Secret: "the-app's-secret", BaseURL: api.URL})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 { // fetched once, then cached for two hours
		token, err := wc.Token(context.Background())
		fmt.Println(token, err)
	}
	// Output:
	// token-1 <nil>
	// token-1 <nil>
}

// A wrong Secret is found out once; the calls that follow fail at once for a while.
func ExampleClient_Token_wrongSecret() {
	api := standIn()
	defer api.Close()
	wc, err := wecom.New(wecom.Config{CorpID: "ww1234567890abcdef", Secret: "yesterday's-secret", BaseURL: api.URL})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err = wc.Token(ctx)

	var apiErr *wecom.Error
	var unsent interface{ NotSent() bool }
	fmt.Println(errors.As(err, &apiErr) && apiErr.Code == wecom.CodeInvalidSecret)
	fmt.Println(errors.As(err, &unsent) && unsent.NotSent())
	// Output:
	// true
	// true
}

// Two Clients of one app in one process fetch one token. Between processes it takes a store of one's own:
// see [wecom.TokenStore].
func ExampleMemoryStore() {
	api := standIn()
	defer api.Close()
	store := wecom.NewMemoryStore()
	cfg := wecom.Config{CorpID: "ww1234567890abcdef", Secret: "the-app's-secret", BaseURL: api.URL, Tokens: store}
	for range 2 {
		wc, err := wecom.New(cfg)
		if err != nil {
			log.Fatal(err)
		}
		token, err := wc.Token(context.Background())
		fmt.Println(token, err)
	}
	// Output:
	// token-1 <nil>
	// token-1 <nil>
}

// A Config can be logged.
func ExampleConfig() {
	fmt.Printf("%+v\n", wecom.Config{CorpID: "ww1234567890abcdef", Secret: "the-app's-secret"})
	// Output: wecom.Config{CorpID:"ww1234567890abcdef", BaseURL:"https://qyapi.weixin.qq.com", Secret:[redacted]}
}
