package wecomtest_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

func TestWhoComes(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	const private = "snsapi_privateinfo"
	login := func(id string) string { return look(t, c.srv.DesktopBrowser(id), c.loginAt()).code }
	for name, tt := range map[string]struct {
		code   string
		userID string
		openID string
		ticket bool
	}{
		"member":                 {c.code("zhangsan"), "zhangsan", "", false},
		"spelt as stored":        {c.code("lisi"), "LiSi", "", false},
		"member in WeChat":       {c.code(zhangsanOpen), "zhangsan", "", false},
		"privateinfo":            {c.code("zhangsan", "scope", private), "zhangsan", "", true},
		"privateinfo, hidden":    {c.code("hidden", "scope", private), "hidden", "", false},
		"privateinfo, no member": {c.code(visitorID, "scope", private), "", visitorID, false},
		"old userinfo":           {c.code("zhangsan", "scope", "snsapi_userinfo"), "zhangsan", "", false},
		"no agentid":             {c.code("zhangsan", "agentid", "-"), "zhangsan", "", false},
		"visitor":                {c.code(visitorID), "", visitorID, false},
		"web login":              {login("zhangsan"), "zhangsan", "", false},
		"web login of a visitor": {login(visitorID), "", visitorID, false},
	} {
		a := c.userInfo(tt.code)
		if a.code() != 0 || a.text("userid") != tt.userID || a.text("openid") != tt.openID || (a.text("user_ticket") != "") != tt.ticket {
			t.Errorf("%s: %s", name, a.raw)
		}
		if (a.text("external_userid") != "") != (tt.openID != "") {
			t.Errorf("%s: external_userid in %s", name, a.raw)
		}
	}
}

func TestExchangeRefuses(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	used := c.code("zhangsan")
	if a := c.userInfo(used); a.code() != 0 {
		t.Fatal(a.raw)
	}
	ofAccount := look(t, c.srv.Browser(visitorID), c.accountAt()).code
	foreign := c.code("zhangsan", "agentid", "1000003", "redirect_uri", "http://other.example.com:8080/")
	for _, path := range []string{"/cgi-bin/auth/getuserinfo", "/cgi-bin/user/getuserinfo"} {
		for name, tt := range map[string]struct {
			code string
			want int
		}{
			"missing":         {"", 41008},
			"unknown":         {"nonsense", 40029},
			"used":            {used, 40029},
			"of an account":   {ofAccount, 40029},
			"of another app":  {foreign, 50001},
			"the other again": {foreign, 50001}, // not used up by that
		} {
			a := c.get(path, "code", tt.code)
			if a.code() != tt.want || a.text("userid")+a.text("UserId") != "" {
				t.Errorf("%s %s: %s, want %d", path, name, a.raw, tt.want)
			}
		}
		if a := c.post(path, "{}", "code", c.code("zhangsan")); a.code() != 40058 {
			t.Errorf("POST %s: %s", path, a.raw)
		}
	}
	token := c.getToken(otherSecret).text("access_token")
	a := c.do(http.MethodGet, "/cgi-bin/auth/getuserinfo", map[string][]string{"access_token": {token}, "code": {foreign}}, "")
	if a.code() != 0 || a.text("userid") != "zhangsan" {
		t.Errorf("its own app: %s", a.raw)
	}
	unsaid := c.code("zhangsan", "agentid", "-")
	a = c.do(http.MethodGet, "/cgi-bin/auth/getuserinfo", map[string][]string{"access_token": {token}, "code": {unsaid}}, "")
	if a.code() != 0 {
		t.Errorf("a code without agentid, at another app: %s", a.raw)
	}
	if a := c.do(http.MethodGet, "/cgi-bin/auth/getuserinfo", map[string][]string{"access_token": {"nonsense"}, "code": {"x"}}, ""); a.code() != 40014 {
		t.Errorf("the token is not checked first: %s", a.raw)
	}
}

func TestCodeLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := withSignIn(t, wecomtest.NewUnstartedServer())
		young, old, rare := c.code("zhangsan"), c.code("zhangsan"), c.code("zhangsan")
		ofAccount := look(t, c.srv.Browser(visitorID), c.accountAt()).code
		time.Sleep(5*time.Minute - time.Nanosecond)
		if a := c.userInfo(young); a.code() != 0 {
			t.Errorf("just before five minutes: %s", a.raw)
		}
		time.Sleep(time.Nanosecond)
		if a := c.userInfo(old); a.code() != 40029 {
			t.Errorf("after five minutes: %s", a.raw)
		}
		if a := c.sns("/sns/oauth2/access_token", "appid", account, "secret", accountKey, "code", ofAccount, "grant_type", "authorization_code"); a.code() != 40029 {
			t.Errorf("an account's after five minutes: %s", a.raw)
		}
		c.srv.Configure(func(r *wecomtest.Rules) { r.ExpiredCode42003 = true })
		if a := c.userInfo(rare); a.code() != 42003 {
			t.Errorf("with ExpiredCode42003: %s", a.raw)
		}
		if a := c.userInfo(young); a.code() != 40029 {
			t.Errorf("used and expired: %s", a.raw)
		}
		time.Sleep(25 * time.Hour)
		c.code("zhangsan") // sweeps
		if a := c.userInfo(rare); a.code() != 40029 {
			t.Errorf("forgotten: %s", a.raw)
		}
	})
}

