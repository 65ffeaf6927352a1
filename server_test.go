package wecom_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/wecomtest"
)

// The same promises against wecomtest, which was written from the vendor's documents
// and not from this client.

func TestMemoryStoreConforms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if err := wecomtest.TestTokenStore(wecom.NewMemoryStore()); err != nil {
			t.Error(err)
		}
	})
}

func serverClient(t *testing.T, srv *wecomtest.Server, change ...func(*wecom.Config)) *wecom.Client {
	t.Helper()
	cfg := wecom.Config{CorpID: srv.CorpID, Secret: secret, BaseURL: srv.URL, HTTPClient: srv.Client()}
	for _, f := range change {
		f(&cfg)
	}
	c, err := wecom.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const gettoken, getAgent = "/cgi-bin/gettoken", "/cgi-bin/agent/get"

func agent(t *testing.T, c *wecom.Client) error {
	t.Helper()
	var out struct {
		AgentID int `json:"agentid"`
	}
	err := c.Call(t.Context(), http.MethodGet, getAgent, url.Values{"agentid": {"1000002"}}, nil, &out)
	if err == nil && out.AgentID != 1000002 {
		t.Errorf("agentid %d", out.AgentID)
	}
	return err
}

func TestStormOverTheNetwork(t *testing.T) {
	t.Parallel()
	srv := wecomtest.NewServer()
	t.Cleanup(srv.Close)
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: secret})
	c := serverClient(t, srv, func(cfg *wecom.Config) { cfg.HTTPClient = nil })
	storm := func(n, fetches int) {
		t.Helper()
		for i, err := range together(n, func(int) error { return agent(t, c) }) {
			if err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		}
		if got := srv.Calls(gettoken); got != fetches {
			t.Errorf("%d fetches, want %d", got, fetches)
		}
	}
	storm(1000, 1)
	srv.ExpireTokens()
	storm(300, 2)
	srv.RevokeTokens()
	storm(300, 3)
}

func TestDayOnTheServer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		rules func(*wecomtest.Rules)
		max   int
	}{
		{"new token", func(r *wecomtest.Rules) { r.NewTokenEachTime = true }, 16},
		{"same token, what is left", func(r *wecomtest.Rules) { r.NewTokenEachTime = false }, 120},
		{"same token, a whole life", func(r *wecomtest.Rules) { r.NewTokenEachTime, r.RepeatExpiresIn = false, true }, 120},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := wecomtest.NewUnstartedServer()
				defer srv.Close()
				srv.Configure(tt.rules)
				srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: secret})
				c := serverClient(t, srv)
				for range 24 * 60 * 2 {
					if err := agent(t, c); err != nil {
						t.Fatal(err)
					}
					time.Sleep(30 * time.Second)
				}
				synctest.Wait()
				if n := srv.Calls(gettoken); n < 12 || n > tt.max {
					t.Errorf("%d fetches", n)
				}
			})
		})
	}
}

func TestFaultsOfTheServer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name              string
		path              string
		fault             wecomtest.Fault
		ok, retry, unsent bool
		calls             int
	}{
		{name: "unreachable once", path: getAgent, fault: wecomtest.Fault{Unreachable: true}, ok: true, calls: 1},
		{name: "unreachable", path: getAgent, fault: wecomtest.Fault{Unreachable: true, Times: 2}, retry: true, unsent: true},
		{name: "reset", path: getAgent, fault: wecomtest.Fault{ResetBefore: true}, retry: true, calls: 1},
		{name: "lost answer", path: getAgent, fault: wecomtest.Fault{ResetAfter: true}, retry: true, calls: 1},
		{name: "cut answer", path: getAgent, fault: wecomtest.Fault{CutAfter: 5}, retry: true, calls: 1},
		{name: "503", path: getAgent, fault: wecomtest.Fault{Status: 503}, retry: true, calls: 1},
		{name: "busy", path: getAgent, fault: wecomtest.Fault{ErrCode: -1}, retry: true, calls: 1},
		{name: "refused", path: getAgent, fault: wecomtest.Fault{ErrCode: 60020}, calls: 1},
		{name: "token refused once", path: getAgent, fault: wecomtest.Fault{ErrCode: 40014}, ok: true, calls: 2},
		{name: "gettoken away", path: gettoken, fault: wecomtest.Fault{ResetBefore: true, Times: -1}, retry: true, unsent: true},
		{name: "gettoken away twice", path: gettoken, fault: wecomtest.Fault{Status: 502, Times: 2}, ok: true, calls: 1},
		{name: "gettoken refuses", path: gettoken, fault: wecomtest.Fault{ErrCode: 40001}, unsent: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := wecomtest.NewUnstartedServer()
				defer srv.Close()
				srv.Configure(func(r *wecomtest.Rules) { r.NewTokenEachTime = true })
				srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: secret})
				srv.Fail(tt.path, tt.fault)
				err := agent(t, serverClient(t, srv))
				if tt.calls > 0 && srv.Calls(getAgent) != tt.calls {
					t.Errorf("the server got %d calls, want %d", srv.Calls(getAgent), tt.calls)
				}
				if tt.ok {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if err == nil || retryable(t, err) != tt.retry || notSent(t, err) != tt.unsent {
					t.Errorf("Retryable %v, NotSent %v: %v", retryable(t, err), notSent(t, err), err)
				}
			})
		})
	}
}

// A secret that is reset while the app runs: the calls say so, and the vendor is
// asked seldom.
func TestSecretIsReset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := wecomtest.NewUnstartedServer()
		defer srv.Close()
		app := srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: secret})
		c := serverClient(t, srv)
		if err := agent(t, c); err != nil {
			t.Fatal(err)
		}
		app.ResetSecret("another")
		srv.RevokeTokens()
		for range 200 {
			err := agent(t, c)
			var apiErr *wecom.Error
			if !errors.As(err, &apiErr) || apiErr.Code != wecom.CodeInvalidSecret {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond)
		}
		if n := srv.Calls(gettoken); n > 6 {
			t.Errorf("%d fetches", n)
		}
	})
}
