package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/oauth"
	"github.com/bkwecom/wecom/wecomtest"
)

// company is a simulated WeCom with one app and its client, for the examples below.
func company() (*wecomtest.Server, *wecom.Client) {
	srv := wecomtest.NewUnstartedServer()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: appSecret, TrustedDomain: "itsm.example.com", LoginDomain: "itsm.example.com"})
	srv.AddUser(wecomtest.User{ID: "zhangsan", Name: "张三", Departments: []int{2}, Mobile: "13800000001"})
	srv.AddVisitor(wecomtest.Visitor{OpenID: "oVisitor"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: appSecret, BaseURL: srv.URL, HTTPClient: srv.Client()})
	if err != nil {
		log.Fatal(err)
	}
	return srv, wc
}

// visit opens a page of the site and says what the person sees.
func visit(browser *http.Client, page string) {
	resp, err := browser.Get("https://itsm.example.com" + page)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	if resp.StatusCode == http.StatusOK {
		fmt.Println(string(text))
		return
	}
	fmt.Println(resp.StatusCode)
}

// Members sign in silently on the phone, and by web login on a PC; who is no member is turned away.
func ExampleGuard_RequireMember() {
	srv, wc := company()
	defer srv.Close()
	guard, err := oauth.New(oauth.Config{
		Provider:    oauth.WeCom{API: wc, CorpID: srv.CorpID, AgentID: 1000002, OpenURL: srv.URL},
		Web:         oauth.WebLogin{API: wc, CorpID: srv.CorpID, AgentID: 1000002, LoginURL: srv.URL},
		CallbackURL: "https://itsm.example.com/o/itsm/weixin/login/",
		Keys:        [][]byte{key(1)}, // 32 random bytes
	})
	if err != nil {
		log.Fatal(err)
	}
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := oauth.FromContext(r.Context())
		fmt.Fprint(w, "你好，", id.UserID)
	})
	mux := http.NewServeMux()
	mux.Handle("GET /o/itsm/weixin/login/", guard.Callback())
	mux.Handle("/o/itsm/weixin/", guard.Protect(guard.RequireMember(app)))
	srv.AddSite("itsm.example.com", mux)

	visit(srv.Browser("zhangsan"), "/o/itsm/weixin/ticket/42/")
	visit(srv.DesktopBrowser("zhangsan"), "/o/itsm/weixin/")
	visit(srv.Browser("oVisitor"), "/o/itsm/weixin/")
	// Output:
	// 你好，zhangsan
	// 你好，zhangsan
	// 403
}

// SignedIn is told of each sign-in before it counts: it fetches what the app wants to know, and may refuse.
// Revoked ends sessions before their time.
func ExampleConfig() {
	srv, wc := company()
	defer srv.Close()
	dismissed := map[string]bool{}
	provider := oauth.WeCom{API: wc, CorpID: srv.CorpID, AgentID: 1000002, Scope: oauth.PrivateInfo, OpenURL: srv.URL}
	guard, err := oauth.New(oauth.Config{
		Provider:    provider,
		CallbackURL: "https://itsm.example.com/o/itsm/weixin/login/",
		Keys:        [][]byte{key(2), key(1)}, // newest first: to rotate put a new one in front
		SignedIn: func(ctx context.Context, g oauth.Grant) error {
			user, err := oauth.GetUser(ctx, wc, g.UserID)
			if err != nil {
				return err
			}
			detail, err := provider.Detail(ctx, g.UserTicket)
			fmt.Println(user.Name, user.Department, detail.Mobile)
			return err
		},
		Revoked: func(_ context.Context, id oauth.Identity) (bool, error) { return dismissed[id.UserID], nil },
		OnError: func(_ *http.Request, err error) { fmt.Println(err) }, // nil logs to slog.Default
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /o/itsm/weixin/login/", guard.Callback())
	mux.Handle("/o/itsm/weixin/", guard.Protect(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "工单")
	})))
	srv.AddSite("itsm.example.com", mux)

	phone := srv.Browser("zhangsan")
	visit(phone, "/o/itsm/weixin/")
	dismissed["zhangsan"] = true
	visit(phone, "/o/itsm/weixin/")
	// Output:
	// 张三 [2] 13800000001
	// 工单
	// oauth: Config.Revoked refused a sign-in
	// 403
}

// Who may not be seen by the app, or does not exist, is the vendor's error 60111.
func ExampleGetUser() {
	srv, wc := company()
	defer srv.Close()
	user, err := oauth.GetUser(context.Background(), wc, "zhangsan")
	fmt.Println(user.Name, user.Department, err)
	_, err = oauth.GetUser(context.Background(), wc, "lisi")
	var apiErr *wecom.Error
	fmt.Println(errors.As(err, &apiErr) && apiErr.Code == wecom.CodeUnknownUser)
	// Output:
	// 张三 [2] <nil>
	// true
}

// A page of an official account (公众号): everybody who opens it in WeChat has an openid, nobody a userid.
func ExampleOfficialAccount() {
	srv := wecomtest.NewUnstartedServer()
	defer srv.Close()
	srv.AddOfficialAccount(wecomtest.OfficialAccount{AppID: "wx0000000000000001", Secret: "S", Domain: "itsm.example.com"})
	srv.AddVisitor(wecomtest.Visitor{OpenID: "oVisitor"})
	guard, err := oauth.New(oauth.Config{
		Provider: oauth.OfficialAccount{
			AppID: "wx0000000000000001", Secret: "S",
			OpenURL: srv.URL, APIURL: srv.URL, HTTPClient: srv.Client(), // left out for the real WeChat
		},
		CallbackURL: "https://itsm.example.com/o/itsm/weixin/login/",
		Keys:        [][]byte{key(1)},
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /o/itsm/weixin/login/", guard.Callback())
	mux.Handle("/o/itsm/weixin/", guard.Protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := oauth.FromContext(r.Context())
		fmt.Fprint(w, id.OpenID, " ", id.Member())
	})))
	srv.AddSite("itsm.example.com", mux)
	visit(srv.Browser("oVisitor"), "/o/itsm/weixin/")
	// Output: oVisitor false
}
