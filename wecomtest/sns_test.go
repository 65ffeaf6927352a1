package wecomtest_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

var ridStyle = regexp.MustCompile(`^[a-z _]+, rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`)

func TestSNSRefuses(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	c.srv.AddOfficialAccount(wecomtest.OfficialAccount{AppID: "wxother", Secret: "other", Domain: "mp.example.com"})
	base, info := c.grant(visitorID, "snsapi_base"), c.grant(visitorID, "snsapi_userinfo")
	code := look(t, c.srv.Browser(visitorID), c.accountAt()).code
	exchange := []string{"appid", account, "secret", accountKey, "code", code, "grant_type", "authorization_code"}
	refresh := []string{"appid", account, "grant_type", "refresh_token", "refresh_token", base.text("refresh_token")}
	profile := []string{"access_token", info.text("access_token"), "openid", visitorID, "lang", "zh_CN"}
	for _, tt := range []struct {
		name, path string
		pairs      []string
		change     []string
		code       int
	}{
		{"no appid", "/sns/oauth2/access_token", exchange, []string{"appid", "-"}, 41002},
		{"unknown appid", "/sns/oauth2/access_token", exchange, []string{"appid", "wxnobody"}, 40013},
		{"the CorpID", "/sns/oauth2/access_token", exchange, []string{"appid", testCorp}, 40013},
		{"no secret", "/sns/oauth2/access_token", exchange, []string{"secret", "-"}, 41004},
		{"wrong secret", "/sns/oauth2/access_token", exchange, []string{"secret", "wrong"}, 40125},
		{"no grant_type", "/sns/oauth2/access_token", exchange, []string{"grant_type", "-"}, 40002},
		{"no code", "/sns/oauth2/access_token", exchange, []string{"code", "-"}, 41008},
		{"unknown code", "/sns/oauth2/access_token", exchange, []string{"code", "nonsense"}, 40029},
		{"a company's code", "/sns/oauth2/access_token", exchange, []string{"code", c.code("zhangsan")}, 40029},
		{"another account's code", "/sns/oauth2/access_token", exchange, []string{"appid", "wxother", "secret", "other"}, 40029},
		{"right after all", "/sns/oauth2/access_token", exchange, nil, 0},
		{"used code", "/sns/oauth2/access_token", exchange, nil, 40163},

		{"no appid", "/sns/oauth2/refresh_token", refresh, []string{"appid", "-"}, 41002},
		{"no grant_type", "/sns/oauth2/refresh_token", refresh, []string{"grant_type", "authorization_code"}, 40002},
		{"no refresh_token", "/sns/oauth2/refresh_token", refresh, []string{"refresh_token", "-"}, 41003},
		{"access token instead", "/sns/oauth2/refresh_token", refresh, []string{"refresh_token", base.text("access_token")}, 40030},
		{"another account's", "/sns/oauth2/refresh_token", refresh, []string{"appid", "wxother"}, 40030},
		{"right", "/sns/oauth2/refresh_token", refresh, nil, 0},

		{"no access_token", "/sns/userinfo", profile, []string{"access_token", "-"}, 41001},
		{"an app's access_token", "/sns/userinfo", profile, []string{"access_token", c.token()}, 40001},
		{"no openid", "/sns/userinfo", profile, []string{"openid", "-"}, 41009},
		{"another openid", "/sns/userinfo", profile, []string{"openid", zhangsanOpen}, 40003},
		{"snsapi_base", "/sns/userinfo", profile, []string{"access_token", base.text("access_token")}, 48001},
		{"right", "/sns/userinfo", profile, nil, 0},

		{"another openid", "/sns/auth", profile, []string{"openid", zhangsanOpen}, 40003},
		{"unknown token", "/sns/auth", profile, []string{"access_token", "nonsense"}, 40001},
		{"right", "/sns/auth", profile, nil, 0},
	} {
		a := c.sns(tt.path, append(append([]string{}, tt.pairs...), tt.change...)...)
		if got, _ := a.all["errcode"].(float64); int(got) != tt.code {
			t.Errorf("%s, %s: %s, want %d", tt.path, tt.name, a.raw, tt.code)
		}
		if tt.code != 0 && (!ridStyle.MatchString(a.text("errmsg")) || len(a.all) != 2) {
			t.Errorf("%s, %s: %s", tt.path, tt.name, a.raw)
		}
		if a.http.StatusCode != http.StatusOK || a.http.Header.Get("Content-Type") != "text/plain" {
			t.Errorf("%s, %s: status %d, %s", tt.path, tt.name, a.http.StatusCode, a.http.Header.Get("Content-Type"))
		}
	}
	if a := c.do(http.MethodPost, "/sns/auth", url.Values{}, ""); a.code() != 43001 {
		t.Errorf("POST: %s", a.raw)
	}
}

func TestSNSRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := withSignIn(t, wecomtest.NewUnstartedServer())
		first := c.grant(visitorID, "snsapi_base")
		access, refresh := first.text("access_token"), first.text("refresh_token")
		valid := func(token string) float64 {
			code, _ := c.sns("/sns/auth", "access_token", token, "openid", visitorID).all["errcode"].(float64)
			return code
		}
		again := func() answer {
			return c.sns("/sns/oauth2/refresh_token", "appid", account, "grant_type", "refresh_token", "refresh_token", refresh)
		}
		time.Sleep(time.Hour)
		if a := again(); a.text("access_token") != access || a.all["expires_in"] != 7200.0 {
			t.Errorf("a valid one is lengthened: %s", a.raw)
		}
		time.Sleep(2*time.Hour - time.Nanosecond)
		if code := valid(access); code != 0 {
			t.Errorf("just before its end: %v", code)
		}
		time.Sleep(time.Nanosecond)
		if code := valid(access); code != 42001 {
			t.Errorf("at its end: %v", code)
		}
		second := again().text("access_token")
		if second == access || valid(second) != 0 || valid(access) != 40001 {
			t.Errorf("refreshed: new %v, old %v", valid(second), valid(access))
		}
		time.Sleep(30 * 24 * time.Hour)
		if a := again(); a.code() != 42002 {
			t.Errorf("after 30 days: %s", a.raw)
		}
		time.Sleep(2 * 24 * time.Hour)
		c.grant(visitorID, "snsapi_base") // sweeps
		if a := again(); a.code() != 40030 || valid(second) != 40001 {
			t.Errorf("forgotten: %s", a.raw)
		}
	})
}

// TestMemberAtAccount: a member with WeChat is somebody like any other there.
func TestMemberAtAccount(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	if a := c.grant(zhangsanOpen, "snsapi_userinfo"); a.text("openid") != zhangsanOpen || strings.Contains(a.raw, "userid") || a.all["unionid"] != nil {
		t.Errorf("%s", a.raw)
	}
	c.srv.Configure(func(r *wecomtest.Rules) { r.AnyBrowser = true })
	if l := look(t, c.srv.Browser("lisi"), c.accountAt()); l.to != nil || l.err != "43004" {
		t.Errorf("a member without WeChat: %+v", l)
	}
	c.srv.AddVisitor(wecomtest.Visitor{OpenID: "oVIRTUAL", Snapshot: true})
	if a := c.grant("oVIRTUAL", "snsapi_base"); a.all["is_snapshotuser"] != 1.0 {
		t.Errorf("snapshot: %s", a.raw)
	}
}

