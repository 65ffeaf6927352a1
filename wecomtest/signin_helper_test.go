package wecomtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
)

const (
	trusted      = "app.example.com"
	backURI      = "https://app.example.com/o/itsm/weixin/login/?c_url=%2F"
	loginURI     = "https://pc.example.com:8443/back"
	account      = "wx0123456789abcdef"
	accountKey   = "secret-of-the-account"
	otherSecret  = "secret-of-1000003"
	visitorID    = "oVISITOR_of-the-company"
	zhangsanOpen = "oZHANGSAN"
)

// withSignIn is [newCompany] with two apps that people can sign in to, an
// official account, and a visitor.
func withSignIn(t testing.TB, srv *wecomtest.Server) *company {
	t.Helper()
	c := newCompany(t, srv)
	if err := c.agent.SetDomains(trusted, "pc.example.com:8443"); err != nil {
		t.Fatal(err)
	}
	srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: otherSecret, TrustedDomain: "other.example.com:8080"})
	srv.AddUser(wecomtest.User{ID: "zhangsan", Name: "张三", OpenID: zhangsanOpen, Gender: "1", Avatar: "https://img.example.com/z.png",
		QRCode: "https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=EXAMPLE", Mobile: "13800000001",
		Email: "zhangsan@example.com", BizMail: "zhangsan@example.biz", Address: "深圳"})
	srv.AddUser(wecomtest.User{ID: "hidden", Hidden: true, OpenID: "oHIDDEN"})
	srv.AddUser(wecomtest.User{ID: "disabled", Disabled: true})
	srv.AddVisitor(wecomtest.Visitor{OpenID: visitorID, ExternalUserID: "wmEXAMPLE", UnionID: "uEXAMPLE", Nickname: "访客", Avatar: "https://img.example.com/v.png"})
	srv.AddOfficialAccount(wecomtest.OfficialAccount{AppID: account, Secret: accountKey, Domain: "mp.example.com"})
	return c
}

// landing is where a browser is after one step.
type landing struct {
	status int
	to     *url.URL // of a redirect
	code   string   // in it
	err    string   // errcode of a page
	text   string   // of a page
}

// step opens an address and follows no redirect.
func step(t testing.TB, b *http.Client, method, address, form string) landing {
	t.Helper()
	still := *b
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	res, err := still.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	l := landing{status: res.StatusCode, err: res.Header.Get("Error-Code"), text: string(text)}
	if at := res.Header.Get("Location"); at != "" {
		if l.to, err = url.Parse(at); err != nil {
			t.Fatal(err)
		}
		l.code = l.to.Query().Get("code")
	}
	return l
}

func look(t testing.TB, b *http.Client, address string) landing {
	t.Helper()
	return step(t, b, http.MethodGet, address, "")
}

// authorizeAt builds an authorize address in the documented order; pairs replace
// its parameters, "-" takes one out.
func (c *company) authorizeAt(pairs ...string) string {
	return c.address("/connect/oauth2/authorize", "#wechat_redirect", []string{"appid", c.srv.CorpID, "redirect_uri", backURI, "response_type", "code",
		"scope", "snsapi_base", "state", "STATE1", "agentid", "1000002"}, pairs)
}

func (c *company) accountAt(pairs ...string) string {
	return c.address("/connect/oauth2/authorize", "#wechat_redirect", []string{"appid", account, "redirect_uri", "https://mp.example.com/back", "response_type", "code",
		"scope", "snsapi_base", "state", "STATE1"}, pairs)
}

func (c *company) loginAt(pairs ...string) string {
	return c.address("/wwlogin/sso/login", "", []string{"login_type", "CorpApp", "appid", c.srv.CorpID, "agentid", "1000002", "redirect_uri", loginURI, "state", "3da3-77be", "lang", "zh"}, pairs)
}

func (c *company) address(path, fragment string, defaults, pairs []string) string {
	changed := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		changed[pairs[i]] = pairs[i+1]
	}
	var parts []string
	for i := 0; i+1 < len(defaults); i += 2 {
		name, value := defaults[i], defaults[i+1]
		if v, ok := changed[name]; ok {
			value = v
		}
		if value != "-" {
			parts = append(parts, name+"="+url.QueryEscape(value))
		}
	}
	return c.srv.URL + path + "?" + strings.Join(parts, "&") + fragment
}

// code lets a person through and returns what the app gets.
func (c *company) code(id string, pairs ...string) string {
	c.t.Helper()
	l := look(c.t, c.srv.Browser(id), c.authorizeAt(pairs...))
	if l.code == "" {
		c.t.Fatalf("no code: %+v", l)
	}
	return l.code
}

func (c *company) userInfo(code string) answer {
	c.t.Helper()
	return c.get("/cgi-bin/auth/getuserinfo", "code", code)
}

// ticket is that of zhangsan.
func (c *company) ticket() string {
	c.t.Helper()
	a := c.userInfo(c.code("zhangsan", "scope", "snsapi_privateinfo"))
	if a.text("user_ticket") == "" {
		c.t.Fatalf("no user_ticket: %s", a.raw)
	}
	return a.text("user_ticket")
}

func (c *company) detail(ticket string) answer {
	c.t.Helper()
	body, err := json.Marshal(map[string]string{"user_ticket": ticket})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.post("/cgi-bin/auth/getuserdetail", string(body))
}

func (c *company) sns(path string, pairs ...string) answer {
	c.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if q.Set(pairs[i], pairs[i+1]); pairs[i+1] == "-" {
			q.Del(pairs[i])
		}
	}
	return c.do(http.MethodGet, path, q, "")
}

// grant signs a person in to the official account.
func (c *company) grant(openID, scope string) answer {
	c.t.Helper()
	code := look(c.t, c.srv.Browser(openID), c.accountAt("scope", scope)).code
	return c.sns("/sns/oauth2/access_token", "appid", account, "secret", accountKey, "code", code, "grant_type", "authorization_code")
}
