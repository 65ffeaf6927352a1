package wecomtest_test

import (
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

func TestGetTokenRefuses(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	for name, tt := range map[string]struct {
		query string
		code  int
	}{
		"nothing":      {"", 41004},
		"no secret":    {"corpid=" + testCorp, 41004},
		"no corpid":    {"corpsecret=" + testSecret, 41002},
		"other corpid": {"corpid=ww0&corpsecret=wrong", 40013},
		"wrong secret": {"corpid=" + testCorp + "&corpsecret=wrong", 40001},
	} {
		query, _ := url.ParseQuery(tt.query)
		if a := c.do(http.MethodGet, "/cgi-bin/gettoken", query, ""); a.code() != tt.code || a.text("access_token") != "" {
			t.Errorf("%s: %s, want %d", name, a.raw, tt.code)
		}
	}
}

func TestTokenRepeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		first := c.getToken(testSecret)
		if first.all["expires_in"] != 7200.0 {
			t.Errorf("first: %s", first.raw)
		}
		time.Sleep(time.Hour)
		second := c.getToken(testSecret)
		if second.text("access_token") != first.text("access_token") || second.all["expires_in"] != 3600.0 {
			t.Errorf("after an hour: %s", second.raw)
		}
		c.srv.Configure(func(r *wecomtest.Rules) { r.RepeatExpiresIn = true })
		if third := c.getToken(testSecret); third.text("access_token") != first.text("access_token") || third.all["expires_in"] != 7200.0 {
			t.Errorf("with RepeatExpiresIn: %s", third.raw)
		}
		time.Sleep(time.Hour - time.Second/2)
		last := c.getToken(testSecret)
		if last.text("access_token") == first.text("access_token") || last.all["expires_in"] != 7200.0 {
			t.Errorf("half a second before the end: %s", last.raw)
		}
		time.Sleep(time.Second)
		if a := useToken(c, first.text("access_token")); a != 42001 {
			t.Errorf("after its end: %d, want 42001", a)
		}
		if a := useToken(c, last.text("access_token")); a != 0 {
			t.Errorf("the next one: %d, want 0", a)
		}
	})
}

func useToken(c *company, token string) int {
	return c.do(http.MethodGet, "/cgi-bin/getcallbackip", url.Values{"access_token": {token}}, "").code()
}

func TestNewTokenEachTime(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.Configure(func(r *wecomtest.Rules) { r.NewTokenEachTime = true; r.TokenLife = time.Minute })
	first, second := c.getToken(testSecret), c.getToken(testSecret)
	if first.text("access_token") == second.text("access_token") || second.all["expires_in"] != 60.0 {
		t.Errorf("%s then %s", first.raw, second.raw)
	}
	for _, a := range []answer{first, second} {
		if code := useToken(c, a.text("access_token")); code != 0 {
			t.Errorf("%s: %d", a.raw, code)
		}
	}
}

func TestEndTokensEarly(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	for _, tt := range []struct {
		name string
		end  func()
		code int
	}{
		{"ExpireTokens", c.srv.ExpireTokens, 42001},
		{"RevokeTokens", c.srv.RevokeTokens, 40014},
		{"ResetSecret to the same", func() { c.agent.ResetSecret(testSecret) }, 40014},
	} {
		token := c.token()
		tt.end()
		if code := useToken(c, token); code != tt.code {
			t.Errorf("%s: %d, want %d", tt.name, code, tt.code)
		}
		if next := c.token(); next == token || useToken(c, next) != 0 {
			t.Errorf("%s: gettoken does not help", tt.name)
		}
	}
	c.agent.ResetSecret("another")
	if code := c.getToken(testSecret).code(); code != 40001 {
		t.Errorf("the old secret: %d", code)
	}
}

func TestTokenPlace(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	token := c.token()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.srv.URL+"/cgi-bin/getcallbackip", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("access_token", token)
	res, err := c.srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := res.Header.Get("Error-Code"); got != "41001" || res.StatusCode != http.StatusOK {
		t.Errorf("in a header: %s, status %d", got, res.StatusCode)
	}
	if a := c.do(http.MethodPost, sendPath, nil, `{"access_token":"`+token+`"}`); a.code() != 41001 {
		t.Errorf("in the body: %s", a.raw)
	}
	if a := c.do(http.MethodPost, sendPath, url.Values{"access_token": {"x"}}, `no json`); a.code() != 40014 {
		t.Errorf("the token is not checked first: %s", a.raw)
	}
}

func TestWrongSecretsBan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		c.srv.Configure(func(r *wecomtest.Rules) { r.WrongSecrets = 3 })
		for i, want := range []int{40001, 40001, 40001, 45009} {
			if code := c.getToken("wrong").code(); code != want {
				t.Errorf("attempt %d: %d, want %d", i+1, code, want)
			}
		}
		if code := c.getToken(testSecret).code(); code != 45009 {
			t.Errorf("the right secret while banned: %d", code)
		}
		time.Sleep(time.Hour)
		if code := c.getToken(testSecret).code(); code != 0 {
			t.Errorf("after an hour: %d", code)
		}
	})
}

func TestPathsAndMethods(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	a := c.do(http.MethodGet, "/cgi-bin/nothing", nil, "")
	if a.http.StatusCode != http.StatusNotFound || a.raw != "" {
		t.Errorf("unknown path: %d %q", a.http.StatusCode, a.raw)
	}
	if a := c.get(sendPath); a.code() != 40058 {
		t.Errorf("GET of a POST API: %s", a.raw)
	}
	if a := c.post("/cgi-bin/menu/get", "{}", "agentid", "1000002"); a.code() != 40058 {
		t.Errorf("POST of a GET API: %s", a.raw)
	}
}
