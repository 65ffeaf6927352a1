package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

// lines are findings as "class text".
func lines(found []finding) (all []string) {
	for _, f := range found {
		all = append(all, f.Class()+" "+f.Text+" | "+f.Do)
	}
	return all
}

// closedPort is an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l := must[net.Listener](t)(new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0"))
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// secure is a server whose certificate nobody here trusts.
func secure(t *testing.T) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

// proxied sends everything by a proxy at the address.
func proxied(address string) *http.Client {
	return &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: address})}}
}

// TestConnection: each fault between here and WeCom is named, and only it.
func TestConnection(t *testing.T) {
	t.Parallel()
	const secret = "kanarienvogel-secret"
	company := func(t *testing.T) (*wecomtest.Server, *wecomtest.Agent, doctor) {
		srv := wecomtest.NewServer()
		t.Cleanup(srv.Close)
		srv.AddUser(wecomtest.User{ID: "lisi"})
		agent := srv.AddApp(wecomtest.App{AgentID: simAgent, Name: "故障自愈", Secret: secret, TrustedDomain: "mycompany.com"})
		srv.AddApp(wecomtest.App{AgentID: simAgent + 1, Secret: "other"})
		return srv, agent, doctor{api: srv.URL, set: settings.Wechat{
			AppURL: "http://mycompany.com/o/bk_fta_solutions/wechat/", Token: env.NewSecret("Token1"), EncodingAESKey: env.NewSecret(play.AESKey()),
			CorpID: srv.CorpID, Secret: env.NewSecret(secret), AgentID: simAgent,
		}}
	}
	const gettoken, getAgent = "/cgi-bin/gettoken", "/cgi-bin/agent/get"
	answer := func(body string) wecomtest.Fault {
		return wecomtest.Fault{Status: 200, Body: []byte(body), Times: -1}
	}
	const empty = `{"errcode":0,"agentid":1000002,"name":"x","redirect_domain":"mycompany.com","close":%d,"allow_userinfos":{"user":[%s]},"allow_partys":{},"allow_tags":{}}`
	for name, tt := range map[string]struct {
		with func(*testing.T, *wecomtest.Server, *wecomtest.Agent, *doctor)
		want []string // beginnings of all lines that are not good
		do   string   // in the last of them
	}{
		"healthy": {nil, nil, ""},
		"missing": {func(_ *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) {
			d.set.Secret, d.set.AgentID = env.Secret{}, 0
		}, []string{"bad 缺少配置：Secret、微信消息的 Agent_ID"}, settings.AgentID},
		"nothing listens": {func(t *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) {
			d.api = "http://" + closedPort(t)
		}, []string{"bad 企业微信 API：连接被拒绝"}, "BKAPP_WEIXIN_QY_API_DOMAIN"},
		"no such host": {func(_ *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) { d.api = "http://qyapi.invalid" }, []string{"bad 企业微信 API：域名无法解析"}, "DNS"},
		"certificate": {func(t *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) {
			d.api = secure(t).URL
		}, []string{"bad 企业微信 API：TLS 证书不是受信任"}, "SSL_CERT_FILE"},
		"certificate of another": {func(t *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) {
			srv := secure(t)
			d.client = srv.Client()
			d.api = strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
		}, []string{"bad 企业微信 API：TLS 证书不属于"}, "换成包含该域名的证书"},
		"no TLS": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, d *doctor) {
			d.api = strings.Replace(srv.URL, "http:", "https:", 1)
		}, []string{"bad 企业微信 API：对方没有使用 TLS"}, "http"},
		"proxy away": {func(t *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) {
			d.client, d.api = proxied(closedPort(t)), "https://qyapi.weixin.qq.com"
		}, []string{"bad 企业微信 API：连不上 HTTP 代理"}, "HTTPS_PROXY"},
		"proxy wants a password": {func(t *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
			t.Cleanup(srv.Close)
			d.client = proxied(strings.TrimPrefix(srv.URL, "http://"))
		}, []string{"bad 企业微信 API：HTTP 代理要求认证"}, "NO_PROXY"},
		"clock": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, d *doctor) {
			srv.Fail("/", wecomtest.Fault{Status: 404, Header: http.Header{"Date": {time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)}}, Times: -1})
		}, []string{"bad 本机时钟比企业微信慢 "}, "NTP"},
		"wrong secret": {func(_ *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) {
			d.set.Secret = env.NewSecret("kanarienvogel-wrong")
		}, []string{"bad 获取 access_token：Secret 错误（40001）"}, "不要反复重试"},
		"wrong company": {func(_ *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) { d.set.CorpID = "wwelse" }, []string{"bad 获取 access_token：CorpID 错误（40013）"}, "企业 ID"},
		"no corpid arrives": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, _ *doctor) {
			srv.Fail(gettoken, wecomtest.Fault{ErrCode: 41002, Times: -1})
		}, []string{"bad 获取 access_token：企业微信没有收到 CorpID 或 Secret（41002）"}, "代理"},
		"no secret arrives": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, _ *doctor) {
			srv.Fail(gettoken, wecomtest.Fault{ErrCode: 41004, Times: -1})
		}, []string{"bad 获取 access_token：企业微信没有收到 CorpID 或 Secret（41004）"}, "代理"},
		"busy": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, _ *doctor) {
			srv.Fail(gettoken, wecomtest.Fault{ErrCode: 45009, Times: -1})
		}, []string{"bad 获取 access_token：调用过于频繁（45009）"}, "等待"},
		"gateway page": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, _ *doctor) {
			srv.Fail(gettoken, wecomtest.Fault{Status: 403, Body: []byte("<html>kanarienvogel</html>"), Times: -1})
		}, []string{"bad 获取 access_token：返回了 HTTP 403"}, "HTTPS_PROXY"},
		"untrusted address": {func(t *testing.T, _ *wecomtest.Server, a *wecomtest.Agent, _ *doctor) {
			if err := a.TrustIPs("192.0.2.1"); err != nil {
				t.Error(err)
			}
		}, []string{"bad 读取应用信息：本服务器的"}, "企业可信 IP"},
		"untrusted address, named": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, _ *doctor) {
			srv.Fail(getAgent, wecomtest.Fault{ErrCode: 60020, ErrMsg: "not allow to access from your ip, hint: [1], from ip: 198.51.100.7, more info at https://open.work.weixin.qq.com", Times: -1})
		}, []string{"bad 读取应用信息：本服务器的地址 198.51.100.7 不在"}, "1 分钟后生效"},
		"another app's": {func(_ *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) { d.set.AgentID = simAgent + 1 }, []string{"bad 读取应用信息：Agent_ID 不是这个 Secret 的应用（301002）"}, "同一个应用"},
		"no such app":   {func(_ *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) { d.set.AgentID = 7 }, []string{"bad 读取应用信息：没有这个 Agent_ID（40056）"}, "AgentId"},
		"disabled": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, _ *doctor) {
			srv.Fail(getAgent, answer(fmt.Sprintf(empty, 1, `{"userid":"lisi"}`)))
		}, []string{"bad 应用已停用"}, "启用"},
		"nobody may see it": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, _ *doctor) {
			srv.Fail(getAgent, answer(fmt.Sprintf(empty, 0, ``)))
		}, []string{"bad 应用的可见范围为空"}, "可见范围"},
		"another domain": {func(t *testing.T, _ *wecomtest.Server, a *wecomtest.Agent, _ *doctor) {
			if err := a.SetDomains("mycompany.com:8443", ""); err != nil {
				t.Error(err)
			}
		}, []string{"wait 应用的可信域名与微信端地址的域名 mycompany.com 不一致"}, "mycompany.com"},
		"no domain": {func(t *testing.T, _ *wecomtest.Server, a *wecomtest.Agent, _ *doctor) {
			if err := a.SetDomains("", ""); err != nil {
				t.Error(err)
			}
		}, []string{"wait 应用没有设置可信域名"}, "mycompany.com"},
		"unknown code": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, _ *doctor) {
			srv.Fail(getAgent, wecomtest.Fault{ErrCode: 99999, ErrMsg: "kanarienvogel", Times: -1})
		}, []string{"bad 读取应用信息：企业微信返回错误码 99999"}, "错误码"},
		"forbidden": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, _ *doctor) {
			srv.Fail(getAgent, wecomtest.Fault{ErrCode: 48002, Times: -1})
		}, []string{"bad 读取应用信息：没有调用权限（48002）"}, "自建应用"},
		"the token is refused": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, _ *doctor) {
			srv.Fail(getAgent, wecomtest.Fault{ErrCode: 40014, Times: -1})
		}, []string{"bad 读取应用信息：新取得的 access_token 被拒绝（40014）"}, "时钟"},
		"disabled, by code": {func(_ *testing.T, srv *wecomtest.Server, _ *wecomtest.Agent, _ *doctor) {
			srv.Fail(getAgent, wecomtest.Fault{ErrCode: 50003, Times: -1})
		}, []string{"bad 读取应用信息：应用已停用（50003）"}, "启用"},
		"public pair": {func(_ *testing.T, _ *wecomtest.Server, _ *wecomtest.Agent, d *doctor) {
			d.set.Token = env.NewSecret("FTAToken")
		}, []string{"bad Token 或 EncodingAESKey 是公开的默认值"}, "请先修改"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, agent, d := company(t)
			if tt.with != nil {
				tt.with(t, srv, agent, &d)
			}
			all := lines(d.connection(t.Context()))
			var wrong []string
			for _, line := range all {
				if !strings.HasPrefix(line, "good ") {
					wrong = append(wrong, line)
				}
				if strings.Contains(line, "kanarienvogel") {
					t.Errorf("a secret, or an answer, is told: %s", line)
				}
			}
			if len(wrong) != len(tt.want) {
				t.Fatalf("%q", all)
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(wrong[i], want) || i == len(tt.want)-1 && !strings.Contains(wrong[i], tt.do) || strings.HasSuffix(wrong[i], "| ") {
					t.Errorf("%q, want %q and %q", wrong[i], want, tt.do)
				}
			}
			if tt.want == nil && len(all) != 4 {
				t.Errorf("%q", all)
			}
		})
	}
}

