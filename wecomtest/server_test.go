package wecomtest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

// TestCloseLeavesNothing runs in a bubble: synctest fails if a goroutine is
// still there when the test is over.
func TestCloseLeavesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		c.srv.Fail("", wecomtest.Fault{Delay: time.Hour})
		ended := make(chan error, 2)
		go func() {
			_, _, err := c.try(http.MethodGet, "/cgi-bin/gettoken", nil, "")
			ended <- err
		}()
		go func() {
			_, err := c.srv.WaitInbox(t.Context(), "zhangsan", func(wecomtest.Message) bool { return true })
			ended <- err
		}()
		synctest.Wait()
		start := time.Now()
		c.srv.Close()
		for range 2 {
			if err := <-ended; err == nil {
				t.Error("no error after Close")
			}
		}
		if time.Since(start) > 0 {
			t.Errorf("Close took %v", time.Since(start))
		}
		if _, _, err := c.try(http.MethodGet, "/cgi-bin/gettoken", nil, ""); err == nil {
			t.Error("answers after Close")
		}
		if _, err := c.agent.SendText(t.Context(), "zhangsan", "x"); err == nil {
			t.Error("delivers after Close")
		}
		c.srv.Close()
	})
}

// TestCloseOverTheNetwork looks for goroutines of this package and of its
// connections that outlive Close. Not parallel: it counts those of others too.
func TestCloseOverTheNetwork(t *testing.T) {
	before := goroutines()
	srv := wecomtest.NewServer()
	ts := httptest.NewServer(http.NotFoundHandler())
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	agent := srv.AddApp(wecomtest.App{AgentID: 1, Secret: "s", Token: testToken, EncodingAESKey: testKey, CallbackURL: ts.URL})
	for range 3 {
		res, err := srv.Client().Get(srv.URL + "/cgi-bin/gettoken")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if _, err := agent.SendText(t.Context(), "zhangsan", "x"); err == nil {
			t.Error("404 is no failure")
		}
	}
	ts.Close()
	srv.Close()
	// The client side of net/http ends its goroutines a moment after the connection.
	for end := time.Now().Add(10 * time.Second); goroutines() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, %d before:\n%s", goroutines(), before, stacks())
		}
	}
}

func goroutines() int { return strings.Count(stacks(), "net/http") }

func stacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

func TestWaitInbox(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		c.token()
		go func() {
			time.Sleep(time.Minute)
			c.sendText("first")
			time.Sleep(time.Minute)
			c.sendText("second")
		}()
		second := func(m wecomtest.Message) bool { return m.Content == "second" }
		start := time.Now()
		if m, err := c.srv.WaitInbox(t.Context(), "ZHANGSAN", second); err != nil || m.Content != "second" || time.Since(start) != 2*time.Minute {
			t.Errorf("%+v, %v after %v", m, err, time.Since(start))
		}
		if _, err := c.srv.WaitInbox(t.Context(), "zhangsan", second); err != nil {
			t.Errorf("what is there already: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.srv.WaitInbox(ctx, "lisi", second); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("another phone: %v", err)
		}
	})
}

func TestInboxIsACopy(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.sendText("x")
	box := c.srv.Inbox("zhangsan")
	box[0].Content = "y"
	clear(box[0].JSON)
	if again := c.srv.Inbox("zhangsan"); again[0].Content != "x" || again[0].JSON[0] != '{' {
		t.Errorf("%+v", again[0])
	}
}

func TestImpossibleSetUp(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*wecomtest.Server){
		"no AgentID":    func(s *wecomtest.Server) { s.AddApp(wecomtest.App{Secret: "x"}) },
		"no Secret":     func(s *wecomtest.Server) { s.AddApp(wecomtest.App{AgentID: 1}) },
		"AgentID twice": func(s *wecomtest.Server) { s.AddApp(wecomtest.App{AgentID: 1000002, Secret: "x"}) },
		"Secret twice":  func(s *wecomtest.Server) { s.AddApp(wecomtest.App{AgentID: 1, Secret: testSecret}) },
		"no Token":      func(s *wecomtest.Server) { s.AddApp(wecomtest.App{AgentID: 1, Secret: "x", CallbackURL: "http://x/"}) },
		"no host": func(s *wecomtest.Server) {
			s.AddApp(wecomtest.App{AgentID: 1, Secret: "x", Token: testToken, EncodingAESKey: testKey, CallbackURL: "/entry/"})
		},
		"TrustedDomain with a scheme": func(s *wecomtest.Server) {
			s.AddApp(wecomtest.App{AgentID: 1, Secret: "x", TrustedDomain: "https://app.example.com"})
		},
		"LoginDomain with a path": func(s *wecomtest.Server) {
			s.AddApp(wecomtest.App{AgentID: 1, Secret: "x", LoginDomain: "app.example.com/x"})
		},
		"TrustedIPs a name": func(s *wecomtest.Server) {
			s.AddApp(wecomtest.App{AgentID: 1, Secret: "x", TrustedIPs: []string{"localhost"}})
		},
		"openid with a space": func(s *wecomtest.Server) { s.AddUser(wecomtest.User{ID: "zhaoliu", OpenID: "o x"}) },
		"openid of a visitor": func(s *wecomtest.Server) {
			s.AddVisitor(wecomtest.Visitor{OpenID: "o1"})
			s.AddUser(wecomtest.User{ID: "zhaoliu", OpenID: "o1"})
		},
		"openid of a member":       func(s *wecomtest.Server) { s.AddVisitor(wecomtest.Visitor{OpenID: "zhangsan"}) },
		"visitor without openid":   func(s *wecomtest.Server) { s.AddVisitor(wecomtest.Visitor{ExternalUserID: "wm"}) },
		"account without a secret": func(s *wecomtest.Server) { s.AddOfficialAccount(wecomtest.OfficialAccount{AppID: "wx1"}) },
		"account with the CorpID": func(s *wecomtest.Server) {
			s.AddOfficialAccount(wecomtest.OfficialAccount{AppID: testCorp, Secret: "x"})
		},
		"account's domain": func(s *wecomtest.Server) {
			s.AddOfficialAccount(wecomtest.OfficialAccount{AppID: "wx1", Secret: "x", Domain: "x y"})
		},
		"browser of nobody":         func(s *wecomtest.Server) { s.Browser("nobody") },
		"desktop browser of nobody": func(s *wecomtest.Server) { s.DesktopBrowser("") },
		"nobody refuses":            func(s *wecomtest.Server) { s.Refuse("nobody", true) },

		"userid empty":    func(s *wecomtest.Server) { s.AddUser(wecomtest.User{}) },
		"userid @all":     func(s *wecomtest.Server) { s.AddUser(wecomtest.User{ID: "@all"}) },
		"userid too long": func(s *wecomtest.Server) { s.AddUser(wecomtest.User{ID: strings.Repeat("x", 65)}) },
	} {
		c := inMemory(t)
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.HasPrefix(p, "wecomtest: ") || strings.Contains(p, testSecret) {
					t.Errorf("%s: panic %q", name, p)
				}
			}()
			set(c.srv)
		}()
		if n := len(c.srv.Users()); n != 3 {
			t.Errorf("%s: %d users", name, n)
		}
	}
}
