package wecomtest_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bkwecom/wecom/crypto"
	"github.com/bkwecom/wecom/wecomtest"
)

var time0 = time.Unix(1700000000, 0)

const exampleKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

// echo is an app that answers each text with the same text. A real one uses
// package callback.
func echo(codec *crypto.Codec) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Encrypt string }
		if err := xml.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, "bad request", http.StatusBadRequest)
			return
		}
		q := r.URL.Query()
		plain, err := codec.Open(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), in.Encrypt)
		if err != nil {
			http.Error(w, "bad request", http.StatusBadRequest)
			return
		}
		var m struct{ ToUserName, FromUserName, Content string }
		if err := xml.Unmarshal(plain, &m); err != nil {
			return
		}
		answer := fmt.Sprintf("<xml><ToUserName>%s</ToUserName><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime><MsgType>text</MsgType><Content>收到 %s</Content></xml>",
			m.FromUserName, m.ToUserName, time.Now().Unix(), m.Content)
		s, err := codec.Seal([]byte(answer), q.Get("timestamp"), q.Get("nonce"))
		if err != nil {
			return
		}
		fmt.Fprintf(w, "<xml><Encrypt>%s</Encrypt><MsgSignature>%s</MsgSignature><TimeStamp>%s</TimeStamp><Nonce>%s</Nonce></xml>",
			s.Encrypt, s.MsgSignature, s.Timestamp, s.Nonce)
	}
}

func Example() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	codec, err := crypto.New("t", exampleKey, srv.CorpID)
	if err != nil {
		log.Fatal(err)
	}
	app := srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s", Token: "t", EncodingAESKey: exampleKey, Handler: echo(codec)})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})

	reply, err := app.SendText(context.Background(), "zhangsan", "TY 1_1")
	fmt.Println(reply.Content, err)
	for _, m := range srv.Inbox("zhangsan") {
		fmt.Println("手机:", m.MsgType, m.Content)
	}
	// Output:
	// 收到 TY 1_1 <nil>
	// 手机: text 收到 TY 1_1
}

// ask calls the API as any HTTP client would and returns what it answers.
func ask(srv *wecomtest.Server, method, path, body string) (answer struct {
	ErrCode     int    `json:"errcode"`
	AccessToken string `json:"access_token"`
	InvalidUser string `json:"invaliduser"`
	UserID      string `json:"userid"`
}) {
	req, err := http.NewRequest(method, srv.URL+path, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	res, err := srv.Client().Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		log.Fatal(err)
	}
	return answer
}

func ExampleServer_Fail() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s"})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})

	token := ask(srv, http.MethodGet, "/cgi-bin/gettoken?corpid="+srv.CorpID+"&corpsecret=s", "").AccessToken
	send := func() {
		a := ask(srv, http.MethodPost, "/cgi-bin/message/send?access_token="+token,
			`{"touser":"zhangsan|Nobody","msgtype":"text","agentid":1000002,"text":{"content":"构建完成"}}`)
		fmt.Printf("%d %q\n", a.ErrCode, a.InvalidUser)
	}
	send()
	srv.Fail("/cgi-bin/message/send", wecomtest.Fault{ErrCode: -1})
	send()
	srv.ExpireTokens()
	send()
	fmt.Println(len(srv.Inbox("zhangsan")), "arrived")
	// Output:
	// 0 "nobody"
	// -1 ""
	// 42001 ""
	// 1 arrived
}

func ExampleServer_Browser() {
	srv := wecomtest.NewUnstartedServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s", TrustedDomain: "app.example.com"})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})

	// An app that knows nobody and keeps no session. A real one uses package oauth.
	srv.AddSite("app.example.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code := r.URL.Query().Get("code")
		if code == "" {
			http.Redirect(w, r, srv.URL+"/connect/oauth2/authorize?appid="+srv.CorpID+"&redirect_uri="+url.QueryEscape("https://app.example.com/")+
				"&response_type=code&scope=snsapi_base&state=Uhb27&agentid=1000002#wechat_redirect", http.StatusFound)
			return
		}
		token := ask(srv, http.MethodGet, "/cgi-bin/gettoken?corpid="+srv.CorpID+"&corpsecret=s", "").AccessToken
		for range 2 { // a code is good for one exchange
			a := ask(srv, http.MethodGet, "/cgi-bin/auth/getuserinfo?access_token="+token+"&code="+code, "")
			fmt.Fprintf(w, "%d %q\n", a.ErrCode, a.UserID)
		}
	}))
	for _, browser := range []*http.Client{srv.Browser("zhangsan"), srv.DesktopBrowser("zhangsan")} {
		res, err := browser.Get("https://app.example.com/")
		if err != nil {
			log.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		res.Body.Close()
		fmt.Println(res.Request.URL.Host, strings.Contains(string(text), "请在微信客户端打开链接"))
		if res.Request.URL.Host == "app.example.com" {
			fmt.Print(string(text))
		}
	}
	// Output:
	// app.example.com false
	// 0 "zhangsan"
	// 40029 ""
	// wecomtest.invalid true
}

