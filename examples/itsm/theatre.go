package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/phone"
	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/examples/itsm/settings"
	"github.com/bkwecom/wecom/wecomtest"
)

// The users of the simulated company, by their BlueKing usernames; their userids
// in WeCom are others, as they are in many companies.
var members = map[string]string{"zhangsan": "ZhangSan", "lisi": "LiSi", "wangwu": "WangWu", "zhaoliu": "ZhaoLiu"}

const (
	simAgent = 1000002
	simMP    = "wx1234567890abcdef" // the official account
)

// A theatre is everything that -demo and -sim need in one process: WeCom and its
// members, BlueKing's login, the reverse proxy of the guide, and the app itself,
// set up as an operator would.
type theatre struct {
	wecom *wecomtest.Server
	agent *wecomtest.Agent
	bk    *bklogin.Server
	app   *app

	listener     net.Listener // the app's, which only the proxy should reach
	edgeListener net.Listener // the proxy's, by the name localhost
	bkURL        string
	site         string // of the phone pages, such as https://itsm.exter.com
	servers      []*http.Server
}

// openTheatre listens on addr, builds the parts and starts all but the app's own
// server. edit may change the app's configuration.
func openTheatre(ctx context.Context, addr, dbFile string, log *slog.Logger, edit func(*config)) (_ *theatre, err error) {
	t := &theatre{}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	if t.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", addr); err != nil {
		return nil, err
	}
	if t.edgeListener, err = new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	cfg := config{dbFile: dbFile, dbKind: kindSim, simulated: true, log: log}
	if err := t.openBlueKing(ctx, &cfg.set); err != nil {
		return nil, err
	}
	t.openWeCom(&cfg.set)
	if edit != nil {
		edit(&cfg)
	}
	t.register(cfg.set)
	if t.app, err = newApp(ctx, cfg); err != nil {
		return nil, err
	}
	t.app.start()
	// As a real proxy has its server_name, this one has localhost alone.
	front := t.members().Handler(edge(t.listener.Addr().String(), cfg.set.ExternalHost))
	if cfg.webview {
		front = phone.Webview(front)
	}
	t.serve(t.edgeListener, phone.Local(front))
	return t, nil
}

// members lets one browser be one member after the other.
func (t *theatre) members() phone.Switch {
	return phone.Switch{WeCom: t.wecom, Base: t.site + t.app.cfg.set.PhonePath()}
}

func (t *theatre) openBlueKing(ctx context.Context, set *settings.Settings) (err error) {
	secret := play.Secret()
	server := bklogin.ServerConfig{AppID: settings.DefaultApp, AppSecret: secret}
	for username := range members {
		server.Accounts = append(server.Accounts, bklogin.Account{Username: username, Name: username})
	}
	if t.bk, err = bklogin.NewServer(server); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	t.serve(listener, t.bk)
	t.bkURL = "http://" + listener.Addr().String()
	set.Common = env.Common{
		AppID: settings.DefaultApp, Environment: "prod", Prefix: "/o/" + settings.DefaultApp, ExternalScheme: "http",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		LoginURL:       t.bkURL + "/login", ComponentURL: t.bkURL, AppSecret: env.NewSecret(secret),
	}
	return nil
}

func (t *theatre) openWeCom(set *settings.Settings) {
	t.wecom = wecomtest.NewServer()
	for username, userid := range members {
		t.wecom.AddUser(wecomtest.User{ID: userid, Name: username, OpenID: "o-" + userid})
	}
	t.wecom.AddVisitor(wecomtest.Visitor{OpenID: "o-guest"})
	set.APIDomain, set.OpenDomain, set.MPDomain = t.wecom.URL, t.wecom.URL, t.wecom.URL
	set.UseWeixin, set.IsQY = true, true
	set.WeixinAppID, set.WeixinSecret, set.AgentID = t.wecom.CorpID, env.NewSecret(play.Secret()), simAgent
	set.ExternalHost = fmt.Sprintf("localhost:%d", t.edgeListener.Addr().(*net.TCPAddr).Port)
}

// register is the guide's step 2 in the vendors' consoles: the app, its secret,
// and the domain that may sign people in.
func (t *theatre) register(set settings.Settings) {
	t.site = set.ExternalURL()
	t.agent = t.wecom.AddApp(wecomtest.App{
		AgentID: simAgent, Name: "流程服务", Secret: set.WeixinSecret.Reveal(), TrustedDomain: set.ExternalHost,
	})
	t.wecom.AddOfficialAccount(wecomtest.OfficialAccount{AppID: simMP, Secret: set.WeixinSecret.Reveal(), Domain: set.ExternalHost})
}

func (t *theatre) serve(l net.Listener, h http.Handler) {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	t.servers = append(t.servers, srv)
	go func() { _ = srv.Serve(l) }()
}

// close ends what the app's own stops do not.
func (t *theatre) close() {
	for _, l := range []net.Listener{t.listener, t.edgeListener} {
		if l != nil {
			_ = l.Close()
		}
	}
	for _, srv := range t.servers {
		_ = srv.Close()
	}
	if t.wecom != nil {
		t.wecom.Close()
	}
}
