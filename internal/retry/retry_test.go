package retry_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/internal/retry"
)

// apiError is an error as a client's are.
type apiError struct {
	code               int
	retryable, notSent bool
}

func (e apiError) Error() string   { return fmt.Sprint("errcode ", e.code) }
func (e apiError) ErrCode() int    { return e.code }
func (e apiError) Retryable() bool { return e.retryable }
func (e apiError) NotSent() bool   { return e.notSent }

func TestDo(t *testing.T) {
	t.Parallel()
	busy, lost, secret := apiError{code: -1, retryable: true}, errors.New("connection reset"), apiError{code: 40001}
	for _, tt := range []struct {
		name     string
		errs     []error // of the attempts; the last one again and again
		again    bool
		deadline time.Duration
		want     error
		attempts int
	}{
		{"success", []error{nil}, true, 0, nil, 1},
		{"busy, then success", []error{busy, nil}, true, 0, nil, 2},
		{"lost twice, then success", []error{lost, lost, nil}, true, 0, nil, 3},
		{"busy for ever", []error{busy}, true, 0, busy, 3},
		{"definite answer", []error{secret}, true, 0, secret, 1},
		{"wrapped definite answer", []error{fmt.Errorf("x: %w", secret)}, true, 0, secret, 1},
		{"the caller refuses", []error{lost}, false, 0, lost, 1},
		{"no time left", []error{lost}, true, time.Nanosecond, lost, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tt.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.deadline)
					defer cancel()
				}
				attempts, start := 0, time.Now()
				err := retry.Do(ctx, func() error {
					attempts++
					return tt.errs[min(attempts, len(tt.errs))-1]
				}, func(error, time.Duration) bool { return tt.again })
				if !errors.Is(err, tt.want) || attempts != tt.attempts {
					t.Errorf("%v after %d attempts, want %v after %d", err, attempts, tt.want, tt.attempts)
				}
				if took := time.Since(start); took > 2500*time.Millisecond {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// TestDoCancelled: the reason and the cancellation are both told.
func TestDoCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lost := errors.New("connection reset")
		ctx, cancel := context.WithCancel(t.Context())
		attempts := 0
		err := retry.Do(ctx, func() error {
			attempts++
			cancel()
			return lost
		}, nil)
		// A pause drawn as zero may end first; then there was a second attempt.
		if !errors.Is(err, lost) || !errors.Is(err, context.Canceled) && attempts == 1 {
			t.Errorf("%v after %d attempts", err, attempts)
		}
	})
}

// TestDoNotSent: nothing was sent only if no attempt may have arrived.
func TestDoNotSent(t *testing.T) {
	t.Parallel()
	unsent, lost := apiError{retryable: true, notSent: true}, apiError{retryable: true}
	noToken := apiError{code: 40001, notSent: true}
	for _, tt := range []struct {
		name string
		errs []error
		want bool
	}{
		{"no connection", []error{unsent, unsent, unsent}, true},
		{"lost at last", []error{unsent, unsent, lost}, false},
		{"lost at first", []error{lost, unsent, unsent}, false},
		{"lost between", []error{unsent, lost, unsent}, false},
		{"no token after a loss", []error{lost, noToken}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				err := retry.Do(t.Context(), func() error {
					attempts++
					return tt.errs[attempts-1]
				}, nil)
				last := tt.errs[len(tt.errs)-1]
				if attempts != len(tt.errs) || !errors.Is(err, last) || retry.ErrCode(err) != retry.ErrCode(last) {
					t.Errorf("%v after %d attempts", err, attempts)
				}
				if retry.NotSent(err) != tt.want {
					t.Errorf("NotSent is %v: %v", !tt.want, err)
				}
			})
		})
	}
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("x: %w", apiError{code: 46003, notSent: true})
	if retry.ErrCode(err) != 46003 || !retry.NotSent(err) {
		t.Error("a wrapped error does not answer")
	}
	if plain := errors.New("x"); retry.ErrCode(plain) != 0 || retry.NotSent(plain) {
		t.Error("a plain error answers")
	}
}