// TestCallbackCheck: what may stand between WeCom and the callback address.
func TestCallbackCheck(t *testing.T) {
	t.Parallel()
	key, corpID := play.AESKey(), "ww1"
	codec := must[*wecomcrypto.Codec](t)(wecomcrypto.New("Token1", key, corpID))
	echo := func(r *http.Request) string {
		q := r.URL.Query()
		plain, err := codec.Open(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), q.Get("echostr"))
		if err != nil || r.URL.Path != "/o/x/wechat/entry/" {
			t.Errorf("asked %s: %v", r.URL.Path, err)
		}
		return string(plain)
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "kanarienvogel", code) }
	}
	for name, tt := range map[string]struct {
		h    http.HandlerFunc
		want string
	}{
		"right":       {func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, echo(r)) }, "good 回调地址：URL 验证通过"},
		"a newline":   {func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, echo(r)+"\n") }, "bad 回调地址：应答的内容被改动"},
		"a BOM":       {func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "\ufeff"+echo(r)) }, "bad 回调地址：应答的内容被改动"},
		"a page":      {status(200), "bad 回调地址：应答的不是验证内容"},
		"empty":       {func(http.ResponseWriter, *http.Request) {}, "bad 回调地址：应答的不是验证内容"},
		"a long page": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 1<<20)) }, "bad 回调地址：应答的不是验证内容"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/o/x/wechat/entry/" {
				t.Error("a redirect was followed")
			}
			http.Redirect(w, r, "/elsewhere/", http.StatusMovedPermanently)
		}, "bad 回调地址：返回了重定向（301）"},
		"refused":    {status(400), "bad 回调地址：验证被拒绝（400）"},
		"no path":    {status(404), "bad 回调地址：路径不存在（404）"},
		"login":      {status(401), "bad 回调地址：被拦截（401）"},
		"firewall":   {status(403), "bad 回调地址：被拦截（403）"},
		"proxy 502":  {status(502), "bad 回调地址：代理连不上本程序（502）"},
		"proxy 504":  {status(504), "bad 回调地址：代理连不上本程序（504）"},
		"not set up": {status(503), "bad 回调地址：暂不可用（503）"},
		"broken":     {status(500), "bad 回调地址：返回了 HTTP 500"},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "x")
		}, "bad 回调地址：连接失败或中断"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(tt.h)
			t.Cleanup(srv.Close)
			d := doctor{echo: time.Minute, set: settings.Wechat{AppURL: srv.URL + "/o/x/wechat/", Token: env.NewSecret("Token1"), EncodingAESKey: env.NewSecret(key), CorpID: corpID}}
			got := lines(d.callback(t.Context()))
			if len(got) != 1 || !strings.HasPrefix(got[0], tt.want) || strings.Contains(got[0], "kanarienvogel") || strings.HasSuffix(got[0], "| ") != strings.HasPrefix(got[0], "good") {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	given := func(address string) doctor {
		return doctor{echo: time.Minute, set: settings.Wechat{AppURL: address + "/o/x/wechat/", Token: env.NewSecret("Token1"), EncodingAESKey: env.NewSecret(key), CorpID: corpID}}
	}
	for address, want := range map[string]string{
		"http://" + closedPort(t):   "bad 回调地址：连接被拒绝",
		"https://mycompany.invalid": "bad 回调地址：域名无法解析",
		secure(t).URL:               "bad 回调地址：TLS 证书不是受信任",
	} {
		if got := lines(given(address).callback(t.Context())); len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s: %q", address, got)
		}
	}
	never := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(never.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if got := lines(given(never.URL).callback(ctx)); len(got) != 1 || !strings.HasPrefix(got[0], "bad 回调地址：超时没有应答") {
		t.Errorf("never: %q", got)
	}
	for _, off := range []time.Duration{2 * time.Minute, time.Hour, -time.Hour} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
			_, _ = io.WriteString(w, echo(r))
		}))
		t.Cleanup(srv.Close)
		want := map[time.Duration]string{2 * time.Minute: "wait 本机时钟比应答回调地址的服务器慢 ", time.Hour: "bad 本机时钟比应答回调地址的服务器慢 ", -time.Hour: "bad 本机时钟比应答回调地址的服务器快 "}[off]
		if got := lines(given(srv.URL).callback(t.Context())); len(got) != 2 || !strings.HasPrefix(got[0], want) {
			t.Errorf("clock %v: %q", off, got)
		}
	}
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(echoTime + 50*time.Millisecond)
		_, _ = io.WriteString(w, echo(r))
	}))
	t.Cleanup(slow.Close)
	late := given(slow.URL)
	late.echo = 0
	if got := lines(late.callback(t.Context())); !has(got, "bad 回调地址：应答用了 ", "企业微信只等 1 秒") {
		t.Errorf("slow: %q", got)
	}
	var d doctor
	if got := lines(d.callback(t.Context())); len(got) != 1 || !has(got, "bad 回调地址：需要先保存") {
		t.Errorf("nothing set: %q", got)
	}
	d = given("http://127.0.0.1:1")
	d.set.EncodingAESKey = env.NewSecret("kanarienvogel")
	if got := lines(d.callback(t.Context())); !has(got, "bad 回调地址：TOKEN 或 EncodingAESKey 无法使用") {
		t.Errorf("bad key: %q", got)
	}
}

