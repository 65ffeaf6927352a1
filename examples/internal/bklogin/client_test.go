package bklogin_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/google/go-cmp/cmp"
)

func TestUser(t *testing.T) {
	t.Parallel()
	type user = bklogin.User
	zhangsan := user{Username: "zhangsan", Name: "张三", WxUserID: "ZhangSan", WxOpenID: "ZhangSan", BindingKnown: true}
	for _, tt := range []struct {
		what     string
		style    bklogin.Style
		change   func(*bklogin.Config)
		username string
		want     user
	}{
		{"legacy", bklogin.StyleLegacy, nil, "zhangsan", zhangsan},
		{"legacy, no ESB", bklogin.StyleLegacy, noESB, "zhangsan", zhangsan},
		{"legacy, not bound", bklogin.StyleLegacy, nil, "lisi", user{Username: "lisi", Name: "李四", BindingKnown: true}},
		{"official account", bklogin.StyleLegacy, nil, "wangwu", user{Username: "wangwu", WxUserID: "oWangWu", WxOpenID: "oWangWu", BindingKnown: true}},
		{"numeric", bklogin.StyleNumeric, nil, "zhangsan", zhangsan},
		{"numeric, no ESB", bklogin.StyleNumeric, noESB, "zhangsan", user{Username: "zhangsan"}},
		{"tenant", bklogin.StyleTenant, nil, "zhangsan", user{Username: "zhangsan", Name: "张三"}},
		{"tenant, no ESB", bklogin.StyleTenant, noESB, "zhangsan", user{Username: "zhangsan", Name: "张三"}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			t.Parallel()
			st := open(t, tt.style, tt.change)
			got, err := st.client.User(t.Context(), st.signIn(t, tt.username))
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
			for _, asked := range st.wire.asked {
				if strings.Contains(asked, secret) && !strings.HasPrefix(asked, "GET https://esb.example.com/api/c/compapi/v2/bk_login/get_user/?bk_app_code=itsm&") {
					t.Errorf("the secret went to %s", asked)
				}
			}
		})
	}
}

func TestNotSignedIn(t *testing.T) {
	t.Parallel()
	for _, style := range []bklogin.Style{bklogin.StyleLegacy, bklogin.StyleNumeric, bklogin.StyleTenant} {
		synctest.Test(t, func(t *testing.T) {
			st := open(t, style, func(c *bklogin.Config) { c.Cache = -1 })
			out, old := st.signIn(t, "lisi"), st.signIn(t, "lisi")
			st.server.SignOut(out)
			for _, token := range []string{"", "made-up", out, strings.Repeat("x", 5000), "a&bk_token=" + old, old + "\n"} {
				if u, err := st.client.User(t.Context(), token); !errors.Is(err, bklogin.ErrNotSignedIn) || u != (bklogin.User{}) {
					t.Errorf("%.20q: %+v, %v", token, u, err)
				}
			}
			if u, err := st.client.User(t.Context(), old); err != nil || u.Username != "lisi" {
				t.Errorf("%+v, %v", u, err)
			}
			for _, asked := range st.wire.asked {
				if len(asked) > 2000 {
					t.Errorf("BlueKing was asked for a token of %d bytes", len(asked))
				}
			}
			time.Sleep(time.Hour)
			if u, err := st.client.User(t.Context(), old); !errors.Is(err, bklogin.ErrNotSignedIn) {
				t.Errorf("an expired token: %+v, %v", u, err)
			}
		})
	}
}

// No fault of the login is a sign-in, none is "not signed in", and no error
// shows the token or the secret.
func TestLoginFails(t *testing.T) {
	t.Parallel()
	for fault, want := range map[bklogin.Fault]string{
		bklogin.Down:    "answered 502",
		bklogin.Garbage: "the answer is not what BlueKing answers: check the address that is configured",
		bklogin.Huge:    "the answer is over 65536 bytes",
		bklogin.Moved:   "answered 302: redirects are not followed; check the address that is configured",
		bklogin.Slow:    "",
	} {
		synctest.Test(t, func(t *testing.T) {
			st := open(t, bklogin.StyleLegacy, func(c *bklogin.Config) {
				patient := *c.HTTPClient
				patient.Timeout = time.Minute
				c.HTTPClient = &patient
			})
			token := st.signIn(t, "zhangsan")
			st.server.FailLogin(fault)
			start := time.Now()
			u, err := st.client.User(t.Context(), token)
			if u != (bklogin.User{}) || err == nil || errors.Is(err, bklogin.ErrNotSignedIn) {
				t.Fatalf("fault %d: %+v, %v", fault, u, err)
			}
			if prefix := "bklogin: GET https://paas.example.com/login/accounts/get_user/: "; !strings.HasPrefix(err.Error(), prefix+want) {
				t.Errorf("fault %d: %v, want %s%s", fault, err, prefix, want)
			}
			if took := time.Since(start); fault == bklogin.Slow && took != 5*time.Second {
				t.Errorf("gave up after %v", took)
			}
			if text := fmt.Sprintf("%v %+v", err, st.client); strings.Contains(text, token) || strings.Contains(text, secret) {
				t.Errorf("a token or a secret is shown: %s", text)
			}
			if _, esb := st.server.Asked(); esb != 0 || len(st.wire.asked) != 1 {
				t.Errorf("asked %d times, the ESB %d times", len(st.wire.asked), esb)
			}
			st.server.FailLogin(bklogin.Healthy)
			if u, err := st.client.User(t.Context(), token); err != nil || u.Username != "zhangsan" {
				t.Errorf("afterwards: %+v, %v", u, err)
			}
		})
	}
}

