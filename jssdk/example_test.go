package jssdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/jssdk"
	"github.com/bkwecom/wecom/wecomtest"
)

// A page's script asks for its signature and hands it to wx.config. WeCom is the simulated one of package
// wecomtest.
func Example() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret", TrustedDomain: "itsm.example.com"})
	client, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}

	signer, err := jssdk.New(jssdk.Config{
		API:     client,
		CorpID:  srv.CorpID,
		Pages:   []string{"https://itsm.example.com/o/itsm/weixin/"},
		APIs:    []string{"scanQRCode"},
		OnError: func(err error) { fmt.Println(err) },
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/o/itsm/weixin/api/jssdk/", signer.Handler()) // in an app: guard.Protect(signer.Handler())

	ask := func(page string) (status int, config json.RawMessage) {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", "/o/itsm/weixin/api/jssdk/?url="+url.QueryEscape(page), nil))
		var answer struct {
			Data struct{ Config json.RawMessage }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			log.Fatal(err)
		}
		return w.Code, answer.Data.Config
	}
	const page = "https://itsm.example.com/o/itsm/weixin/ticket/create/"
	status, config := ask(page)
	fmt.Println(status, srv.CheckJSSDKConfig(page, config)) // as the phone checks it
	status, _ = ask("https://evil.example.com/")
	fmt.Println(status)
	// Output:
	// 200 <nil>
	// jssdk: this page may not use the JS-SDK: https://evil.example.com/ is none of Config.Pages
	// 403
}

// A server that renders its pages puts the signatures into them.
func ExampleSigner_SignConfig() {
	signer, err := jssdk.New(jssdk.Config{
		API: &vendor{}, CorpID: "ww1234567890abcdef",
		Pages: []string{"https://itsm.example.com/o/itsm/weixin/"},
		APIs:  []string{"scanQRCode", "getLocation"},
	})
	if err != nil {
		log.Fatal(err)
	}
	config, err := signer.SignConfig(context.Background(), "https://itsm.example.com/o/itsm/weixin/")
	fmt.Println(config.AppID, config.JSAPIList, len(config.Signature), err)
	_, err = signer.SignConfig(context.Background(), "https://itsm.example.com/o/other/?code=c")
	fmt.Println(errors.Is(err, jssdk.ErrPage), err)
	// Output:
	// ww1234567890abcdef [scanQRCode getLocation] 40 <nil>
	// true jssdk: this page may not use the JS-SDK: https://itsm.example.com/o/other/ is none of Config.Pages
}

func ExampleSignature() {
	ticket := "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
	fmt.Println(jssdk.Signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, "http://mp.weixin.qq.com?params=value"))
	// Output: 0f9de62fce790f9a083d5c99e95740ceb90c27ed
}

// wx.agentConfig takes the app's own ticket: it needs AgentID and AgentAPIs.
func ExampleSigner_SignAgentConfig() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret", TrustedDomain: "itsm.example.com"})
	client, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}
	signer, err := jssdk.New(jssdk.Config{
		API: client, CorpID: srv.CorpID, AgentID: 1000002,
		Pages:     []string{"https://itsm.example.com/o/itsm/weixin/"},
		AgentAPIs: []string{"selectExternalContact"},
	})
	if err != nil {
		log.Fatal(err)
	}
	const page = "https://itsm.example.com/o/itsm/weixin/"
	config, err := signer.SignAgentConfig(context.Background(), page)
	if err != nil {
		log.Fatal(err)
	}
	text, err := json.Marshal(config) // into the page, as the argument of wx.agentConfig
	fmt.Println(srv.CheckJSSDKAgentConfig(page, text), err)
	// Output: <nil> <nil>
}

// Processes share their tickets in the store that they share their tokens in: the keys differ.
func ExampleTicketStore() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	store := wecom.NewMemoryStore() // between processes one of your own
	var tickets jssdk.TicketStore = store
	for range 2 { // two processes
		client, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL, Tokens: store})
		if err != nil {
			log.Fatal(err)
		}
		signer, err := jssdk.New(jssdk.Config{
			API: client, CorpID: srv.CorpID, APIs: []string{"scanQRCode"}, Tickets: tickets,
			Pages: []string{"https://itsm.example.com/o/itsm/weixin/"},
		})
		if err != nil {
			log.Fatal(err)
		}
		_, err = signer.SignConfig(context.Background(), "https://itsm.example.com/o/itsm/weixin/")
		fmt.Println(err)
	}
	fmt.Println(srv.Calls("/cgi-bin/get_jsapi_ticket"), "fetch")
	// Output:
	// <nil>
	// <nil>
	// 1 fetch
}