// The app's answer is lost, so the vendor delivers once more: the app must not act twice.
func ExampleAgent_Disturb() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	codec, err := crypto.New("t", exampleKey, srv.CorpID)
	if err != nil {
		log.Fatal(err)
	}
	requests := 0
	app := srv.AddApp(wecomtest.App{
		AgentID: 1000002, Secret: "s", Token: "t", EncodingAESKey: exampleKey,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests++
			echo(codec)(w, r)
		}),
	})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	app.Disturb(wecomtest.CallbackFault{AnswerLost: true})
	reply, err := app.SendText(context.Background(), "zhangsan", "TY 1_1")
	fmt.Println(reply.Content, reply.Attempts, requests, err)
	// Output: 收到 TY 1_1 2 2 <nil>
}

// A member taps a button of a card that was sent; one that is not there cannot be tapped.
func ExampleAgent_TapCard() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	app := srv.AddApp(wecomtest.App{
		AgentID: 1000002, Secret: "s", Token: "t", EncodingAESKey: exampleKey,
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), // takes everything in silence
	})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	token := ask(srv, http.MethodGet, "/cgi-bin/gettoken?corpid="+srv.CorpID+"&corpsecret=s", "").AccessToken
	a := ask(srv, http.MethodPost, "/cgi-bin/message/send?access_token="+token, `{
		"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":{
			"card_type":"button_interaction","task_id":"alarm-1234","main_title":{"title":"重启 db01"},
			"button_list":[{"text":"同意","style":1,"key":"approve"}]}}`)
	fmt.Println(a.ErrCode, srv.Inbox("zhangsan")[0].Card.MainTitle.Title)
	for _, key := range []string{"approve", "reject"} {
		_, err := app.TapCard(context.Background(), "zhangsan", "alarm-1234", key)
		fmt.Println(key, errors.Is(err, wecomtest.ErrCard))
	}
	// Output:
	// 0 重启 db01
	// approve false
	// reject true
}

// Checks a store of one's own: it returns all that it found wrong.
func ExampleTestTokenStore() {
	err := wecomtest.TestTokenStore(noTokens{})
	fmt.Println(err != nil)
	// Output: true
}

// noTokens keeps nothing.
type noTokens struct{}

func (noTokens) Load(context.Context, string) (token string, expires time.Time, err error) {
	return "", time.Time{}, nil
}
func (noTokens) Save(context.Context, string, string, time.Time) error { return nil }
func (noTokens) Drop(context.Context, string, string) error            { return nil }

// Checks a store of one's own: it returns all that it found wrong.
func ExampleTestDuplicates() {
	err := wecomtest.TestDuplicates(noDuplicates{})
	fmt.Println(err != nil)
	// Output: true
}

// noDuplicates gives every key to everybody.
type noDuplicates struct{}

func (noDuplicates) Begin(context.Context, string, time.Duration) (mine, done bool, reply []byte, err error) {
	return true, false, nil, nil
}
func (noDuplicates) Done(context.Context, string, []byte, time.Duration) error { return nil }
func (noDuplicates) Fail(context.Context, string) error                        { return errors.New("not kept") }

func ExampleServer_AddMedia() {
	srv := wecomtest.NewUnstartedServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s"})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	id := srv.AddMedia(wecomtest.Media{Type: "file", Name: "方案.pdf", Data: []byte("%PDF-1.7")})

	token := ask(srv, http.MethodGet, "/cgi-bin/gettoken?corpid="+srv.CorpID+"&corpsecret=s", "").AccessToken
	for _, kind := range []string{"file", "image"} {
		a := ask(srv, http.MethodPost, "/cgi-bin/message/send?access_token="+token,
			fmt.Sprintf(`{"touser":"zhangsan","msgtype":%q,"agentid":1000002,%q:{"media_id":%q}}`, kind, kind, id))
		fmt.Println(kind, a.ErrCode)
	}
	m, _ := srv.Media(srv.Inbox("zhangsan")[0].MediaID)
	fmt.Println("手机:", m.Name)
	// Output:
	// file 0
	// image 40007
	// 手机: 方案.pdf
}

func ExampleServer_AddRobot() {
	srv := wecomtest.NewUnstartedServer()
	defer srv.Close()
	key := srv.AddRobot()
	for range 21 {
		if a := ask(srv, http.MethodPost, "/cgi-bin/webhook/send?key="+key, `{"msgtype":"text","text":{"content":"磁盘将满"}}`); a.ErrCode != 0 {
			fmt.Println(a.ErrCode)
		}
	}
	fmt.Println(len(srv.RobotMessages(key)), "条")
	// Output:
	// 45009
	// 20 条
}
