package wecomtest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

const textBody = `{"touser":"zhangsan","msgtype":"text","agentid":1000002,"text":{"content":"x"}}`

// TestFaults meets each fault in memory and over the network: both must look
// the same to a client.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, srv := range map[string]func() *wecomtest.Server{"memory": wecomtest.NewUnstartedServer, "network": wecomtest.NewServer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t, srv())
			query := url.Values{"access_token": {c.token()}}
			for _, tt := range []struct {
				name      string
				fault     wecomtest.Fault
				status    int // 0: an error
				body      string
				bodyErr   error
				delivered int
			}{
				{"errcode", wecomtest.Fault{ErrCode: -1}, 200, `{"errcode":-1,"errmsg":"system busy`, nil, 0},
				{"errcode and text", wecomtest.Fault{ErrCode: 45009, ErrMsg: "mine"}, 200, `{"errcode":45009,"errmsg":"mine"}`, nil, 0},
				{"status", wecomtest.Fault{Status: 503, Body: []byte("<html>"), Header: http.Header{"Retry-After": {"7"}}}, 503, `<html>`, nil, 0},
				{"other body", wecomtest.Fault{Body: []byte("garbage")}, 200, `garbage`, nil, 0},
				{"reset before", wecomtest.Fault{ResetBefore: true}, 0, ``, nil, 0},
				{"reset after", wecomtest.Fault{ResetAfter: true}, 0, ``, nil, 1},
				{"cut", wecomtest.Fault{CutAfter: 10}, 200, `{"errcode"`, io.ErrUnexpectedEOF, 1},
				{"unreachable", wecomtest.Fault{Unreachable: true}, 0, ``, nil, 0},
				{"delay", wecomtest.Fault{Delay: time.Millisecond}, 200, `{"errcode":0`, nil, 1},
			} {
				before, calls := len(c.srv.Inbox("zhangsan")), c.srv.Calls(sendPath)
				c.srv.Fail(sendPath, tt.fault)
				res, body, err := c.try(http.MethodPost, sendPath, query, textBody)
				switch {
				case tt.status == 0:
					if err == nil {
						t.Errorf("%s: answered %d %s", tt.name, res.StatusCode, body)
					}
				case !errors.Is(err, tt.bodyErr) || res == nil || res.StatusCode != tt.status || !strings.HasPrefix(body, tt.body):
					t.Errorf("%s: %v %q, %v", tt.name, res, body, err)
				case tt.fault.Header != nil && res.Header.Get("Retry-After") != "7":
					t.Errorf("%s: header %v", tt.name, res.Header)
				}
				if n := len(c.srv.Inbox("zhangsan")) - before; n != tt.delivered {
					t.Errorf("%s: %d delivered, want %d", tt.name, n, tt.delivered)
				}
				wantCalls := 1
				if tt.fault.Unreachable && name == "memory" {
					wantCalls = 0
				}
				if n := c.srv.Calls(sendPath) - calls; n != wantCalls {
					t.Errorf("%s: %d calls, want %d", tt.name, n, wantCalls)
				}
			}
			if a := c.sendText("x"); a.code() != 0 {
				t.Errorf("after the faults: %s", a.raw)
			}
		})
	}
}

func TestFaultTimes(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.token()
	codes := func(n int) (all []int) {
		for range n {
			all = append(all, c.sendText("x").code())
		}
		return all
	}
	check := func(want ...int) {
		t.Helper()
		got := codes(len(want))
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("answers %v, want %v", got, want)
				return
			}
		}
	}
	c.srv.Fail(sendPath, wecomtest.Fault{ErrCode: -1, Times: 2})
	c.srv.Fail(sendPath, wecomtest.Fault{ErrCode: 6000})
	check(-1, -1, 6000, 0)
	c.srv.Fail(sendPath, wecomtest.Fault{ErrCode: -1, Times: -1})
	check(-1, -1, -1)
	c.srv.ClearFaults()
	check(0)
	c.srv.Fail("", wecomtest.Fault{ErrCode: -1})
	if code := c.getToken(testSecret).code(); code != -1 {
		t.Errorf("any path: %d", code)
	}
	check(0)
	log := c.srv.Requests(sendPath)
	if len(log) != 9 || log[0].ErrCode != -1 || log[3].ErrCode != 0 || log[0].Status != 200 ||
		log[3].Method != http.MethodPost || !strings.Contains(string(log[3].Body), "zhangsan") || log[3].Query.Get("access_token") == "" {
		t.Errorf("log of %d: %+v", len(log), log)
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		query := url.Values{"access_token": {c.token()}}
		c.srv.Fail(sendPath, wecomtest.Fault{Delay: time.Minute, Times: 2})
		start := time.Now()
		if _, _, err := c.try(http.MethodPost, sendPath, query, textBody); err != nil || time.Since(start) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.srv.URL+sendPath+"?"+query.Encode(), strings.NewReader(textBody))
		if err != nil {
			t.Fatal(err)
		}
		if res, err := c.srv.Client().Do(req); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, %v", res, err)
		}
		synctest.Wait()
		if n := len(c.srv.Inbox("zhangsan")); n != 1 {
			t.Errorf("%d delivered: what its caller gave up must not be", n)
		}
	})
}

// TestTrace is for clients that repeat only what was not written.
func TestTrace(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	wrote := func() (bool, error) {
		var wrote bool
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { wrote = true }})
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.srv.URL+"/cgi-bin/gettoken", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := c.srv.Client().Do(req)
		if err == nil {
			res.Body.Close()
		}
		return wrote, err
	}
	if w, err := wrote(); !w || err != nil {
		t.Errorf("answered: written %v, %v", w, err)
	}
	c.srv.Fail("", wecomtest.Fault{ResetBefore: true})
	if w, err := wrote(); !w || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: written %v, %v", w, err)
	}
	c.srv.Fail("", wecomtest.Fault{Unreachable: true})
	if w, err := wrote(); w || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("unreachable: written %v, %v", w, err)
	}
}
