package jssdk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/jssdk"
	"github.com/bkwecom/wecom/wecomtest"
)

const domain = "itsm.example.com"

// company is the simulated WeCom with the app 1000002.
func company(t *testing.T) (*wecomtest.Server, *wecom.Client) {
	t.Helper()
	srv := wecomtest.NewUnstartedServer()
	t.Cleanup(srv.Close)
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret", TrustedDomain: domain})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL, HTTPClient: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return srv, wc
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestClientAccepts: the simulated client, which was written from the vendor's documents and not from this
// package, takes both signatures for the page, and for no other call, page or ticket.
func TestClientAccepts(t *testing.T) {
	t.Parallel()
	srv, wc := company(t)
	s := newSigner(t, wc)
	c, err := s.SignConfig(t.Context(), page+"#top")
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.SignAgentConfig(t.Context(), page)
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.CheckJSSDKConfig(page+"#elsewhere", encode(t, c)); err != nil {
		t.Error(err)
	}
	if err := srv.CheckJSSDKAgentConfig(page, encode(t, a)); err != nil {
		t.Error(err)
	}
	code := func(err error) int {
		var e *wecomtest.JSSDKError
		if !errors.As(err, &e) {
			return 0
		}
		return e.Code
	}
	crossed := c
	crossed.Timestamp, crossed.NonceStr, crossed.Signature = a.Timestamp, a.NonceStr, a.Signature
	for name, tt := range map[string]struct {
		err  error
		code int
	}{
		"another page":       {srv.CheckJSSDKConfig(page+"&x=1", encode(t, c)), 40093},
		"the app's ticket":   {srv.CheckJSSDKConfig(page, encode(t, crossed)), 42012},
		"a foreign domain":   {srv.CheckJSSDKConfig("https://evil.example.com/", encode(t, c)), 85005},
		"the other argument": {srv.CheckJSSDKConfig(page, encode(t, a)), 40013},
	} {
		if code(tt.err) != tt.code {
			t.Errorf("%s: %v, want %d", name, tt.err, tt.code)
		}
	}
	srv.ExpireTickets()
	if err := srv.CheckJSSDKConfig(page, encode(t, c)); code(err) != 40093 {
		t.Errorf("after its end: %v", err)
	}
}

// TestTwoReadings shows why such pages are refused: the signature of one would serve on another.
func TestTwoReadings(t *testing.T) {
	t.Parallel()
	s := newSigner(t, &vendor{})
	const own, other = "https://itsm.example.com/o/itsm/weixin/?a", "https://itsm.example.com/o/other/"
	const crafted = own + "&timestamp=2&url=" + other
	if _, err := s.SignConfig(t.Context(), crafted); !errors.Is(err, jssdk.ErrPage) {
		t.Errorf("signed: %v", err)
	}
	if jssdk.Signature("T", "N", 1, crafted) != jssdk.Signature("T", "N&timestamp=1&url="+own, 2, other) {
		t.Error("there is no need to refuse these pages")
	}
}

// TestDayOnTheServer: in every reading of the vendor's documents each signature of a day is valid, and the
// tickets of two processes without a store stay far below the quota.
func TestDayOnTheServer(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]func(*wecomtest.Rules){
		"new ticket":                func(r *wecomtest.Rules) { r.NewTicketEachTime = true },
		"same ticket, what is left": func(*wecomtest.Rules) {},
		"same ticket, a whole life": func(r *wecomtest.Rules) { r.RepeatExpiresIn = true },
		"short tickets":             func(r *wecomtest.Rules) { r.TicketLife = 15 * time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, wc := company(t)
				defer srv.Close()
				srv.Configure(rules)
				signers := []*jssdk.Signer{newSigner(t, wc), newSigner(t, wc)}
				for i := range 24 * 60 * 2 {
					s := signers[i%2]
					c, err := s.SignConfig(t.Context(), page)
					if err == nil {
						err = srv.CheckJSSDKConfig(page, encode(t, c))
					}
					if err != nil {
						t.Fatalf("after %v: %v", time.Duration(i)*30*time.Second, err)
					}
					a, err := s.SignAgentConfig(t.Context(), page)
					if err == nil {
						err = srv.CheckJSSDKAgentConfig(page, encode(t, a))
					}
					if err != nil {
						t.Fatalf("after %v: %v", time.Duration(i)*30*time.Second, err)
					}
					time.Sleep(30 * time.Second)
				}
				synctest.Wait()
				if n := srv.Calls("/cgi-bin/get_jsapi_ticket"); n < 24 || n > 24*40 {
					t.Errorf("%d fetches", n)
				}
			})
		})
	}
}

// TestFaultsOfTheServer: what passes by itself is not seen by a page, and what does not is told.
func TestFaultsOfTheServer(t *testing.T) {
	t.Parallel()
	const path = "/cgi-bin/get_jsapi_ticket"
	for _, tt := range []struct {
		name  string
		path  string
		fault wecomtest.Fault
		says  string // "" if it succeeds
	}{
		{"busy twice", path, wecomtest.Fault{ErrCode: -1, Times: 2}, ""},
		{"lost answers", path, wecomtest.Fault{ResetAfter: true, Times: 2}, ""},
		{"cut answer", path, wecomtest.Fault{CutAfter: 20}, ""},
		{"token revoked", path, wecomtest.Fault{ErrCode: 40014}, ""},
		{"502", path, wecomtest.Fault{Status: 502, Times: 2}, ""},
		{"busy", path, wecomtest.Fault{ErrCode: -1, Times: -1}, "errcode -1"},
		{"quota", path, wecomtest.Fault{ErrCode: 45009}, "errcode 45009"},
		{"untrusted address", path, wecomtest.Fault{ErrCode: 60020}, "企业可信IP"},
		{"another API", path, wecomtest.Fault{Status: 200, Body: []byte(`{"errcode":0,"errmsg":"ok"}`)}, "no ticket"},
		{"wrong secret", "/cgi-bin/gettoken", wecomtest.Fault{ErrCode: 40001}, "errcode 40001"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, wc := company(t)
				defer srv.Close()
				srv.Configure(func(r *wecomtest.Rules) { r.NewTokenEachTime = true })
				srv.Fail(tt.path, tt.fault)
				var told []error
				s := newSigner(t, wc, func(c *jssdk.Config) { c.OnError = func(err error) { told = append(told, err) } })
				_, err := s.SignConfig(t.Context(), page)
				if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%v, want %q", err, tt.says)
				}
				if err != nil && (len(told) != 1 || !strings.Contains(fmt.Sprint(told[0]), tt.says)) {
					t.Errorf("OnError was told %v", told)
				}
			})
		})
	}
}
