package oauth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/bkwecom/wecom/oauth"
)

// oneMember stands for a *wecom.Client: every code is zhangsan's.
type oneMember struct{}

func (oneMember) Call(_ context.Context, method, path string, query url.Values, _, out any) error {
	fmt.Println(method, path, query.Encode())
	return json.Unmarshal([]byte(`{"errcode":0,"errmsg":"ok","userid":"zhangsan"}`), out)
}

func Example() {
	// In an app: client, err := wecom.New(wecom.Config{CorpID: …, Secret: …}), and keys from its settings.
	var client oauth.Caller = oneMember{}
	current, previous := key(2), key(1)

	srv := httptest.NewUnstartedServer(nil)
	site := "http://" + srv.Listener.Addr().String()
	guard, err := oauth.New(oauth.Config{
		Provider:    oauth.WeCom{API: client, CorpID: "ww1234567890abcdef", AgentID: 1000002},
		CallbackURL: site + "/o/itsm/weixin/login/",
		Keys:        [][]byte{current, previous},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, ok := oauth.FromContext(r.Context())
		fmt.Fprintln(w, id.UserID, id.Member(), ok)
	})
	mux := http.NewServeMux()
	mux.Handle("GET /o/itsm/weixin/login/", guard.Callback())
	mux.Handle("/o/itsm/weixin/", guard.Protect(app))
	srv.Config.Handler = mux
	srv.Start()
	defer srv.Close()

	// A member's phone opens a page and is sent to WeCom, which sends it to the callback with a code.
	phone := newPhone()
	resp := phone.get(site + "/o/itsm/weixin/ticket/42/")
	sentTo := must(url.Parse(resp.Header.Get("Location")))
	fmt.Println(resp.StatusCode, sentTo.Host, sentTo.Query().Get("scope"), sentTo.Fragment)
	back := sentTo.Query().Get("redirect_uri") + "&code=CODE&state=" + sentTo.Query().Get("state")
	resp = phone.get(back)
	fmt.Println(resp.StatusCode, resp.Header.Get("Location"))
	resp = phone.get(site + resp.Header.Get("Location"))
	text, _ := io.ReadAll(resp.Body)
	fmt.Print(resp.StatusCode, " ", string(text))

	// Output:
	// 302 open.weixin.qq.com snsapi_base wechat_redirect
	// GET /cgi-bin/auth/getuserinfo code=CODE
	// 303 /o/itsm/weixin/ticket/42/
	// 200 zhangsan true true
}

// phone is WeCom's webview without its eyes.
type phone struct{ http.Client }

func newPhone() *phone {
	return &phone{http.Client{
		Jar:           must(cookiejar.New(nil)),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (p *phone) get(address string) *http.Response {
	r := must(http.NewRequest(http.MethodGet, address, nil))
	r.Header.Set("User-Agent", "Mozilla/5.0 wxwork/4.1.0 MicroMessenger/7.0.1")
	resp := must(p.Do(r))
	defer resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(must(io.ReadAll(resp.Body))))
	return resp
}

func ExampleWeCom_AuthorizeURL() {
	app := oauth.WeCom{CorpID: "ww1234567890abcdef", AgentID: 1000002, Scope: oauth.PrivateInfo}
	fmt.Println(app.AuthorizeURL("https://itsm.example.com/login/", "STATE"))
	// Output: https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1234567890abcdef&redirect_uri=https%3A%2F%2Fitsm.example.com%2Flogin%2F&response_type=code&scope=snsapi_privateinfo&state=STATE&agentid=1000002#wechat_redirect
}

func ExampleNewContext() {
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := oauth.FromContext(r.Context())
		fmt.Fprint(w, "你好，", id.UserID)
	})
	r := httptest.NewRequest(http.MethodGet, "/o/itsm/weixin/", nil)
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r.WithContext(oauth.NewContext(r.Context(), oauth.Identity{UserID: "zhangsan"})))
	fmt.Println(w.Body)
	// Output: 你好，zhangsan
}

func ExampleCSRF() {
	csrf, err := oauth.NewCSRF(oauth.CSRFConfig{
		Keys: [][]byte{key(1)}, CookieName: "bkitsm_csrftoken", CookiePath: "/o/itsm/weixin/", Secure: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	// In an app: mux.Handle("/o/itsm/weixin/", guard.Protect(csrf.Protect(pages)))
	zhangsan := oauth.NewContext(context.Background(), oauth.Identity{UserID: "zhangsan", Session: "1"})
	lisi := oauth.NewContext(context.Background(), oauth.Identity{UserID: "lisi", Session: "2"})
	post := func(ctx context.Context, token string) error {
		form := url.Values{"csrf_token": {token}, "approve": {"true"}}.Encode()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/o/itsm/weixin/ticket/42/", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return csrf.Check(r)
	}
	page := httptest.NewRequestWithContext(zhangsan, http.MethodGet, "/o/itsm/weixin/ticket/42/", nil)
	token := csrf.Token(page)
	fmt.Println(post(zhangsan, token))
	fmt.Println(post(lisi, token))
	// Output:
	// <nil>
	// oauth: csrf: the token is not one of this session: reload the page
}
