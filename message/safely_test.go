package message_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// fate is what becomes of one request of message/send.
type fate struct {
	name     string
	taken    bool // the vendor processes it
	late     bool // only after the client has given up
	hang     bool // no answer
	err      error
	status   int
	answer   string
	cutShort bool
}

var fates = []fate{
	{name: "refused connection", err: &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}},
	{name: "reset before the write", err: &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}},
	{name: "reset after the write", taken: true, err: &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}},
	{name: "timeout", hang: true},
	{name: "timeout of the answer", taken: true, hang: true},
	{name: "arrives after the timeout", taken: true, late: true, hang: true},
	{name: "answer cut short", taken: true, cutShort: true},
	{name: "busy", status: 200, answer: `{"errcode":-1,"errmsg":"system busy"}`},
	{name: "busy, and sent all the same", taken: true, status: 200, answer: `{"errcode":-1,"errmsg":"system busy"}`},
	{name: "502", status: 502, answer: "<html>"},
	{name: "502 of a proxy that had sent it", taken: true, status: 502, answer: "<html>"},
	{name: "token expired", status: 200, answer: `{"errcode":42001,"errmsg":"access_token expired"}`},
}

// chaos stands between a client and the simulator.
type chaos struct {
	next  http.RoundTripper
	late  sync.WaitGroup
	mu    sync.Mutex
	rand  *rand.Rand
	times map[string]int
}

// oneIn is how many requests there are to a fault.
const oneIn = 3

func (c *chaos) choose() *fate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rand.IntN(oneIn) > 0 {
		return nil
	}
	f := &fates[c.rand.IntN(len(fates))]
	c.times[f.name]++
	return f
}

