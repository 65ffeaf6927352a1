package wecomtest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
)

// TestAuthorizeRefuses has a right address made wrong in one way per row; none
// sends the browser anywhere.
func TestAuthorizeRefuses(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	phone, wechat, desktop := c.srv.Browser("zhangsan"), c.srv.Browser(visitorID), c.srv.DesktopBrowser("zhangsan")
	right, rightAccount, rightLogin := c.authorizeAt(), c.accountAt(), c.loginAt()
	for name, tt := range map[string]struct {
		browser *http.Client
		address string
		code    string
		hint    string
	}{
		"appid missing":              {phone, c.authorizeAt("appid", "-"), "40013", "appid"},
		"appid of nobody":            {phone, c.authorizeAt("appid", "ww0000000000000000"), "40013", "appid"},
		"redirect_uri missing":       {phone, c.authorizeAt("redirect_uri", "-"), "50001", "TrustedDomain"},
		"foreign domain":             {phone, c.authorizeAt("redirect_uri", "https://evil.example.com/"), "50001", "TrustedDomain"},
		"domain of another app":      {phone, c.authorizeAt("agentid", "1000003"), "50001", "TrustedDomain"},
		"domain of no app":           {phone, c.authorizeAt("redirect_uri", "https://evil.example.com/", "agentid", "-"), "50001", "TrustedDomain"},
		"login domain":               {phone, c.authorizeAt("redirect_uri", loginURI), "50001", "TrustedDomain"},
		"subdomain":                  {phone, c.authorizeAt("redirect_uri", "https://x.app.example.com/"), "50001", "TrustedDomain"},
		"port not in the domain":     {phone, c.authorizeAt("redirect_uri", "https://app.example.com:8443/"), "50001", "TrustedDomain"},
		"port of the domain missing": {phone, c.authorizeAt("redirect_uri", "https://other.example.com/", "agentid", "1000003"), "50001", "TrustedDomain"},
		"user info":                  {phone, c.authorizeAt("redirect_uri", "https://app.example.com@evil.example.com/"), "50001", "TrustedDomain"},
		"user info before it":        {phone, c.authorizeAt("redirect_uri", "https://evil@app.example.com/"), "50001", "TrustedDomain"},
		"backslash":                  {phone, c.authorizeAt("redirect_uri", `https://app.example.com/\evil`), "50001", "TrustedDomain"},
		"tab":                        {phone, c.authorizeAt("redirect_uri", "https://app.example.com/\tx"), "50001", "TrustedDomain"},
		"space":                      {phone, c.authorizeAt("redirect_uri", "https://app.example.com/ x"), "50001", "TrustedDomain"},
		"no scheme":                  {phone, c.authorizeAt("redirect_uri", "//app.example.com/"), "50001", "TrustedDomain"},
		"other scheme":               {phone, c.authorizeAt("redirect_uri", "javascript://app.example.com/"), "50001", "TrustedDomain"},
		"response_type missing":      {phone, c.authorizeAt("response_type", "-"), "40058", "response_type"},
		"response_type token":        {phone, c.authorizeAt("response_type", "token"), "40058", "response_type"},
		"scope missing":              {phone, c.authorizeAt("scope", "-"), "10005", "scope"},
		"scope unknown":              {phone, c.authorizeAt("scope", "snsapi_login"), "10005", "scope"},
		"privateinfo, no agentid":    {phone, c.authorizeAt("scope", "snsapi_privateinfo", "agentid", "-"), "40058", "agentid"},
		"agentid of no app":          {phone, c.authorizeAt("agentid", "1000009"), "40056", "agentid"},
		"agentid spelt oddly":        {phone, c.authorizeAt("agentid", "01000002"), "40056", "agentid"},
		"state with a dash":          {phone, c.authorizeAt("state", "a-b"), "40058", "state"},
		"state too long":             {phone, c.authorizeAt("state", strings.Repeat("a", 129)), "40058", "state"},
		"order":                      {phone, strings.Replace(right, "response_type=code&scope=snsapi_base", "scope=snsapi_base&response_type=code", 1), "40058", "order"},
		"agentid before state":       {phone, strings.Replace(right, "state=STATE1&agentid=1000002", "agentid=1000002&state=STATE1", 1), "40058", "order"},
		"redirect_uri twice":         {phone, strings.Replace(right, "&response_type", "&redirect_uri=https%3A%2F%2Fapp.example.com%2F&response_type", 1), "40058", "order"},
		"no #wechat_redirect":        {phone, strings.TrimSuffix(right, "#wechat_redirect"), "40058", "#wechat_redirect"},
		"another fragment":           {phone, right + "x", "40058", "#wechat_redirect"},
		"bad escape":                 {phone, strings.Replace(right, "STATE1", "%zz", 1), "40058", "not encoded"},
		"desktop":                    {desktop, right, "", "Server.Browser"},
		"account on a desktop":       {desktop, rightAccount, "", "Server.Browser"},
		"account in WeCom":           {phone, rightAccount, "", "Server.Browser"},
		"account, foreign domain":    {wechat, c.accountAt("redirect_uri", backURI), "10003", "OfficialAccount.Domain"},
		"account, privateinfo":       {wechat, c.accountAt("scope", "snsapi_privateinfo"), "10005", "scope"},
		"account, state":             {wechat, c.accountAt("state", "a b"), "40058", "state"},
		"disabled member":            {c.srv.Browser("disabled"), right, "50003", "disabled"},

		"login in WeCom":            {phone, rightLogin, "", "DesktopBrowser"},
		"login in WeChat":           {wechat, rightLogin, "", "DesktopBrowser"},
		"login of a third party":    {desktop, c.loginAt("login_type", "ServiceApp"), "40058", "login_type"},
		"login, appid":              {desktop, c.loginAt("appid", account), "40013", "appid"},
		"login, agentid missing":    {desktop, c.loginAt("agentid", "-"), "40056", "agentid"},
		"login, trusted domain":     {desktop, c.loginAt("redirect_uri", backURI), "50001", "LoginDomain"},
		"login, app without domain": {desktop, c.loginAt("agentid", "1000003"), "50001", "LoginDomain"},
		"login, state twice":        {desktop, rightLogin + "&state=x", "40058", "twice"},
		"login, disabled":           {c.srv.DesktopBrowser("disabled"), rightLogin, "50003", "disabled"},
	} {
		l := look(t, tt.browser, tt.address)
		if l.to != nil || l.status != http.StatusOK || l.err != tt.code || !strings.Contains(l.text, tt.hint) {
			t.Errorf("%s: %d to %v, errcode %q, want %q and %q:\n%s", name, l.status, l.to, l.err, tt.code, tt.hint, l.text)
		}
	}
	// The addresses that the rows change are right.
	for _, l := range []landing{look(t, phone, right), look(t, wechat, rightAccount), look(t, desktop, rightLogin)} {
		if l.status != http.StatusFound || l.code == "" {
			t.Errorf("%+v", l)
		}
	}
	if got := c.srv.Requests("/connect/oauth2/authorize"); len(got) == 0 || got[len(got)-1].Status != http.StatusFound {
		t.Error("pages are not in the log")
	}
}

