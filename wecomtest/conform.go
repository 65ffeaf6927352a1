package wecomtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// conformTimeout bounds a whole conformance test of a store.
const conformTimeout = time.Minute

// conformLease is the lease and lock life that the tests let run out: long
// enough for stores that keep whole seconds.
const conformLease = time.Second

// findings collects what a store does wrong.
type findings struct{ errs []error }

func (f *findings) add(format string, args ...any) {
	f.errs = append(f.errs, fmt.Errorf(format, args...))
}

func (f *findings) err() error { return errors.Join(f.errs...) }

// freshKey lets a test run on a store that is in use. It holds what a store
// must not trip over: space, quotes, wildcards, other scripts.
func freshKey(name string) string {
	return "wecomtest " + rand.Text() + ` '"%_*:键 ` + name
}

// eventually asks until the answer is yes, for what comes true as time passes.
func eventually(ctx context.Context, limit time.Duration, ask func() (bool, error)) (bool, error) {
	for end := time.Now().Add(limit); ; {
		yes, err := ask()
		if yes || err != nil || time.Now().After(end) {
			return yes, err
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return false, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