// The ESB keeps nobody out: it is the binding alone that is not known.
func TestESBFails(t *testing.T) {
	t.Parallel()
	for _, fault := range []bklogin.Fault{bklogin.Down, bklogin.Garbage, bklogin.Huge, bklogin.Moved, bklogin.Slow} {
		synctest.Test(t, func(t *testing.T) {
			st := open(t, bklogin.StyleNumeric, nil)
			token := st.signIn(t, "zhangsan")
			st.server.FailESB(fault)
			u, err := st.client.User(t.Context(), token)
			if diff := cmp.Diff(bklogin.User{Username: "zhangsan"}, u); diff != "" || err != nil {
				t.Errorf("fault %d: %v\n%s", fault, err, diff)
			}
			if log := st.log.String(); !strings.Contains(log, "ESB") || strings.Contains(log, token) || strings.Contains(log, secret) {
				t.Errorf("log: %s", log)
			}
			st.server.FailESB(bklogin.Healthy)
			if u, err := st.client.User(t.Context(), token); err != nil || u.WxUserID != "ZhangSan" {
				t.Errorf("afterwards: %+v, %v", u, err)
			}
		})
	}
	t.Run("wrong secret", func(t *testing.T) {
		t.Parallel()
		st := open(t, bklogin.StyleNumeric, func(c *bklogin.Config) { c.AppSecret = env.NewSecret("another-secret") })
		u, err := st.client.User(t.Context(), st.signIn(t, "zhangsan"))
		if err != nil || u.BindingKnown || !strings.Contains(st.log.String(), "refused with code 1306403") || strings.Contains(st.log.String(), "another-secret") {
			t.Errorf("%+v, %v\n%s", u, err, st.log)
		}
	})
}

// An ESB that speaks of somebody else is not believed.
func TestESBNamesAnother(t *testing.T) {
	t.Parallel()
	st := open(t, bklogin.StyleNumeric, nil)
	st.wire.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "compapi") {
			_, _ = fmt.Fprint(w, `{"result":true,"code":0,"data":{"bk_username":"admin","wx_userid":"boss"}}`)
			return
		}
		st.server.ServeHTTP(w, r)
	})
	u, err := st.client.User(t.Context(), st.signIn(t, "zhangsan"))
	if diff := cmp.Diff(bklogin.User{Username: "zhangsan"}, u); diff != "" || err != nil || !strings.Contains(st.log.String(), "different users") {
		t.Errorf("%v\n%s\n%s", err, diff, st.log)
	}
}

func TestCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := open(t, bklogin.StyleNumeric, nil)
		token, other := st.signIn(t, "zhangsan"), st.signIn(t, "zhangsan")
		ask := func(token string) bklogin.User {
			t.Helper()
			u, err := st.client.User(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		asked := func(want int) {
			t.Helper()
			if login, esb := st.server.Asked(); login != want || esb != want {
				t.Errorf("asked %d and %d times, want %d", login, esb, want)
			}
		}
		for range 3 {
			ask(token)
		}
		asked(1)
		ask(other)
		asked(2)
		st.server.SignOut(token)
		time.Sleep(59 * time.Second)
		ask(token)
		asked(2)
		time.Sleep(time.Second)
		if _, err := st.client.User(t.Context(), token); !errors.Is(err, bklogin.ErrNotSignedIn) {
			t.Errorf("signed out a minute ago: %v", err)
		}
		// Who is not bound is asked for again: a binding is seen at once.
		lisi := st.signIn(t, "lisi")
		if u := ask(lisi); u.WxUserID != "" {
			t.Errorf("%+v", u)
		}
		if err := st.server.Bind("lisi", "LiSi"); err != nil {
			t.Fatal(err)
		}
		if u := ask(lisi); u.WxUserID != "LiSi" {
			t.Errorf("%+v", u)
		}
	})
	t.Run("tenant", func(t *testing.T) {
		t.Parallel()
		st := open(t, bklogin.StyleTenant, noESB)
		token := st.signIn(t, "lisi")
		for range 3 {
			if _, err := st.client.User(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
		if login, _ := st.server.Asked(); login != 1 {
			t.Errorf("asked %d times for a binding that never comes", login)
		}
	})
}

// A crowd is served, and does not fill the memory.
func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	st := open(t, bklogin.StyleLegacy, noESB)
	const crowd = 4097
	tokens := make([]string, crowd)
	for i := range tokens {
		tokens[i] = st.signIn(t, "zhangsan")
	}
	for range 2 {
		for _, token := range tokens {
			if _, err := st.client.User(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
	}
	if login, _ := st.server.Asked(); login <= crowd {
		t.Errorf("%d users were asked for %d times: all are kept", crowd, login)
	}
}

// The answers that are known of, and what comes near them.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"result":true,"code":"00","message":"","data":{"username":"admin"}}`:               "admin",
		`{"code":0,"data":{"username":"admin"}}`:                                             "admin",
		`{"code":"0","data":{"username":"admin"}}`:                                           "admin",
		`{"result":true,"data":{"bk_username":"admin"}}`:                                     "admin",
		`{"result":true,"bk_error_code":0,"bk_error_msg":"","data":{"bk_username":"admin"}}`: "admin",
		`{"result":false,"code":"1200","message":"x","data":{}}`:                             "not signed in",
		`{"result":false,"code":1302100,"message":"x","data":null}`:                          "not signed in",
		`{"result":false,"code":"1300","message":"x","data":[]}`:                             "not signed in",
		`{"result":false,"bk_error_code":1302103,"data":{}}`:                                 "not signed in",
		`{"result":false,"code":0,"data":{"username":"admin"}}`:                              "error",
		`{"result":true,"code":"99","data":{"username":"admin"}}`:                            "error",
		`{"result":true,"code":"","data":{"username":"admin"}}`:                              "error",
		`{"result":true,"code":null,"data":{"username":"admin"}}`:                            "error",
		`{"result":true,"code":{},"data":{"username":"admin"}}`:                              "error",
		`{"data":{"username":"admin"}}`:                                                      "error",
		`{"code":0,"data":{"username":""}}`:                                                  "error",
		`{"code":0,"data":{"username":"a b"}}`:                                               "error",
		`{"code":0,"data":{"username":"a\nb"}}`:                                              "error",
		`{"code":0,"data":{"username":7}}`:                                                   "error",
		`{"code":0,"data":null}`:                                                             "error",
		`{"code":0}`:                                                                         "error",
		`{"code":0,"data":{"username":"` + strings.Repeat("x", 200) + `"}}`:                  "error",
		`[]`: "error", `null`: "error", ``: "error", `<html>`: "error", `{"code":0,"data":{"username":"admin"}} x`: "error",
	} {
		st := open(t, bklogin.StyleLegacy, noESB)
		st.wire.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, body) })
		u, err := st.client.User(t.Context(), "token")
		got := u.Username
		if errors.Is(err, bklogin.ErrNotSignedIn) {
			got = "not signed in"
		} else if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %s, %v; want %s", body, got, err, want)
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	st := open(t, bklogin.StyleLegacy, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := st.client.User(ctx, st.signIn(t, "lisi")); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestNewWants(t *testing.T) {
	t.Parallel()
	good := bklogin.Config{LoginURL: "https://paas/login", ComponentURL: "https://esb", AppID: "itsm", AppSecret: env.NewSecret("hunter2")}
	for want, change := range map[string]func(*bklogin.Config){
		"LoginURL":     func(c *bklogin.Config) { c.LoginURL = "" },
		"LoginURL ":    func(c *bklogin.Config) { c.LoginURL = "https://u:hunter2@paas/" },
		"ComponentURL": func(c *bklogin.Config) { c.ComponentURL = "esb" },
		"AppID":        func(c *bklogin.Config) { c.AppID = "" },
		"AppSecret":    func(c *bklogin.Config) { c.AppSecret = env.Secret{} },
	} {
		cfg := good
		change(&cfg)
		if _, err := bklogin.New(cfg); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := bklogin.New(good); err != nil {
		t.Error(err)
	}
}
