package jssdk_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/bkwecom/wecom/jssdk"
)

const (
	corpID = "ww1234567890abcdef"
	page   = "https://itsm.example.com/o/itsm/weixin/ticket/create/?from=home"
	canary = "t1cket/canary+0123456789"
)

// vendor is an API client in memory that notes when it was asked for a ticket.
type vendor struct {
	answer func(ctx context.Context, n int) (ticket string, expiresIn int, err error)

	mu    sync.Mutex
	asked []time.Time
	calls []string
}

func (v *vendor) Call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	v.mu.Lock()
	v.asked = append(v.asked, time.Now())
	n := len(v.asked)
	v.calls = append(v.calls, fmt.Sprint(method, " ", path, "?", query.Encode(), " ", in))
	answer := v.answer
	v.mu.Unlock()
	ticket, life := fmt.Sprint(canary, "-", n), 7200
	var err error
	if answer != nil {
		ticket, life, err = answer(ctx, n)
	}
	s := reflect.ValueOf(out).Elem()
	s.FieldByName("Ticket").SetString(ticket)
	s.FieldByName("ExpiresIn").SetInt(int64(life))
	return err
}

// become changes what the vendor answers.
func (v *vendor) become(answer func(context.Context, int) (string, int, error)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.answer = answer
}

func (v *vendor) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.asked)
}

// mostInAnHour is the largest number of attempts within any hour.
func (v *vendor) mostInAnHour() (most int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for i := range v.asked {
		n := 0
		for n < len(v.asked)-i && v.asked[i+n].Sub(v.asked[i]) < time.Hour {
			n++
		}
		most = max(most, n)
	}
	return most
}

// slow answers after d, or when ctx ends.
func slow(d time.Duration) func(context.Context, int) (string, int, error) {
	return func(ctx context.Context, n int) (string, int, error) {
		select {
		case <-time.After(d):
			return fmt.Sprint(canary, "-", n), 7200, nil
		case <-ctx.Done():
			return "", 0, ctx.Err()
		}
	}
}

func failing(err error) func(context.Context, int) (string, int, error) {
	return func(context.Context, int) (string, int, error) { return "", 0, err }
}

// apiError is as the errors of an API client.
type apiError struct {
	text          string
	code          int
	retry, unsent bool
}

func (e *apiError) Error() string   { return e.text }
func (e *apiError) ErrCode() int    { return e.code }
func (e *apiError) Retryable() bool { return e.retry }
func (e *apiError) NotSent() bool   { return e.unsent }

var (
	errBusy    = &apiError{text: "system busy", code: -1, retry: true}
	errLost    = errors.New("connection reset")
	errQuota   = &apiError{text: "api freq out of limit", code: 45009}
	errUnsent  = &apiError{text: "no access token", unsent: true}
	errFreshIP = &apiError{text: "not allow to access from your ip", code: 60020}
)

func config(v jssdk.Caller, change ...func(*jssdk.Config)) jssdk.Config {
	cfg := jssdk.Config{
		API: v, CorpID: corpID, AgentID: 1000002,
		Pages:     []string{"https://itsm.example.com/o/itsm/weixin/"},
		APIs:      []string{"scanQRCode"},
		AgentAPIs: []string{"selectExternalContact"},
		OnError:   func(error) {},
	}
	for _, f := range change {
		f(&cfg)
	}
	return cfg
}

func newSigner(t testing.TB, v jssdk.Caller, change ...func(*jssdk.Config)) *jssdk.Signer {
	t.Helper()
	s, err := jssdk.New(config(v, change...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signedWith is the number of the vendor's answer that a signature was made with, 0 if of none so far.
func (v *vendor) signedWith(c jssdk.PageConfig) int {
	for n := range v.count() {
		if c.Signature == jssdk.Signature(fmt.Sprint(canary, "-", n+1), c.NonceStr, c.Timestamp, page) {
			return n + 1
		}
	}
	return 0
}

// together runs f n times at once and returns the errors.
func together(n int, f func() error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f() })
	}
	wg.Wait()
	return errs
}
