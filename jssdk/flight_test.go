package jssdk_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/jssdk"
)

// TestOneFlight: a thousand cold callers ask once, and once when that fails.
func TestOneFlight(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		err   error
		asked int // attempts of the one flight
	}{
		{"good", nil, 1},
		{"refused", errFreshIP, 1},
		{"no ticket in the answer", errors.New(""), 1},
		{"busy", errBusy, 3},
		{"lost", errLost, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{}
				v.answer = func(ctx context.Context, n int) (string, int, error) {
					ticket, life, err := slow(50*time.Millisecond)(ctx, n)
					switch {
					case tt.err != nil && tt.err.Error() == "":
						return "", 0, nil
					case tt.err != nil:
						return "", 0, tt.err
					}
					return ticket, life, err
				}
				s := newSigner(t, v)
				for i, err := range together(1000, func() error {
					_, err := s.SignConfig(t.Context(), page)
					return err
				}) {
					if (err == nil) != (tt.err == nil) {
						t.Fatalf("caller %d: %v", i, err)
					}
				}
				if n := v.count(); n != tt.asked {
					t.Errorf("asked %d times, want %d", n, tt.asked)
				}
				_, err := s.SignConfig(t.Context(), page) // within the pause after a failure
				if (err == nil) != (tt.err == nil) || v.count() != tt.asked {
					t.Errorf("later: %v after %d", err, v.count())
				}
				if tt.err != nil && !strings.Contains(err.Error(), "the next attempt is in ") {
					t.Errorf("the error does not say when it goes on: %v", err)
				}
			})
		})
	}
}

// TestCallersLeave: who gives up hurts nobody else and waits no longer.
func TestCallersLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{answer: slow(5 * time.Second)}
		s := newSigner(t, v)
		start := time.Now()
		first, cancel := context.WithCancel(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel()
		}()
		patient := make(chan error)
		go func() {
			time.Sleep(100 * time.Millisecond)
			_, err := s.SignConfig(t.Context(), page)
			patient <- err
		}()
		_, err := s.SignConfig(first, page)
		if took := time.Since(start); !errors.Is(err, context.Canceled) || took != time.Second {
			t.Errorf("the one that leaves: %v after %v", err, took)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = s.SignConfig(short, page)
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 2*time.Second {
			t.Errorf("the one with a deadline: %v after %v", err, took)
		}
		if err := <-patient; err != nil || time.Since(start) != 5*time.Second {
			t.Errorf("the one that waits: %v after %v", err, time.Since(start))
		}
		if n := v.count(); n != 1 {
			t.Errorf("asked %d times", n)
		}
		if _, err := s.SignConfig(first, page); !errors.Is(err, context.Canceled) {
			t.Errorf("a context that has ended: %v", err)
		}
	})
}

// TestBadClients: an API client that panics, ends its goroutine or does not end with its context holds
// nobody for ever.
func TestBadClients(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(context.Context, int) (string, int, error){
		"panics": func(context.Context, int) (string, int, error) { panic("at the disco") },
		"exits":  func(context.Context, int) (string, int, error) { runtime.Goexit(); return "", 0, nil },
		"hangs":  func(context.Context, int) (string, int, error) { time.Sleep(time.Hour); return "", 0, errLost },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{answer: answer}
				s := newSigner(t, v)
				start := time.Now()
				for i := range 3 {
					if _, err := s.SignConfig(t.Context(), page); err == nil || time.Since(start) > time.Minute {
						t.Errorf("call %d: %v after %v", i, err, time.Since(start))
					}
				}
				time.Sleep(2 * time.Hour)
				v.become(nil)
				if _, err := s.SignConfig(t.Context(), page); err != nil {
					t.Errorf("after it has mended: %v", err)
				}
			})
		})
	}
}

// TestRenewedAhead: near its end the old ticket serves at once while one request fetches the next.
func TestRenewedAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{answer: slow(3 * time.Second)}
		s := newSigner(t, v)
		sign := func() int {
			c, err := s.SignConfig(t.Context(), page)
			if err != nil {
				t.Fatal(err)
			}
			return v.signedWith(c)
		}
		sign()
		time.Sleep(95 * time.Minute)
		if sign(); v.count() != 1 {
			t.Error("renewed before 80 % of its life")
		}
		time.Sleep(20 * time.Minute) // 95 % are over
		start := time.Now()
		for _, err := range together(100, func() error {
			c, err := s.SignConfig(t.Context(), page)
			if n := v.signedWith(c); err == nil && n != 1 {
				t.Errorf("signed with ticket %d", n)
			}
			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("callers waited %v", took)
		}
		time.Sleep(4 * time.Second)
		if n := sign(); n != 2 || v.count() != 2 {
			t.Errorf("then signed with ticket %d of %d", n, v.count())
		}
	})
}

// TestRenewedPastTheStore: a store that has the same ticket, or one that ends earlier, renews nothing.
func TestRenewedPastTheStore(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]func(v *vendor) (string, time.Time){
		"the same":  func(v *vendor) (string, time.Time) { return canary + "-1", v.asked[0].Add(2 * time.Hour) },
		"older one": func(v *vendor) (string, time.Time) { return canary + "-0", v.asked[0].Add(2*time.Hour - time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{}
				s := newSigner(t, v, func(c *jssdk.Config) {
					c.Tickets = brokenStore{load: func(context.Context) (string, time.Time, error) {
						if v.count() == 0 {
							return "", time.Time{}, nil
						}
						value, ends := stored(v)
						return value, ends, nil
					}}
				})
				for range 2 {
					if _, err := s.SignConfig(t.Context(), page); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
					time.Sleep(116 * time.Minute)
				}
				if v.count() != 2 {
					t.Errorf("asked %d times", v.count())
				}
			})
		})
	}
}

// TestRenewalFails: the old ticket serves to its end, and OnError is told.
func TestRenewalFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{}
		var told []string
		s := newSigner(t, v, func(c *jssdk.Config) { c.OnError = func(err error) { told = append(told, err.Error()) } })
		start := time.Now()
		v.answer = func(_ context.Context, n int) (string, int, error) {
			if n == 1 {
				return canary + "-1", 7200, nil
			}
			return "", 0, errBusy
		}
		for time.Since(start) < 2*time.Hour-30*time.Second {
			if _, err := s.SignConfig(t.Context(), page); err != nil {
				t.Fatalf("after %v: %v", time.Since(start), err)
			}
			time.Sleep(time.Second)
		}
		synctest.Wait()
		var code interface {
			ErrCode() int
			Retryable() bool
			NotSent() bool
		}
		_, err := s.SignConfig(t.Context(), page)
		if !errors.As(err, &code) || code.ErrCode() != -1 || !code.Retryable() || code.NotSent() {
			t.Errorf("after its end: %v", err)
		}
		if len(told) == 0 || !strings.Contains(told[0], "the old one serves on") {
			t.Errorf("OnError was told %q", told)
		}
	})
}
