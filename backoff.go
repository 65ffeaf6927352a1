package wecom

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// The vendor blocks a company's address for an hour after too many failing gettoken
// calls. From 1 s doubling to 90 s they are 49 in the first hour, the two quick
// repeats of the first flight included, and 40 in each further one.
const (
	firstDelay = time.Second
	lastDelay  = 90 * time.Second
)

// delay after the n-th failure in a row, n from 1.
func delay(n int) time.Duration {
	if n > 7 {
		return lastDelay
	}
	return min(firstDelay<<max(n-1, 0), lastDelay)
}

// failure is the state after a failing gettoken: until then it is not asked again.
type failure struct {
	cause  error
	until  time.Duration
	streak int
}

func (f *failure) at(now time.Duration) *tokenError {
	next := max(f.until-now, 0)
	return &tokenError{cause: f.cause, next: next.Truncate(time.Millisecond)}
}

// upward jitter, so that the limit above holds.
func jitter(d time.Duration) time.Duration { return d + rand.N(d/5+1) }

// sleep returns false if ctx ends before d is over.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// safely turns a panic of somebody else's code into an error: in a flight it would
// end the process.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}