func TestWrongClientPages(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	if l := look(t, c.srv.DesktopBrowser("zhangsan"), c.authorizeAt()); !strings.Contains(l.text, "请在微信客户端打开链接") {
		t.Errorf("authorize on a desktop: %+v", l)
	}
	c.srv.Configure(func(r *wecomtest.Rules) { r.AnyBrowser = true })
	for name, l := range map[string]landing{
		"authorize on a desktop": look(t, c.srv.DesktopBrowser("zhangsan"), c.authorizeAt()),
		"account in WeCom":       look(t, c.srv.Browser("zhangsan"), c.accountAt()),
		"login on a phone":       look(t, c.srv.Browser("zhangsan"), c.loginAt()),
	} {
		if l.code == "" {
			t.Errorf("%s, with AnyBrowser: %+v", name, l)
		}
	}
}

// TestComesBack compares the whole address, code aside.
func TestComesBack(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	phone, desktop := c.srv.Browser("zhangsan"), c.srv.DesktopBrowser("lisi")
	for name, tt := range map[string]struct {
		browser *http.Client
		address string
		want    string
	}{
		"query before":  {phone, c.authorizeAt(), backURI + "&code=CODE&state=STATE1"},
		"no query":      {phone, c.authorizeAt("redirect_uri", "https://APP.example.com/x"), "https://APP.example.com/x?code=CODE&state=STATE1"},
		"http":          {phone, c.authorizeAt("redirect_uri", "http://app.example.com"), "http://app.example.com?code=CODE&state=STATE1"},
		"no state":      {phone, c.authorizeAt("redirect_uri", "https://app.example.com/", "state", "-"), "https://app.example.com/?code=CODE"},
		"empty state":   {phone, c.authorizeAt("redirect_uri", "https://app.example.com/", "state", ""), "https://app.example.com/?code=CODE&state="},
		"fragment":      {phone, c.authorizeAt("redirect_uri", "https://app.example.com/#/todo"), "https://app.example.com/?code=CODE&state=STATE1#/todo"},
		"not ASCII":     {phone, c.authorizeAt("redirect_uri", "https://app.example.com/单"), "https://app.example.com/%E5%8D%95?code=CODE&state=STATE1"},
		"no agentid":    {phone, c.authorizeAt("redirect_uri", "http://other.example.com:8080/", "agentid", "-"), "http://other.example.com:8080/?code=CODE&state=STATE1"},
		"privateinfo":   {phone, c.authorizeAt("scope", "snsapi_privateinfo"), backURI + "&code=CODE&state=STATE1"},
		"old name":      {phone, c.authorizeAt("scope", "snsapi_userinfo", "agentid", "-"), backURI + "&code=CODE&state=STATE1"},
		"account":       {c.srv.Browser(zhangsanOpen), c.accountAt("scope", "snsapi_userinfo"), "https://mp.example.com/back?code=CODE&state=STATE1"},
		"web login":     {desktop, c.loginAt(), loginURI + "?code=CODE&state=3da3-77be&appid=" + testCorp},
		"old web login": {desktop, strings.Replace(c.loginAt("login_type", "-"), "/wwlogin/sso/login", "/wwopen/sso/qrConnect", 1), loginURI + "?code=CODE&state=3da3-77be&appid=" + testCorp},
		"odd state":     {desktop, c.loginAt("state", "a b&c=d#e"), loginURI + "?code=CODE&state=a+b%26c%3Dd%23e&appid=" + testCorp},
	} {
		l := look(t, tt.browser, tt.address)
		if l.to == nil || l.code == "" || len(l.code) > 512 {
			t.Errorf("%s: %+v", name, l)
			continue
		}
		if got := strings.Replace(l.to.String(), "code="+l.code, "code=CODE", 1); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	phone, wechat, desktop := c.srv.Browser("zhangsan"), c.srv.Browser(visitorID), c.srv.DesktopBrowser("zhangsan")
	private := c.authorizeAt("scope", "snsapi_privateinfo")
	c.srv.Refuse("ZhangSan", true)
	c.srv.Refuse(visitorID, true)
	if l := look(t, phone, c.authorizeAt()); l.code == "" {
		t.Errorf("snsapi_base asks: %+v", l)
	}
	if l := look(t, phone, private); l.to == nil || l.to.String() != backURI+"&state=STATE1" {
		t.Errorf("privateinfo: %+v", l)
	}
	if l := look(t, wechat, c.accountAt("scope", "snsapi_userinfo")); l.to == nil || l.to.String() != "https://mp.example.com/back?state=STATE1" {
		t.Errorf("official account: %+v", l)
	}
	if l := look(t, desktop, c.loginAt()); l.to != nil || !strings.Contains(l.text, "你已取消此次登录") {
		t.Errorf("web login: %+v", l)
	}

	c.srv.Configure(func(r *wecomtest.Rules) { r.RefusedIsBase = true; r.RefusedLoginReturns = true })
	l := look(t, phone, private)
	if a := c.userInfo(l.code); a.text("userid") != "zhangsan" || a.text("user_ticket") != "" {
		t.Errorf("privateinfo with RefusedIsBase: %s", a.raw)
	}
	if l := look(t, wechat, c.accountAt("scope", "snsapi_userinfo")); l.code != "" {
		t.Errorf("official account with RefusedIsBase: %+v", l)
	}
	if l := look(t, desktop, c.loginAt()); l.to == nil || l.to.String() != loginURI+"?state=3da3-77be" {
		t.Errorf("web login with RefusedLoginReturns: %+v", l)
	}

	c.srv.Refuse("zhangsan", false)
	if l := look(t, phone, private); l.code == "" {
		t.Errorf("changed their mind: %+v", l)
	}
}

func TestAuthorizeRules(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	c.srv.Configure(func(r *wecomtest.Rules) { r.AnyParameterOrder = true; r.NoAgentIDIsBase = true })
	phone := c.srv.Browser("zhangsan")
	u, err := url.Parse(c.authorizeAt())
	if err != nil {
		t.Fatal(err)
	}
	u.RawQuery = u.Query().Encode() // sorted
	if l := look(t, phone, u.String()); l.code == "" {
		t.Errorf("any order: %+v", l)
	}
	if l := look(t, phone, strings.Replace(u.String(), "appid=", "appid=x&appid=", 1)); l.to != nil {
		t.Errorf("any order, appid twice: %+v", l)
	}
	code := c.code("zhangsan", "scope", "snsapi_privateinfo", "agentid", "-")
	if a := c.userInfo(code); a.text("userid") != "zhangsan" || a.text("user_ticket") != "" {
		t.Errorf("privateinfo without agentid: %s", a.raw)
	}
}

// FuzzAuthorize: whatever stands in redirect_uri, a browser is only ever sent to
// the trusted domain, as browsers resolve what the Location header says.
func FuzzAuthorize(f *testing.F) {
	for _, seed := range []string{backURI, "https://app.example.com@evil/", `https:\\evil\app.example.com`, "https://app.example.com\t.evil/", "//app.example.com/",
		"https:app.example.com", "https:/evil", "https:///evil", "HTTPS://app.example.com#\r\nx", "https://app.example.com:443/", "https://app.example.com%2eevil/", "https://[::1%25app.example.com]/", "https://app.example.com?\x00单"} {
		f.Add(seed, "STATE1")
	}
	c := withSignIn(f, wecomtest.NewUnstartedServer())
	phone := c.srv.Browser("zhangsan")
	f.Fuzz(func(t *testing.T, redirectURI, state string) {
		if redirectURI == "-" || state == "-" {
			return // the helper's word for leaving out
		}
		l := look(t, phone, c.authorizeAt("redirect_uri", redirectURI, "state", state))
		if l.status != http.StatusFound {
			if l.to != nil || l.status != http.StatusOK || l.err == "" {
				t.Errorf("%+v", l)
			}
			return
		}
		if host := hostForBrowsers(l.to.String()); host != trusted {
			t.Errorf("%q leads to %q", l.to, host)
		}
		if l.code == "" || l.to.Query().Get("state") != state && !strings.Contains(redirectURI, "state=") {
			t.Errorf("%q has not the code and state %q", l.to, state)
		}
	})
}

// hostForBrowsers reads an address as the WHATWG URL standard does for http and
// https: without tabs and line breaks, with any number of slashes of either
// kind after the scheme, and the host after the last @.
func hostForBrowsers(address string) string {
	address = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(strings.TrimFunc(address, func(r rune) bool { return r <= ' ' }))
	scheme, rest, _ := strings.Cut(address, ":")
	if s := strings.ToLower(scheme); s != "http" && s != "https" {
		return "not of http: " + address
	}
	rest = strings.TrimLeft(rest, `/\`)
	if i := strings.IndexAny(rest, `/\?#`); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndex(rest, "@")+1:]
	return strings.ToLower(rest)
}
