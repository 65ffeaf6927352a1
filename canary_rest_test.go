package wecom_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
	"github.com/bkwecom/wecom/menu"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/oauth"
	"github.com/bkwecom/wecom/proxyhdr"
	"github.com/bkwecom/wecom/wecomtest"
)

func canaryCodec(t *testing.T, receiver string) *wecomcrypto.Codec {
	t.Helper()
	c, err := wecomcrypto.New(canaryToken, canaryAESKey, receiver)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// open opens what a codec has sealed, changed on its way.
func openMode(name, receiver string, change func(s *wecomcrypto.Sealed, c *wecomcrypto.Codec)) failureMode {
	return failureMode{name, func(t *testing.T, e *evidence) {
		c := canaryCodec(t, receiver)
		s, err := canaryCodec(t, corpID).Seal([]byte(canaryPlain), "1700000000", "88112233")
		if err != nil {
			t.Fatal(err)
		}
		change(&s, c)
		e.secret("the right signature", c.Sign(s.Timestamp, s.Nonce, s.Encrypt))
		_, err = c.Open(s.MsgSignature, s.Timestamp, s.Nonce, s.Encrypt)
		e.err(err)
	}}
}

var cryptoModes = []failureMode{
	openMode("a wrong signature", corpID, func(s *wecomcrypto.Sealed, _ *wecomcrypto.Codec) {
		s.MsgSignature = strings.Repeat("0", 40)
	}),
	openMode("a damaged ciphertext that is rightly signed", corpID, func(s *wecomcrypto.Sealed, c *wecomcrypto.Codec) {
		s.Encrypt = "AAAA" + s.Encrypt[4:len(s.Encrypt)-44] + strings.Repeat("A", 44)
		s.MsgSignature = c.Sign(s.Timestamp, s.Nonce, s.Encrypt)
	}),
	openMode("a message for another receiver", "ww0000000000000000", func(*wecomcrypto.Sealed, *wecomcrypto.Codec) {}),
	{"a key that is none", func(_ *testing.T, e *evidence) {
		for _, k := range [][2]string{{canaryToken, canaryAESKey + "="}, {canaryToken, "!" + canaryAESKey[1:]}, {canaryToken + "!", canaryAESKey}, {strings.Repeat(canaryToken, 2), canaryAESKey}} {
			_, err := wecomcrypto.New(k[0], k[1], corpID)
			e.err(err)
		}
	}},
}

func canarySender(t *testing.T, e *evidence, path string, fail func(*http.Request) (*http.Response, error)) *message.Sender {
	return &message.Sender{API: canaryClient(t, e, talkative(path, fail)), AgentID: 1000002}
}

func canaryMessage() message.Message {
	return message.Message{To: message.Recipients{Users: []string{"zhangsan"}}, Content: message.Text{Content: canaryPlain}}
}

func sendMode(name string, fail func(*http.Request) (*http.Response, error)) failureMode {
	return failureMode{name, func(t *testing.T, e *evidence) {
		_, err := canarySender(t, e, "/message/send", fail).Send(t.Context(), canaryMessage())
		e.err(err)
	}}
}

func updateMode(name string, fail func(*http.Request) (*http.Response, error)) failureMode {
	return failureMode{name, func(t *testing.T, e *evidence) {
		u := message.Update{ResponseCode: canaryResponse, To: message.Everyone, ReplaceName: "已同意"}
		_, err := canarySender(t, e, "/update_template_card", fail).Update(t.Context(), u)
		e.err(err)
		e.text("update", fmt.Sprintf("%v %+v %#v", u, u, u))
	}}
}

func robotMode(name string, fail func(*http.Request) (*http.Response, error)) failureMode {
	return failureMode{name, func(t *testing.T, e *evidence) {
		r, err := message.NewRobot("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="+canaryWebhook,
			message.RobotOptions{HTTPClient: &http.Client{Transport: roundTripper(fail)}})
		if err != nil {
			t.Fatal(err)
		}
		e.err(r.Send(t.Context(), message.RobotText{Content: "构建完成"}))
		e.value("robot", r)
	}}
}

var messageModes = []failureMode{
	sendMode("a send is refused with its address", func(r *http.Request) (*http.Response, error) {
		return response(r, 200, "application/json", fmt.Sprintf(`{"errcode":81013,"errmsg":%q}`, r.URL.String())), nil
	}),
	sendMode("a send's transport prints the address", func(r *http.Request) (*http.Response, error) {
		return nil, errors.New("POST " + r.URL.String())
	}),
	{"a message that is too long", func(t *testing.T, e *evidence) {
		m := canaryMessage()
		m.Content = message.Text{Content: strings.Repeat(canaryPlain, 200)}
		_, err := canarySender(t, e, "/x", page).Send(t.Context(), m)
		e.err(err)
	}},
	{"a message to be sent that is no JSON", func(t *testing.T, e *evidence) {
		_, err := canarySender(t, e, "/x", page).SendPrepared(t.Context(), message.Prepared(`{"text":"`+canaryPlain))
		e.err(err)
	}},
	updateMode("a card update is refused with its code", refusing(60140)),
	updateMode("a card update's transport prints all", breaking),
	robotMode("a robot is refused with its key", refusing(93000)),
	robotMode("a robot's transport prints the key", breaking),
	{"a robot is redirected", func(t *testing.T, e *evidence) {
		r, err := message.NewRobot("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="+canaryWebhook,
			message.RobotOptions{HTTPClient: &http.Client{Transport: roundTripper(e.elsewhere)}})
		if err != nil {
			t.Fatal(err)
		}
		e.err(r.Send(t.Context(), message.RobotText{Content: "构建完成"}))
	}},
	{"a webhook that is none", func(_ *testing.T, e *evidence) {
		for _, address := range []string{"ftp://h/?key=" + canaryWebhook, "https://h/cgi-bin/webhook/send?key=" + canaryWebhook + "&key=" + canaryWebhook, canaryWebhook + "%zz"} {
			_, err := message.NewRobot(address, message.RobotOptions{})
			e.err(err)
		}
	}},
	{"an upload is refused with its address", func(t *testing.T, e *evidence) {
		c := canaryClient(t, e, talkative("/media/upload", func(r *http.Request) (*http.Response, error) {
			return response(r, 200, "application/json", fmt.Sprintf(`{"errcode":40004,"errmsg":%q}`, r.URL.String())), nil
		}))
		_, err := (&message.Media{API: c}).Upload(t.Context(), message.MediaFile, "log.txt", strings.NewReader(canaryPlain), int64(len(canaryPlain)))
		e.err(err)
	}},
	{"a download is answered by a page with its address", func(t *testing.T, e *evidence) {
		_, err := (&message.Media{API: canaryClient(t, e, talkative("/media/get", page))}).Download(t.Context(), "MEDIA", new(strings.Builder), 1<<20)
		e.err(err)
	}},
	{"a menu is refused with its address", func(t *testing.T, e *evidence) {
		e.err(menu.Create(t.Context(), canaryClient(t, e, talkative("/menu/create", refusing(40058))), 1000002,
			menu.Menu{Buttons: []menu.Button{menu.Click("帮助", "HELP")}}))
	}},
}

func proxyMode(name string, header http.Header, peer string) failureMode {
	return failureMode{name, func(t *testing.T, e *evidence) {
		p, err := proxyhdr.New(proxyhdr.Config{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Hosts: []string{"itsm.example.com"}})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/o/itsm/weixin/login/?code="+canaryCode, nil)
		r.RemoteAddr, r.Header = peer, header
		r.Header.Set("Cookie", "session="+canarySession)
		resp := e.serve(p.Handler(http.NotFoundHandler()), r)
		if resp.StatusCode != 400 && resp.StatusCode != 404 {
			t.Errorf("HTTP %d", resp.StatusCode)
		}
		if e.buf.Len() == 0 {
			t.Error("nothing was logged")
		}
	}}
}

var proxyModes = []failureMode{
	proxyMode("a proxy's address with a code is refused", http.Header{"X-Original-Uri": {"//login/?code=" + canaryCode}}, "10.0.0.1:5000"),
	proxyMode("a proxy repeats an address with a code", http.Header{"X-Original-Uri": {"/a?code=" + canaryCode, "/b?code=" + canaryCode}}, "10.0.0.1:5000"),
	proxyMode("a proxy names another host", http.Header{"X-Forwarded-Weixin-Host": {"evil.example"}}, "10.0.0.1:5000"),
	proxyMode("a stranger sends headers with a code", http.Header{"X-Original-Uri": {"/login/?code=" + canaryCode}}, "192.0.2.7:5000"),
}

// printModes print what holds secrets, beside a failure that made somebody do it.
var printModes = []failureMode{
	{"configurations are printed", func(t *testing.T, e *evidence) {
		e.err(errors.New("cannot start"))
		c := canaryClient(t, e, talkative("/x", page))
		if _, err := c.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		e.value("wecom.Client", c)
		e.value("crypto.Codec", canaryCodec(t, corpID))
		e.value("callback.Keys", callback.Keys{Token: canaryToken, EncodingAESKey: canaryAESKey, ReceiverID: corpID})
		e.value("callback.Config", callback.Config{Token: canaryToken, EncodingAESKey: canaryAESKey})
		e.value("oauth.Config", oauth.Config{Keys: [][]byte{[]byte(canarySession)}})
		e.value("oauth.CSRFConfig", oauth.CSRFConfig{Keys: [][]byte{[]byte(canarySession)}})
		e.value("oauth.OfficialAccount", oauth.OfficialAccount{AppID: "wx1", Secret: canarySecret})
		e.value("oauth.Grant", oauth.Grant{UserTicket: canaryTicket, AccessToken: canaryAccess, RefreshToken: canaryAccess})
		e.value("wecomtest.App", wecomtest.App{AgentID: 1, Secret: canarySecret, Token: canaryToken, EncodingAESKey: canaryAESKey})
		e.value("wecomtest.OfficialAccount", wecomtest.OfficialAccount{AppID: "wx1", Secret: canarySecret})
	}},
}

// simulatorModes: the simulator's errors stand in the logs of the apps that run on it.
var simulatorModes = []failureMode{
	{"the simulator's callback is not answered", func(t *testing.T, e *evidence) {
		srv := wecomtest.NewUnstartedServer()
		defer srv.Close()
		srv.AddUser(wecomtest.User{ID: "zhangsan"})
		app := srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: canarySecret, Token: canaryToken, EncodingAESKey: canaryAESKey,
			CallbackURL: "http://app.example/wechat/entry/", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })})
		_, err := app.SendText(t.Context(), "zhangsan", canaryPlain)
		e.err(err)
		e.value("server", srv)
		e.value("agent", app)
	}},
	{"the simulator refuses a secret", func(t *testing.T, e *evidence) {
		srv := wecomtest.NewUnstartedServer()
		defer srv.Close()
		srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "another"})
		c, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: canarySecret, BaseURL: srv.URL, HTTPClient: srv.Client()})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Token(t.Context())
		e.err(err)
	}},
}