// TestButtons: the three buttons on the page.
func TestButtons(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	admin := o.pc("admin")
	own := o.console(admin)
	for action, want := range map[string]string{
		"connection/": "good access_token 获取成功", "callback/": "good 回调地址：URL 验证通过", "menu/": "good 菜单“审批列表”已发布",
	} {
		if p := o.fill(admin, own, action); !has(findings(p), want) {
			t.Errorf("%s: %d %q\n%s", action, p.Status, findings(p), p.Body)
		}
	}
	menu := o.wecom.Menu(simAgent)
	if len(menu) != 1 || menu[0].Name != "审批列表" || menu[0].URL != o.app.wechat.settings().AppURL+"todo/" {
		t.Errorf("%+v", menu)
	}
	o.wecom.Fail("/cgi-bin/menu/create", wecomtest.Fault{ErrCode: 60020, ErrMsg: "from ip: 192.0.2.9", Times: -1})
	if p := o.fill(admin, own, "menu/"); !has(findings(p), "bad 发布菜单：本服务器的地址 192.0.2.9", "企业可信 IP") {
		t.Errorf("%q", findings(p))
	}
	// One at a time.
	o.app.console.busy.Lock()
	p := o.fill(admin, own, "connection/")
	o.app.console.busy.Unlock()
	if p.Status != http.StatusTooManyRequests {
		t.Errorf("two at once: %d", p.Status)
	}
	if diff := cmp.Diff([]string(nil), o.changes()); diff != "" {
		t.Error(diff)
	}
}
