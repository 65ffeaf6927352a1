package wecom_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/oauth"
	"github.com/bkwecom/wecom/wecomtest"
)

// The code of docs/migration.md. WeCom is the simulated one of package wecomtest.

// The vendor's own sample of a URL check, opened by hand, and a reply sealed.
func Example_migrationCrypto() {
	const (
		token, key, corpID = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
		signature          = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
		timestamp, nonce   = "1409659589", "263014780"
		echostr            = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
	)
	codec, err := wecomcrypto.New(token, key, corpID)
	if err != nil {
		log.Fatal(err)
	}
	plain, err := codec.Open(signature, timestamp, nonce, echostr)
	switch {
	case errors.Is(err, wecomcrypto.ErrSignature): // -40001: the Token
	case errors.Is(err, wecomcrypto.ErrCiphertext): // -40007, -40008, -40010: the EncodingAESKey
	case errors.Is(err, wecomcrypto.ErrReceiver): // -40005: the CorpID
	}
	fmt.Println(string(plain), err)

	sealed, err := codec.Seal([]byte("<xml>…</xml>"), timestamp, nonce)
	fmt.Println(sealed.Timestamp, sealed.Nonce, len(sealed.MsgSignature), err)
	// Output:
	// 1616140317555161061 <nil>
	// 1409659589 263014780 40 <nil>
}

