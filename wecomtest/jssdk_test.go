package wecomtest_test

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

const (
	corpTicketPath = "/cgi-bin/get_jsapi_ticket"
	appTicketPath  = "/cgi-bin/ticket/get"
	jsPage         = "https://app.example.com/o/itsm/weixin/?a=1&b=%E5%BC%A0"
)

// jssdkCompany has the apps 1000002 and 1000003, with a trusted domain each.
func jssdkCompany(t *testing.T) (c *company, otherToken func() string) {
	t.Helper()
	c = inMemory(t)
	if err := c.agent.SetDomains("app.example.com", ""); err != nil {
		t.Fatal(err)
	}
	c.srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "other", TrustedDomain: "other.example.com"})
	return c, func() string { return c.getToken("other").text("access_token") }
}

func (c *company) corpTicket() string { return c.get(corpTicketPath).text("ticket") }

func (c *company) appTicket() string {
	return c.get(appTicketPath, "type", "agent_config").text("ticket")
}

// sha1Of is the documented text, spelt out.
func sha1Of(ticket, nonce, timestamp, page string) string {
	return fmt.Sprintf("%x", sha1.Sum([]byte("jsapi_ticket="+ticket+"&noncestr="+nonce+"&timestamp="+timestamp+"&url="+page)))
}

func TestTickets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, otherToken := jssdkCompany(t)
		corp, app := c.get(corpTicketPath), c.get(appTicketPath, "type", "agent_config")
		for _, a := range []answer{corp, app} {
			if a.code() != 0 || a.text("errmsg") != "ok" || a.all["expires_in"] != 7200.0 || a.text("ticket") == "" || len(a.text("ticket")) > 512 {
				t.Error(a.raw)
			}
		}
		if corp.text("ticket") == app.text("ticket") {
			t.Error("both tickets are one")
		}
		if other := c.do("GET", corpTicketPath, map[string][]string{"access_token": {otherToken()}}, ""); other.text("ticket") != corp.text("ticket") {
			t.Error("two apps of one company have two company tickets")
		}
		if other := c.do("GET", appTicketPath, map[string][]string{"access_token": {otherToken()}, "type": {"agent_config"}}, ""); other.text("ticket") == app.text("ticket") {
			t.Error("two apps have one app ticket")
		}
		time.Sleep(time.Hour)
		if a := c.get(corpTicketPath); a.text("ticket") != corp.text("ticket") || a.all["expires_in"] != 3600.0 {
			t.Errorf("after an hour: %s", a.raw)
		}
		c.srv.Configure(func(r *wecomtest.Rules) { r.RepeatExpiresIn = true })
		if a := c.get(corpTicketPath); a.text("ticket") != corp.text("ticket") || a.all["expires_in"] != 7200.0 {
			t.Errorf("with RepeatExpiresIn: %s", a.raw)
		}
		c.srv.Configure(func(r *wecomtest.Rules) { r.NewTicketEachTime = true })
		if a := c.get(corpTicketPath); a.text("ticket") == corp.text("ticket") || a.all["expires_in"] != 7200.0 {
			t.Errorf("with NewTicketEachTime: %s", a.raw)
		}
		c.srv.Configure(func(r *wecomtest.Rules) { r.NewTicketEachTime, r.RepeatExpiresIn = false, false })
		app = c.get(appTicketPath, "type", "agent_config")
		time.Sleep(time.Hour - time.Second/2)
		if a := c.get(appTicketPath, "type", "agent_config"); a.text("ticket") == app.text("ticket") || a.all["expires_in"] != 7200.0 {
			t.Errorf("half a second before its end: %s", a.raw)
		}
		for name, a := range map[string]answer{
			"another type": c.get(appTicketPath, "type", "jsapi"),
			"no type":      c.get(appTicketPath),
		} {
			if a.code() != 91040 || a.text("ticket") != "" {
				t.Errorf("%s: %s", name, a.raw)
			}
		}
		if a := c.do("GET", corpTicketPath, nil, ""); a.code() != 41001 {
			t.Errorf("without a token: %s", a.raw)
		}
	})
}

// TestTicketQuota: 100 an hour for an app, both kinds together, and 400 for the company.
func TestTicketQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, otherToken := jssdkCompany(t)
		for i := range 50 {
			if a, b := c.get(corpTicketPath), c.get(appTicketPath, "type", "agent_config"); a.code() != 0 || b.code() != 0 {
				t.Fatalf("%d: %s, %s", i, a.raw, b.raw)
			}
		}
		if a, b := c.get(corpTicketPath), c.get(appTicketPath, "type", "agent_config"); a.code() != 45009 || b.code() != 45009 {
			t.Errorf("the 101st: %s, %s", a.raw, b.raw)
		}
		other := func() answer {
			return c.do("GET", corpTicketPath, map[string][]string{"access_token": {otherToken()}}, "")
		}
		if a := other(); a.code() != 0 {
			t.Errorf("another app: %s", a.raw)
		}
		c.srv.Configure(func(r *wecomtest.Rules) { r.TicketsPerCompany = 102 })
		if a, b := other(), other(); a.code() != 0 || b.code() != 45009 {
			t.Errorf("the company's last and the one after: %s, %s", a.raw, b.raw)
		}
		time.Sleep(time.Hour)
		if a := c.get(corpTicketPath); a.code() != 0 {
			t.Errorf("an hour later: %s", a.raw)
		}
	})
}