// TestSampleSignIn replays the reference's samples over a real connection, with
// nothing but HTTP: a browser is a header and a cookie.
func TestSampleSignIn(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewServer())
	plain := &http.Client{Transport: c.srv.Client().Transport}
	visit := func(id, agent, address string) landing {
		t.Helper()
		b := &http.Client{Transport: headers{plain.Transport, map[string]string{"User-Agent": agent, "Cookie": "wecomtest_as=agree." + id}}}
		l := look(t, b, c.srv.URL+address)
		if l.code == "" {
			t.Fatalf("%s: %+v", address, l)
		}
		return l
	}
	const wecom, wechat, pc = "wxwork/4.0 MicroMessenger/7.0", "MicroMessenger/8.0", "Mozilla/5.0 (X11; Linux x86_64)"
	back := url.QueryEscape("https://app.example.com/")
	authorize := "/connect/oauth2/authorize?appid=" + testCorp + "&redirect_uri=" + back + "&response_type=code&scope=SCOPE&state=STATE&agentid=1000002#wechat_redirect"
	base, private := strings.Replace(authorize, "SCOPE", "snsapi_base", 1), strings.Replace(authorize, "SCOPE", "snsapi_privateinfo", 1)
	login := "/wwlogin/sso/login?login_type=CorpApp&appid=" + testCorp + "&agentid=1000002&redirect_uri=" + url.QueryEscape(loginURI) + "&state=STATE&lang=zh"
	qr := "/wwopen/sso/qrConnect?appid=" + testCorp + "&agentid=1000002&redirect_uri=" + url.QueryEscape(loginURI) + "&state=STATE&lang=zh"
	mp := "/connect/oauth2/authorize?appid=" + account + "&redirect_uri=" + url.QueryEscape("https://mp.example.com/") + "&response_type=code&scope=snsapi_userinfo&state=STATE#wechat_redirect"
	const now, old = "/cgi-bin/auth/getuserinfo", "/cgi-bin/user/getuserinfo"
	detail := `{"errcode":0,"errmsg":"ok","userid":"zhangsan","gender":"1","avatar":"https://img.example.com/z.png","qr_code":"https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=EXAMPLE","mobile":"13800000001","email":"zhangsan@example.com","biz_mail":"zhangsan@example.biz","address":"深圳"}`
	secret := regexp.MustCompile(`("(?:user_ticket|DeviceId|access_token|refresh_token)":)"[0-9a-zA-Z]{16,}"`)
	masked := func(a answer) string { return secret.ReplaceAllString(a.raw, `$1"…"`) }

	for _, tt := range []struct{ name, id, agent, address, path, want string }{
		{"member", "zhangsan", wecom, private, now, `{"errcode":0,"errmsg":"ok","userid":"zhangsan","user_ticket":"…"}`},
		{"member, silent", "zhangsan", wecom, base, now, `{"errcode":0,"errmsg":"ok","userid":"zhangsan"}`},
		{"member, old answer", "zhangsan", wecom, private, old, `{"errcode":0,"errmsg":"ok","UserId":"zhangsan","DeviceId":"…","user_ticket":"…","expires_in":1800}`},
		{"member, silent, old answer", "zhangsan", wecom, base, old, `{"errcode":0,"errmsg":"ok","UserId":"zhangsan","DeviceId":"…"}`},
		{"visitor", visitorID, wechat, base, now, `{"errcode":0,"errmsg":"ok","openid":"` + visitorID + `","external_userid":"wmEXAMPLE"}`},
		{"visitor, old answer", visitorID, wechat, base, old, `{"errcode":0,"errmsg":"ok","OpenId":"` + visitorID + `","DeviceId":"…","external_userid":"wmEXAMPLE"}`},
		{"web login", "zhangsan", pc, login, now, `{"errcode":0,"errmsg":"ok","userid":"zhangsan"}`},
		{"older page", "zhangsan", pc, qr, old, `{"errcode":0,"errmsg":"ok","UserId":"zhangsan","DeviceId":"…"}`},
	} {
		l := visit(tt.id, tt.agent, tt.address)
		if l.to.Query().Get("state") != "STATE" || tt.agent == pc && l.to.Query().Get("appid") != testCorp {
			t.Errorf("%s: back at %s", tt.name, l.to)
		}
		a := c.get(tt.path, "code", l.code)
		if diff := cmp.Diff(tt.want, masked(a)); diff != "" {
			t.Errorf("%s (-sample +ours):\n%s", tt.name, diff)
		}
		if ticket := a.text("user_ticket"); ticket != "" {
			for _, path := range []string{"/cgi-bin/auth/getuserdetail", "/cgi-bin/user/getuserdetail"} {
				if diff := cmp.Diff(detail, c.post(path, `{"user_ticket":"`+ticket+`"}`).raw); diff != "" {
					t.Errorf("%s, %s (-sample +ours):\n%s", tt.name, path, diff)
				}
			}
		}
	}
	if a := c.post("/cgi-bin/user/convert_to_openid", `{"userid":"zhangsan"}`); a.raw != `{"errcode":0,"errmsg":"ok","openid":"`+zhangsanOpen+`"}` {
		t.Errorf("convert_to_openid: %s", a.raw)
	}
	if a := c.post("/cgi-bin/user/convert_to_userid", `{"openid":"`+zhangsanOpen+`"}`); a.raw != `{"errcode":0,"errmsg":"ok","userid":"zhangsan"}` {
		t.Errorf("convert_to_userid: %s", a.raw)
	}

	token := c.sns("/sns/oauth2/access_token", "appid", account, "secret", accountKey, "code", visit(visitorID, wechat, mp).code, "grant_type", "authorization_code")
	granted := `{"access_token":"…","expires_in":7200,"refresh_token":"…","openid":"` + visitorID + `","scope":"snsapi_userinfo","unionid":"uEXAMPLE"}`
	for name, tt := range map[string]struct {
		got  answer
		want string
	}{
		"access_token":  {token, granted},
		"refresh_token": {c.sns("/sns/oauth2/refresh_token", "appid", account, "grant_type", "refresh_token", "refresh_token", token.text("refresh_token")), granted},
		"userinfo": {c.sns("/sns/userinfo", "access_token", token.text("access_token"), "openid", visitorID, "lang", "zh_CN"),
			`{"openid":"` + visitorID + `","nickname":"访客","sex":0,"province":"","city":"","country":"","headimgurl":"https://img.example.com/v.png","privilege":[],"unionid":"uEXAMPLE"}`},
		"auth": {c.sns("/sns/auth", "access_token", token.text("access_token"), "openid", visitorID), `{"errcode":0,"errmsg":"ok"}`},
	} {
		if diff := cmp.Diff(tt.want, masked(tt.got)); diff != "" {
			t.Errorf("sns %s (-sample +ours):\n%s", name, diff)
		}
	}
}

// headers sets headers that a jar and net/http would otherwise choose.
type headers struct {
	http.RoundTripper
	set map[string]string
}

func (h headers) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range h.set {
		r.Header.Set(name, value)
	}
	return h.RoundTripper.RoundTrip(r)
}