// TestCodeOnce: of a hundred exchanges at once one wins, for an app and for an
// official account.
func TestCodeOnce(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	code := c.code("zhangsan")
	ofAccount := look(t, c.srv.Browser(visitorID), c.accountAt()).code
	for name, tt := range map[string]struct {
		exchange func() answer
		again    float64
	}{
		"app": {func() answer { return c.userInfo(code) }, 40029},
		"official account": {func() answer {
			return c.sns("/sns/oauth2/access_token", "appid", account, "secret", accountKey, "code", ofAccount, "grant_type", "authorization_code")
		}, 40163},
	} {
		answers := make([]answer, 100)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = tt.exchange() })
		}
		all.Wait()
		won := 0
		for _, a := range answers {
			if a.text("userid")+a.text("openid") != "" {
				won++
			} else if a.all["errcode"] != tt.again {
				t.Errorf("%s: %s", name, a.raw)
			}
		}
		if won != 1 {
			t.Errorf("%s: %d won", name, won)
		}
	}
}

func TestUserDetail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := withSignIn(t, wecomtest.NewUnstartedServer())
		ticket := c.ticket()
		if len(ticket) > 512 {
			t.Errorf("ticket of %d bytes", len(ticket))
		}
		for name, tt := range map[string]struct {
			body string
			want int
		}{
			"no JSON":   {"x", 40058},
			"empty":     {"", 40058},
			"missing":   {"{}", 84015},
			"number":    {`{"user_ticket":1}`, 84015},
			"unknown":   {`{"user_ticket":"nonsense"}`, 84015},
			"misspelt":  {`{"User_Ticket":"` + ticket + `"}`, 84015},
			"truncated": {`{"user_ticket":"` + ticket[1:] + `"}`, 84015},
		} {
			if a := c.post("/cgi-bin/auth/getuserdetail", tt.body); a.code() != tt.want || strings.Contains(a.raw, "1380") {
				t.Errorf("%s: %s, want %d", name, a.raw, tt.want)
			}
		}
		token := c.getToken(otherSecret).text("access_token")
		if a := c.do(http.MethodPost, "/cgi-bin/auth/getuserdetail", map[string][]string{"access_token": {token}}, `{"user_ticket":"`+ticket+`"}`); a.code() != 84015 {
			t.Errorf("another app's: %s", a.raw)
		}
		time.Sleep(1800*time.Second - time.Nanosecond)
		for range 2 { // as often as wanted
			if a := c.detail(ticket); a.code() != 0 || a.text("mobile") != "13800000001" {
				t.Errorf("just before 1800 s: %s", a.raw)
			}
		}
		time.Sleep(time.Nanosecond)
		if a := c.detail(ticket); a.code() != 84014 {
			t.Errorf("after 1800 s: %s", a.raw)
		}
		time.Sleep(25 * time.Hour)
		c.ticket() // sweeps
		if a := c.detail(ticket); a.code() != 84015 {
			t.Errorf("forgotten: %s", a.raw)
		}
		// What a member keeps back is not there.
		c.srv.AddUser(wecomtest.User{ID: "zhangsan", Email: "z@example.com"})
		a := c.detail(c.ticket())
		if diff := cmp.Diff(map[string]any{"errcode": 0.0, "errmsg": "ok", "userid": "zhangsan", "email": "z@example.com"}, a.all); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestSetDomains(t *testing.T) {
	t.Parallel()
	c := withSignIn(t, wecomtest.NewUnstartedServer())
	for _, domains := range [][2]string{{"https://x.example.com", ""}, {"", "x.example.com/"}, {"a b", ""}, {"", "u@x.example.com"}} {
		if err := c.agent.SetDomains(domains[0], domains[1]); err == nil {
			t.Errorf("%q saved", domains)
		}
	}
	c.code("zhangsan") // as it was
	if err := c.agent.SetDomains("", ""); err != nil {
		t.Fatal(err)
	}
	if l := look(t, c.srv.Browser("zhangsan"), c.authorizeAt()); l.err != "50001" {
		t.Errorf("no domain: %+v", l)
	}
}

func TestTrustedIPs(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	token := c.token()
	if err := c.agent.TrustIPs("203.0.113.5", "::1"); err != nil {
		t.Fatal(err)
	}
	if code := useToken(c, token); code != 60020 {
		t.Errorf("from 127.0.0.1: %d", code)
	}
	if a := c.sendText("x"); a.code() != 60020 || !strings.Contains(a.text("errmsg"), "from ip: 127.0.0.1") || len(c.srv.Inbox("zhangsan")) > 0 {
		t.Errorf("gettoken is open, sending is not: %s", a.raw)
	}
	if err := c.agent.TrustIPs("::ffff:127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	if code := useToken(c, token); code != 0 {
		t.Errorf("trusted: %d", code)
	}
	if err := c.agent.TrustIPs("127.0.0.1", "localhost"); err == nil {
		t.Error("a name is taken for an address")
	}
	if err := c.agent.TrustIPs(); err != nil || useToken(c, token) != 0 {
		t.Errorf("none: %v", err)
	}
}
