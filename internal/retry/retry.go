// Package retry repeats calls of WeCom's API for packages that know it only as
// a Caller. What may be repeated is decided here and by them, never by the
// client, which does not know whether a call does harm when made twice.
package retry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// pauses are the upper ends of the random waits between attempts ("full
// jitter"): the vendor asks to repeat at most three times, and many callers must
// not come back together.
var pauses = [...]time.Duration{500 * time.Millisecond, 2 * time.Second}

// Do calls once until it succeeds, three times at most and within ctx. A
// definite answer of the vendor is not asked for again. again, if it is not nil,
// is told of every other error and may refuse another attempt after pause.
//
// The error is the last attempt's. It says that nothing was sent only if that
// holds for all of them.
func Do(ctx context.Context, once func() error, again func(err error, pause time.Duration) bool) error {
	arrived := false
	for attempt := 0; ; attempt++ {
		err := once()
		switch unsent := NotSent(err); {
		case unsent && arrived:
			err = &earlier{err}
		case err != nil && !unsent:
			arrived = true
		}
		if err == nil || attempt == len(pauses) || definite(err) {
			return err
		}
		pause := rand.N(pauses[attempt])
		if again != nil && !again(err, pause) {
			return err
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) <= pause {
			return err // the reason is worth more than "deadline exceeded" some time later
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("%w (not repeated: %w)", err, ctx.Err())
		case <-timer.C:
		}
	}
}

// earlier is the error of an attempt that sent nothing, after one that may have
// reached the API.
type earlier struct{ error }

func (e *earlier) Error() string { return e.error.Error() + " (an earlier attempt may have arrived)" }
func (e *earlier) Unwrap() error { return e.error }
func (e *earlier) NotSent() bool { return false }

// definite tells an answer of the vendor that another attempt would not change.
// The client may have it without sending, when it asks for a token.
func definite(err error) bool {
	var r interface{ Retryable() bool }
	return ErrCode(err) != 0 && !(errors.As(err, &r) && r.Retryable())
}

// NotSent reports whether the API cannot have acted on the call.
func NotSent(err error) bool {
	var n interface{ NotSent() bool }
	return errors.As(err, &n) && n.NotSent()
}

// ErrCode is the vendor's errcode in err, 0 if it answered none.
func ErrCode(err error) int {
	var code interface{ ErrCode() int }
	if errors.As(err, &code) {
		return code.ErrCode()
	}
	return 0
}