func (c *chaos) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Path, "/message/send") {
		return c.next.RoundTrip(req)
	}
	f := c.choose()
	if f == nil {
		return c.next.RoundTrip(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var resp *http.Response
	forward := func() {
		again := req.Clone(context.WithoutCancel(req.Context()))
		again.Body = io.NopCloser(bytes.NewReader(body))
		resp, _ = c.next.RoundTrip(again)
	}
	switch {
	case f.late:
		c.late.Go(func() {
			time.Sleep(2 * clientTimeout)
			forward()
		})
	case f.taken:
		forward()
	}
	switch {
	case f.hang:
		<-req.Context().Done()
		return nil, req.Context().Err()
	case f.err != nil:
		return nil, f.err
	case f.cutShort:
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"errcode":0`), cutOff{}))
		resp.ContentLength = -1
		return resp, nil
	}
	return &http.Response{
		StatusCode: f.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(strings.NewReader(f.answer)),
		ContentLength: int64(len(f.answer)),
	}, nil
}

type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

const (
	clientTimeout = 5 * time.Second
	companySize   = 40
)

// soakSends is the number of sends, short and with SOAK=1.
func soakSends() int {
	if os.Getenv("SOAK") == "" {
		return 300
	}
	return 10_000
}

// sent is one message and what its sender was told.
type sent struct {
	text  string
	users []string
	err   error
}

func TestSendingSafelySoak(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		check  bool // duplicate check
		outbox bool // what failed is given again to SendPrepared, until it goes
	}{
		{"with duplicate check", true, false},
		{"without duplicate check", false, false},
		{"from an outbox", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, s, c := company(t)
				all := make([]sent, soakSends())
				var work sync.WaitGroup
				next := make(chan int)
				for range 30 {
					work.Go(func() {
						for i := range next {
							all[i] = send(t, s, i, tt.check, tt.outbox)
						}
					})
				}
				for i := range all {
					next <- i
				}
				close(next)
				work.Wait()
				c.late.Wait()
				judge(t, srv, all, tt.outbox)
				for _, f := range fates {
					if c.times[f.name] == 0 {
						t.Errorf("no request met %q", f.name)
					}
				}
			})
		})
	}
}

// company is a simulator with members, a Sender by the real client, and the chaos between them.
func company(t *testing.T) (*wecomtest.Server, *message.Sender, *chaos) {
	t.Helper()
	srv := wecomtest.NewUnstartedServer()
	t.Cleanup(srv.Close)
	// With the same token again and again the client would hold back, as it should, and here in vain.
	srv.Configure(func(r *wecomtest.Rules) { r.NewTokenEachTime = true })
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s"})
	for i := range companySize {
		srv.AddUser(wecomtest.User{ID: fmt.Sprint("User", i)})
	}
	c := &chaos{next: srv.Transport(), rand: rand.New(rand.NewPCG(3, 5)), times: map[string]int{}}
	wc, err := wecom.New(wecom.Config{
		CorpID: srv.CorpID, Secret: "s", BaseURL: srv.URL,
		HTTPClient: &http.Client{Transport: c, Timeout: clientTimeout},
	})
	if err != nil {
		t.Fatal(err)
	}
	// What arrives after its call was given up counts at the vendor only then: hence some room.
	limiter := &message.Limiter{MemberPerMinute: 20}
	return srv, &message.Sender{API: wc, AgentID: 1000002, Limiter: limiter, MaxWait: patient}, c
}

func send(t *testing.T, s *message.Sender, i int, check, outbox bool) sent {
	out := sent{text: fmt.Sprint("构建 ", i)}
	for n := range 1 + i%3 {
		out.users = append(out.users, fmt.Sprint("User", (i*7+n)%companySize))
	}
	m := message.Message{To: message.Recipients{Users: out.users}, Content: message.Text{Content: out.text}, DuplicateCheck: check}
	if check {
		m.DuplicateInterval = 4 * time.Hour
	}
	p, err := s.Prepare(m)
	if err != nil {
		t.Error(err)
	}
	for range 20 {
		var res message.Result
		if res, out.err = s.SendPrepared(t.Context(), p); out.err == nil && res.MsgID == "" {
			t.Errorf("%s: no error and no msgid", out.text)
		}
		if out.err == nil || !outbox {
			break
		}
		time.Sleep(10 * time.Second)
	}
	return out
}

// judge looks at the phones: nothing is there twice, what was reported sent is there, and a failure
// was reported for everything that is not.
func judge(t *testing.T, srv *wecomtest.Server, all []sent, outbox bool) {
	t.Helper()
	arrived := map[[2]string]int{}
	for i := range companySize {
		id := fmt.Sprint("User", i)
		for _, m := range srv.Inbox(id) {
			arrived[[2]string{id, m.Content}]++
		}
		if n := srv.Dropped(id); n > 0 {
			t.Errorf("%d messages to %s were over the vendor's limit", n, id)
		}
	}
	failed := 0
	for _, m := range all {
		if m.err != nil {
			failed++
			if !answersThree(m.err) {
				t.Errorf("%s: error %v does not tell whether to repeat", m.text, m.err)
			}
		}
		for _, id := range m.users {
			n := arrived[[2]string{id, m.text}]
			if n > 1 || n == 0 && m.err == nil {
				t.Errorf("%s is %d times on the phone of %s; error %v", m.text, n, id, m.err)
			}
		}
	}
	switch {
	case outbox && failed > 0:
		t.Errorf("%d of %d messages never went out", failed, len(all))
	case !outbox && failed == 0:
		t.Error("no send failed: the faults do not reach them")
	}
}

func answersThree(err error) bool {
	var code interface{ ErrCode() int }
	var retryable interface{ Retryable() bool }
	var notSent interface{ NotSent() bool }
	return errors.As(err, &code) && errors.As(err, &retryable) && errors.As(err, &notSent)
}

// The same over real connections, with the faults of the simulator.
func TestSendingSafelyOverTCP(t *testing.T) {
	t.Parallel()
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.Configure(func(r *wecomtest.Rules) { r.MemberPerMinute, r.NewTokenEachTime = 0, true })
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s"})
	for i := range companySize {
		srv.AddUser(wecomtest.User{ID: fmt.Sprint("User", i)})
	}
	wc, err := wecom.New(wecom.Config{
		CorpID: srv.CorpID, Secret: "s", BaseURL: srv.URL,
		HTTPClient: &http.Client{Transport: &http.Transport{}, Timeout: time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	faults := []wecomtest.Fault{
		{ResetBefore: true}, {ResetAfter: true}, {CutAfter: 5}, {ErrCode: -1}, {Status: 502}, {ErrCode: 42001}, {Delay: 2 * time.Second},
		{Delay: time.Millisecond}, {Delay: time.Millisecond}, {Delay: time.Millisecond}, {Delay: time.Millisecond}, {Delay: time.Millisecond},
	}
	r := rand.New(rand.NewPCG(8, 13))
	for range 200 {
		srv.Fail("/cgi-bin/message/send", faults[r.IntN(len(faults))])
	}
	s := &message.Sender{API: wc, AgentID: 1000002}
	all := make([]sent, 100)
	var work sync.WaitGroup
	for i := range all {
		work.Go(func() { all[i] = send(t, s, i, i%2 == 0, false) })
	}
	work.Wait()
	judge(t, srv, all, false)
}

// Without the limiter the simulator drops, as the vendor does, what the vendor says it sent.
func TestLimiterPreventsSilentLoss(t *testing.T) {
	t.Parallel()
	for _, limiter := range []*message.Limiter{nil, {}} {
		synctest.Test(t, func(t *testing.T) {
			srv, s, _ := company(t)
			s.API = plainClient(t, srv)
			s.Limiter = limiter
			for range 65 {
				if _, err := s.Send(t.Context(), textTo("User1", "User2")); err != nil {
					t.Fatal(err)
				}
			}
			want := map[bool][2]int{true: {30, 35}, false: {65, 0}}[limiter == nil]
			if got := [2]int{len(srv.Inbox("user1")), srv.Dropped("user1")}; got != want {
				t.Errorf("with limiter %v: %d arrived, %d were dropped; want %v", limiter != nil, got[0], got[1], want)
			}
		})
	}
}

func plainClient(t *testing.T, srv *wecomtest.Server) *wecom.Client {
	t.Helper()
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "s", BaseURL: srv.URL, HTTPClient: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return wc
}