// Old code behind the new callback: it keeps its own types and hears of nothing else.
func Example_migrationCallback() {
	ctx := context.Background()
	srv := wecomtest.NewUnstartedServer()
	defer srv.Close()
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	corpID, token, key := srv.CorpID, "SimToken2024", wecomtest.ExampleAESKey
	var old struct {
		onText, onClick func(userid, text string) string
	}
	old.onText = func(userid, text string) string { return userid + ": " + text }
	old.onClick = func(userid, key string) string { return userid + " 点了 " + key }

	h, err := callback.New(callback.Config{
		Token: token, EncodingAESKey: key, ReceiverID: corpID,
		AgentIDs: []int{1000002},
		Handle: func(ctx context.Context, m callback.Message) (callback.Reply, error) {
			switch m := m.(type) {
			case *callback.Text:
				return callback.TextReply(old.onText(m.FromUser, m.Content)), nil
			case *callback.MenuClick:
				return callback.TextReply(old.onClick(m.FromUser, m.Key)), nil
			case *callback.Unknown:
				log.Printf("no type for %s %s", m.MsgType, m.Event) // m.Raw is the whole message
			}
			return nil, nil // an empty 200
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	app := srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret", Token: token, EncodingAESKey: key, Handler: h})
	fmt.Println(app.Verify(ctx))

	first, second, err := app.DeliverTwice(ctx, app.TextXML("zhangsan", "TY 1_1", time.Now()))
	fmt.Println(first.Content, first.Content == second.Content, err)
	reply, err := app.Click(ctx, "zhangsan", "HELP")
	fmt.Println(reply.Content, err)
	// Output:
	// <nil>
	// zhangsan: TY 1_1 true <nil>
	// zhangsan 点了 HELP <nil>
}

// One method for all APIs: the path of the vendor's document and a struct with the fields that are wanted.
func Example_migrationCall() {
	ctx := context.Background()
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret", Name: "故障自愈"})
	corpID, secret := srv.CorpID, "the-app's-secret"

	wc, err := wecom.New(wecom.Config{CorpID: corpID, Secret: secret, BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}
	var agent struct {
		Name  string `json:"name"`
		Close int    `json:"close"`
	}
	err = wc.Call(ctx, http.MethodGet, "/cgi-bin/agent/get", url.Values{"agentid": {"1000002"}}, nil, &agent)
	fmt.Println(agent.Name, agent.Close, err)
	// Output: 故障自愈 0 <nil>
}

// Two Clients of one app, as in two processes, fetch one token; code that stays on another library for a
// while borrows it.
func Example_migrationTokens() {
	ctx := context.Background()
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	corpID, secret := srv.CorpID, "the-app's-secret"

	var store wecom.TokenStore = wecom.NewMemoryStore() // yours, over Redis or a database
	fmt.Println(wecomtest.TestTokenStore(store))

	cfg := wecom.Config{CorpID: corpID, Secret: secret, BaseURL: srv.URL, Tokens: store}
	one, err := wecom.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	two, err := wecom.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	a, err := one.Token(ctx)
	if err != nil {
		log.Fatal(err)
	}

	lend := func() (string, error) { return two.Token(context.Background()) }
	b, err := lend() // as the old library would
	fmt.Println(a == b, srv.Calls("/cgi-bin/gettoken"), err)
	// Output:
	// <nil>
	// true 1 <nil>
}

// What an error answers, whichever package it comes from.
func Example_migrationErrors() {
	ctx := context.Background()
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}

	err = wc.Call(ctx, http.MethodGet, "/cgi-bin/user/get", url.Values{"userid": {"nobody"}}, nil, nil)
	var apiErr *wecom.Error
	if errors.As(err, &apiErr) && apiErr.Code == wecom.CodeUnknownUser {
		fmt.Println("not in the address book:", apiErr.Path)
	}

	var passing interface{ Retryable() bool } // may the same call succeed a little later?
	var unsent interface{ NotSent() bool }    // is it certain that the API has not acted on it?
	srv.Fail("/cgi-bin/agent/list", wecomtest.Fault{ErrCode: -1})
	err = wc.Call(ctx, http.MethodGet, "/cgi-bin/agent/list", nil, nil, nil)
	fmt.Println(errors.As(err, &passing) && passing.Retryable())
	fmt.Println(errors.As(err, &unsent) && unsent.NotSent())
	// Output:
	// not in the address book: /cgi-bin/user/get
	// true
	// false
}

// Who did not get it is in the result; what is too long is an error.
func Example_migrationSend() {
	ctx := context.Background()
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}
	longText := strings.Repeat("磁盘", 400)

	s := &message.Sender{API: wc, AgentID: 1000002}
	res, err := s.Send(ctx, message.Message{
		To:      message.Recipients{Users: []string{"zhangsan", "LiSi"}},
		Content: message.Markdown{Content: "**磁盘告警** `db01`"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("没有送达:", res.InvalidUsers) // store res.MsgID: it recalls the message
	fmt.Println(s.Recall(ctx, res.MsgID))

	_, err = s.Send(ctx, message.Message{
		To:      message.Recipients{Users: []string{"zhangsan"}},
		Content: message.Text{Content: longText}, // with Truncate: true it is cut here
	})
	var limit *message.LimitError
	if errors.As(err, &limit) {
		fmt.Println(limit.Field, limit.Size, limit.Limit, limit.Unit)
	}
	// Output:
	// 没有送达: [LiSi]
	// <nil>
	// text.content 2400 2048 bytes
}

// Every page is behind the guard; no handler knows of codes and states.
func Example_migrationSignIn() {
	srv := wecomtest.NewUnstartedServer()
	defer srv.Close()
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret", TrustedDomain: "itsm.example.com"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL, HTTPClient: srv.Client()})
	if err != nil {
		log.Fatal(err)
	}
	current := make([]byte, 32)
	rand.Read(current)
	corpID := srv.CorpID

	guard, err := oauth.New(oauth.Config{
		Provider:    oauth.WeCom{API: wc, CorpID: corpID, AgentID: 1000002, OpenURL: srv.URL},
		CallbackURL: "https://itsm.example.com/weixin/login/",
		Keys:        [][]byte{current}, // 32 random bytes, the same in all processes
	})
	if err != nil {
		log.Fatal(err)
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := oauth.FromContext(r.Context())
		fmt.Fprint(w, r.URL.Path, " ", id.UserID)
	})
	mux := http.NewServeMux()
	mux.Handle("GET /weixin/login/", guard.Callback())
	mux.Handle("/weixin/", guard.Protect(page))

	srv.AddSite("itsm.example.com", mux)
	res, err := srv.Browser("zhangsan").Get("https://itsm.example.com/weixin/ticket/42/")
	if err != nil {
		log.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	fmt.Println(string(text), err)
	// Output: /weixin/ticket/42/ zhangsan <nil>
}

// A test of what an app does on a bad day, without an account.
func Example_migrationTest() {
	ctx := context.Background()

	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		log.Fatal(err)
	}
	s := &message.Sender{API: wc, AgentID: 1000002}
	hello := message.Message{To: message.Everyone, Content: message.Text{Content: "你好"}}

	_, err = s.Send(ctx, hello)
	fmt.Println(err)
	srv.RevokeTokens() // the next call is refused with 40014, and made again with a new token
	_, err = s.Send(ctx, hello)
	fmt.Println(err, srv.Calls("/cgi-bin/gettoken"))
	srv.Fail("/cgi-bin/message/send", wecomtest.Fault{ErrCode: wecom.CodeRateLimited})
	_, err = s.Send(ctx, hello)
	var code interface{ ErrCode() int }
	fmt.Println(errors.As(err, &code) && code.ErrCode() == 45009, len(srv.Inbox("zhangsan")))
	// Output:
	// <nil>
	// <nil> 2
	// true 2
}
