package oauth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/oauth"
)

const back = "https://itsm.example.com/o/itsm/weixin/login/?c_url=%2Fo%2Fitsm%2F"

const escaped = "https%3A%2F%2Fitsm.example.com%2Fo%2Fitsm%2Fweixin%2Flogin%2F%3Fc_url%3D%252Fo%252Fitsm%252F"

// TestAuthorizeURL: names, order and fragment are those of the vendor's documents.
func TestAuthorizeURL(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		p    oauth.Provider
		want string
	}{
		"base": {
			oauth.WeCom{CorpID: "ww1234567890abcdef"},
			"https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1234567890abcdef&redirect_uri=" + escaped +
				"&response_type=code&scope=snsapi_base&state=STATE#wechat_redirect",
		},
		"private info": {
			oauth.WeCom{CorpID: "ww1234567890abcdef", AgentID: 1000002, Scope: oauth.PrivateInfo, OpenURL: "https://wecom.example.com/open/"},
			"https://wecom.example.com/open/connect/oauth2/authorize?appid=ww1234567890abcdef&redirect_uri=" + escaped +
				"&response_type=code&scope=snsapi_privateinfo&state=STATE&agentid=1000002#wechat_redirect",
		},
		"web": {
			oauth.WebLogin{CorpID: "ww1234567890abcdef", AgentID: 1000002},
			"https://login.work.weixin.qq.com/wwlogin/sso/login?login_type=CorpApp&appid=ww1234567890abcdef&agentid=1000002&redirect_uri=" +
				escaped + "&state=STATE&lang=zh",
		},
		"web elsewhere": {
			oauth.WebLogin{CorpID: "ww1", AgentID: 1, LoginURL: "http://127.0.0.1:8080", Lang: "en"},
			"http://127.0.0.1:8080/wwlogin/sso/login?login_type=CorpApp&appid=ww1&agentid=1&redirect_uri=" + escaped + "&state=STATE&lang=en",
		},
		"older page": {
			oauth.WebLogin{CorpID: "ww1234567890abcdef", AgentID: 1000002, QRConnect: true},
			"https://open.work.weixin.qq.com/wwopen/sso/qrConnect?appid=ww1234567890abcdef&agentid=1000002&redirect_uri=" +
				escaped + "&state=STATE&lang=zh",
		},
		"official account": {
			oauth.OfficialAccount{AppID: "wx1", Secret: "SECRET"},
			"https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&redirect_uri=" + escaped +
				"&response_type=code&scope=snsapi_base&state=STATE#wechat_redirect",
		},
		"official account that asks": {
			oauth.OfficialAccount{AppID: "wx1", Secret: "SECRET", Scope: oauth.UserInfo, OpenURL: "http://127.0.0.1:1"},
			"http://127.0.0.1:1/connect/oauth2/authorize?appid=wx1&redirect_uri=" + escaped +
				"&response_type=code&scope=snsapi_userinfo&state=STATE#wechat_redirect",
		},
	} {
		if diff := cmp.Diff(tt.want, tt.p.AuthorizeURL(back, "STATE")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := (oauth.WeCom{CorpID: "a b&c"}).AuthorizeURL("x y", "s"); !strings.Contains(got, "appid=a%20b%26c&redirect_uri=x%20y&") {
		t.Errorf("not escaped: %s", got)
	}
}

func TestProviders(t *testing.T) {
	t.Parallel()
	type about struct {
		ID, Name                  string
		WeCom, WeChat, InABrowser bool
	}
	for _, tt := range []struct {
		p    oauth.Provider
		want about
	}{
		{oauth.WeCom{CorpID: "ww1", AgentID: 2}, about{"wecom:ww1:2", "企业微信", true, true, false}},
		{oauth.WebLogin{CorpID: "ww1", AgentID: 2}, about{"wwlogin:ww1:2", "浏览器", false, false, true}},
		{oauth.OfficialAccount{AppID: "wx1"}, about{"mp:wx1", "微信", false, true, false}},
	} {
		got := about{tt.p.ID(), tt.p.Name(), tt.p.Accepts(oauth.InWeCom), tt.p.Accepts(oauth.InWeChat), tt.p.Accepts(oauth.Browser)}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestClientOf(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]oauth.Client{
		weComAgent: oauth.InWeCom, weChatAgent: oauth.InWeChat, plainAgent: oauth.Browser, "": oauth.Browser,
		"Mozilla/5.0 (Windows NT 10.0) WXWork/4.1.32 MicroMessenger/7.0.1": oauth.InWeCom,
		"Mozilla/5.0 wxworkshop/1.0":                                       oauth.Browser,
	} {
		if got := oauth.ClientOf(&http.Request{Header: http.Header{"User-Agent": {agent}}}); got != want {
			t.Errorf("%s: %v, want %v", agent, got, want)
		}
	}
}
