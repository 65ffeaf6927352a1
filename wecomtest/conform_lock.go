package wecomtest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

type locker interface {
	Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error)
}

func checkLock(ctx context.Context, l locker, f *findings) {
	key := freshKey("lock")
	unlock, ok := take(ctx, l, f, key, time.Minute)
	if !ok {
		f.add("Lock of a free key is refused")
		return
	}
	if _, ok := take(ctx, l, f, key, time.Minute); ok {
		f.add("Lock is given to two at once")
	}
	if free, ok := take(ctx, l, f, freshKey("lock"), time.Minute); !ok {
		f.add("Lock of a key keeps another key locked")
	} else {
		free()
	}
	unlock()
	second, ok := take(ctx, l, f, key, conformLease)
	if !ok {
		f.add("Lock is refused after unlock")
		return
	}
	checkLockEnds(ctx, l, f, key, second)
	checkLockRace(ctx, l, f)
}

// checkLockEnds: after its ttl a lock is free, and the unlock of the holder that
// overstayed does not take it from the next one.
func checkLockEnds(ctx context.Context, l locker, f *findings, key string, overstayed func()) {
	var third func()
	ok, _ := eventually(ctx, 5*conformLease, func() (ok bool, err error) {
		third, ok = take(ctx, l, f, key, time.Minute)
		return ok, nil
	})
	if !ok {
		f.add("Lock does not end after its ttl")
		return
	}
	overstayed()
	if _, ok := take(ctx, l, f, key, time.Minute); ok {
		f.add("unlock after the ttl takes the lock from the next holder")
	}
	third()
}

func checkLockRace(ctx context.Context, l locker, f *findings) {
	key := freshKey("lock race")
	var given atomic.Int32
	var mu sync.Mutex // findings are not made for concurrency
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			var own findings
			if _, ok := take(ctx, l, &own, key, time.Minute); ok {
				given.Add(1)
			}
			mu.Lock()
			defer mu.Unlock()
			f.errs = append(f.errs, own.errs...)
		})
	}
	all.Wait()
	if n := given.Load(); n != 1 {
		f.add("20 concurrent Locks: given to %d, want 1", n)
	}
}

// take also understands a Lock that waits for its turn until ctx ends.
func take(ctx context.Context, l locker, f *findings, key string, ttl time.Duration) (unlock func(), ok bool) {
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	unlock, ok, err := l.Lock(short, key, ttl)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		f.add("Lock: %w", err)
	}
	if err != nil {
		return nil, false
	}
	if ok && unlock == nil {
		f.add("Lock gives ok without an unlock")
		return func() {}, true
	}
	return unlock, ok
}
