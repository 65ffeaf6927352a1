package wecom_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
)

// together runs f n times at once and returns the errors.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errs
}

func TestColdCallers(t *testing.T) {
	t.Parallel()
	const system = `{"errcode":-1,"errmsg":"system busy"}`
	for _, tt := range []struct {
		name     string
		gettoken func(int) (int, string, error)
		fetches  int
		code     int
		ok       bool
	}{
		{name: "good", fetches: 1, ok: true},
		{name: "wrong secret", gettoken: func(int) (int, string, error) { return 200, `{"errcode":40001,"errmsg":"invalid credential"}`, nil }, fetches: 1, code: 40001},
		{name: "502", gettoken: func(int) (int, string, error) { return 502, "<html>", nil }, fetches: 3},
		{name: "busy", gettoken: func(int) (int, string, error) { return 200, system, nil }, fetches: 3, code: -1},
		{name: "no connection", gettoken: func(int) (int, string, error) { return 0, "", errors.New("connection refused") }, fetches: 3},
		{name: "busy once", gettoken: func(n int) (int, string, error) {
			if n == 1 {
				return 200, system, nil
			}
			return 0, "", nil
		}, fetches: 2, ok: true},
		{name: "panic", gettoken: func(int) (int, string, error) { panic("transport") }, fetches: 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{gettoken: tt.gettoken, delay: 50 * time.Millisecond}
				c := v.client(t)
				errs := together(1000, func(int) error { _, err := c.Token(t.Context()); return err })
				for i, err := range errs {
					if (err == nil) != tt.ok {
						t.Fatalf("caller %d: %v", i, err)
					}
					if tt.ok {
						continue
					}
					if code := errCode(t, err); code != tt.code {
						t.Errorf("ErrCode %d, want %d", code, tt.code)
					}
					if !notSent(t, err) {
						t.Errorf("NotSent is false: %v", err)
					}
				}
				if got := v.fetched(); got != tt.fetches {
					t.Errorf("%d fetches, want %d", got, tt.fetches)
				}
			})
		})
	}
}

func errCode(t *testing.T, err error) int {
	t.Helper()
	var e interface{ ErrCode() int }
	if !errors.As(err, &e) {
		t.Fatalf("%T has no ErrCode: %v", err, err)
	}
	return e.ErrCode()
}

func notSent(t *testing.T, err error) bool {
	t.Helper()
	var e interface{ NotSent() bool }
	if !errors.As(err, &e) {
		t.Fatalf("%T has no NotSent: %v", err, err)
	}
	return e.NotSent()
}

func retryable(t *testing.T, err error) bool {
	t.Helper()
	var e interface{ Retryable() bool }
	if !errors.As(err, &e) {
		t.Fatalf("%T has no Retryable: %v", err, err)
	}
	return e.Retryable()
}

func TestFirstCallerLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{delay: time.Second}
		c := v.client(t)
		first, cancel := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { _, err := c.Token(first); left <- err }()
		synctest.Wait() // the first caller has started the flight
		go func() {
			time.Sleep(100 * time.Millisecond)
			cancel()
		}()
		start := time.Now()
		for i, err := range together(100, func(int) error { return get(t, c) }) {
			if err != nil {
				t.Errorf("follower %d: %v", i, err)
			}
		}
		if err := <-left; !errors.Is(err, context.Canceled) || !notSent(t, err) || retryable(t, err) {
			t.Errorf("the first caller got %v", err)
		}
		if v.fetched() != 1 {
			t.Errorf("%d fetches", v.fetched())
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("took %v", d)
		}
	})
}

// A caller that saw no token, and is late to the flight that fetched one.
func TestLateCaller(t *testing.T) {
	t.Parallel()
	v := &vendor{}
	c := v.client(t)
	ctx := &interrupted{Context: t.Context(), meanwhile: func() {
		if _, err := c.Token(t.Context()); err != nil {
			t.Error(err)
		}
	}}
	if _, err := c.Token(ctx); err != nil {
		t.Error(err)
	}
	if v.fetched() != 1 {
		t.Errorf("%d fetches", v.fetched())
	}
}

// interrupted lets something happen at the first look at the context.
type interrupted struct {
	context.Context
	meanwhile func()
}

func (i *interrupted) Err() error {
	if f := i.meanwhile; f != nil {
		i.meanwhile = nil
		f()
	}
	return i.Context.Err()
}

func TestShortDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{delay: 5 * time.Second}
		c := v.client(t)
		for _, call := range []func(context.Context) error{
			func(ctx context.Context) error { _, err := c.Token(ctx); return err },
			func(ctx context.Context) error { return c.Call(ctx, http.MethodGet, "/cgi-bin/x", nil, nil, nil) },
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			start := time.Now()
			err := call(ctx)
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) || !notSent(t, err) || retryable(t, err) || errCode(t, err) != 0 {
				t.Errorf("got %v", err)
			}
			if d := time.Since(start); d != 10*time.Millisecond {
				t.Errorf("returned after %v", d)
			}
		}
		// The flight went on for whoever comes later.
		if err := get(t, c); err != nil {
			t.Error(err)
		}
		if v.fetched() != 1 {
			t.Errorf("%d fetches", v.fetched())
		}
	})
}

func TestSlowGettokenIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{delay: time.Hour}
		c := v.client(t)
		start := time.Now()
		_, err := c.Token(t.Context())
		if err == nil || time.Since(start) > 31*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if !retryable(t, err) || !notSent(t, err) {
			t.Errorf("Retryable, NotSent are not both true: %v", err)
		}
	})
}

func TestZeroClient(t *testing.T) {
	t.Parallel()
	for _, c := range []*wecom.Client{nil, {}} {
		if _, err := c.Token(t.Context()); err == nil || !notSent(t, err) {
			t.Errorf("Token: %v", err)
		}
		if err := c.Call(t.Context(), "GET", "/x", nil, nil, nil); err == nil || !notSent(t, err) {
			t.Errorf("Call: %v", err)
		}
	}
	c := (&vendor{}).client(t)
	var none context.Context
	if err := c.Call(none, "GET", "/x", nil, nil, nil); err == nil {
		t.Error("no context was accepted")
	}
}

func TestGettokenAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, want string }{
		{"no token", `{"errcode":0,"errmsg":"ok","expires_in":7200}`, "no access_token"},
		{"no life", `{"errcode":0,"errmsg":"ok","access_token":"x"}`, "no expires_in"},
		{"a life that is null", `{"errcode":0,"access_token":"x","expires_in":null}`, "no expires_in"},
		{"negative life", `{"errcode":0,"access_token":"x","expires_in":-1}`, "no expires_in"},
		{"no JSON", `hello`, "not one of the API"},
		{"an array", `[]`, "not one of the API"},
		{"wrong type", `{"errcode":0,"access_token":17,"expires_in":1}`, "does not fit"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := (&vendor{gettoken: func(int) (int, string, error) { return 200, tt.body, nil }}).client(t)
			_, err := c.Token(t.Context())
			wantText(t, err, tt.want)
		})
	}
	t.Run("an endless life", func(t *testing.T) {
		t.Parallel()
		c := (&vendor{gettoken: func(int) (int, string, error) {
			return 200, `{"errcode":0,"access_token":"x","expires_in":9223372036854775807}`, nil
		}}).client(t)
		for range 3 {
			if token, err := c.Token(t.Context()); token != "x" || err != nil {
				t.Errorf("%q, %v", token, err)
			}
		}
	})
}