// TestCheckJSSDK: each row is refused for one reason.
func TestCheckJSSDK(t *testing.T) {
	t.Parallel()
	c, otherToken := jssdkCompany(t)
	corp, app := c.corpTicket(), c.appTicket()
	foreign := c.do("GET", appTicketPath, map[string][]string{"access_token": {otherToken()}, "type": {"agent_config"}}, "").text("ticket")
	config := func(change ...string) string {
		return changed(`{"beta":true,"appId":"`+testCorp+`","timestamp":1414587457,"nonceStr":"Wm3WZYTPz0wzccnW","signature":"`+
			sha1Of(corp, "Wm3WZYTPz0wzccnW", "1414587457", jsPage)+`","jsApiList":["scanQRCode"]}`, change)
	}
	agentConfig := func(ticket string, change ...string) string {
		return changed(`{"corpid":"`+testCorp+`","agentid":"1000002","timestamp":"1414587457","nonceStr":"N","signature":"`+
			sha1Of(ticket, "N", "1414587457", jsPage)+`","jsApiList":["x"]}`, change)
	}
	for _, tt := range []struct {
		name         string
		page, config string
		agent        bool
		code         int
	}{
		{"wx.config", jsPage, config(), false, 0},
		{"with a fragment", jsPage + "#x", config(), false, 0},
		{"a timestamp in quotes", jsPage, config(`1414587457`, `"1414587457"`), false, 0},
		{"wx.agentConfig", jsPage, agentConfig(app), true, 0},
		{"agentid as a number", jsPage, agentConfig(app, `"1000002"`, `1000002`), true, 0},

		{"another page", jsPage + "&c=1", config(), false, 40093},
		{"another nonce", jsPage, config(`zccnW`, `zccnX`), false, 40093},
		{"another timestamp", jsPage, config(`1414587457`, `1414587458`), false, 40093},
		{"capital letters", jsPage, config(sha1Of(corp, "Wm3WZYTPz0wzccnW", "1414587457", jsPage), strings.ToUpper(sha1Of(corp, "Wm3WZYTPz0wzccnW", "1414587457", jsPage))), false, 40093},
		{"noncestr instead of nonceStr", jsPage, config(`"nonceStr"`, `"nonce_str"`), false, 40058},
		{"no jsApiList", jsPage, config(`"scanQRCode"`, ``), false, 40058},
		{"no timestamp", jsPage, config(`"timestamp":1414587457,`, ``), false, 40058},
		{"no JSON", jsPage, `x`, false, 40058},
		{"no page", "https://app.example.com", config(), false, 40058},
		{"another company", jsPage, config(testCorp, "ww0"), false, 40013},
		{"another domain", "https://evil.example.com/", config(), false, 85005},
		{"no domain", "", config(), false, 85005},
		{"the app's ticket", jsPage, config(sha1Of(corp, "Wm3WZYTPz0wzccnW", "1414587457", jsPage), sha1Of(app, "Wm3WZYTPz0wzccnW", "1414587457", jsPage)), false, 42012},

		{"the company's ticket", jsPage, agentConfig(corp), true, 42012},
		{"another app's ticket", jsPage, agentConfig(foreign), true, 42012},
		{"an invented ticket", jsPage, agentConfig("x"), true, 40093},
		{"another app", jsPage, agentConfig(app, "1000002", "1000003"), true, 85005},
		{"no such app", jsPage, agentConfig(app, "1000002", "1"), true, 40056},
		{"no app", jsPage, agentConfig(app, `"agentid":"1000002",`, ""), true, 40056},
		{"wx.agentConfig of another company", jsPage, agentConfig(app, testCorp, "ww0"), true, 40013},
		{"wx.agentConfig of another domain", "https://other.example.com/", agentConfig(app), true, 85005},
	} {
		check := c.srv.CheckJSSDKConfig
		if tt.agent {
			check = c.srv.CheckJSSDKAgentConfig
		}
		err := check(tt.page, []byte(tt.config))
		var refused *wecomtest.JSSDKError
		if errors.As(err, &refused); (tt.code == 0) != (err == nil) || tt.code != 0 && (refused == nil || refused.ErrCode() != tt.code) {
			t.Errorf("%s: %v, want %d", tt.name, err, tt.code)
		}
		if err != nil && (strings.Contains(err.Error(), corp) || strings.Contains(err.Error(), sha1Of(corp, "Wm3WZYTPz0wzccnW", "1414587457", jsPage))) {
			t.Errorf("%s: the error tells a secret: %v", tt.name, err)
		}
	}
}

func changed(s string, pairs []string) string {
	if len(pairs) == 0 {
		return s
	}
	return strings.Replace(s, pairs[0], pairs[1], 1)
}

func TestTicketsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := jssdkCompany(t)
		check := func(ticket string) error {
			return c.srv.CheckJSSDKConfig(jsPage, []byte(`{"appId":"`+testCorp+`","timestamp":1,"nonceStr":"N","signature":"`+sha1Of(ticket, "N", "1", jsPage)+`","jsApiList":["x"]}`))
		}
		first := c.corpTicket()
		c.srv.Configure(func(r *wecomtest.Rules) { r.NewTicketEachTime = true })
		second := c.corpTicket()
		if check(first) != nil || check(second) != nil {
			t.Error("a ticket ends when there is a newer one")
		}
		c.srv.ExpireTickets()
		if check(first) == nil || check(second) == nil {
			t.Error("ExpireTickets ends nothing")
		}
		third := c.corpTicket()
		time.Sleep(2*time.Hour - time.Second)
		if err := check(third); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second)
		if check(third) == nil {
			t.Error("a ticket lives longer than two hours")
		}
	})
}
