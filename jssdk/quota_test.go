package jssdk_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/jssdk"
)

// TestQuota: whatever goes wrong, one kind of ticket is asked for at most 40 times in an hour, so that
// both stay below the 100 of an app; and it goes on when the trouble is over.
func TestQuota(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer func(context.Context, int) (string, int, error)
		most   int           // in any hour
		told   int64         // times that OnError may be told in five hours
		mended time.Duration // how long after the trouble a page may wait
	}{
		{"busy", failing(errBusy), 40, 200, 3 * time.Minute},
		{"lost answers", failing(errLost), 40, 200, 3 * time.Minute},
		{"refused", failing(errFreshIP), 40, 200, 3 * time.Minute},
		{"over the quota", failing(errQuota), 13, 65, 7 * time.Minute},
		{"no expires_in", func(context.Context, int) (string, int, error) { return canary, 0, nil }, 40, 200, 3 * time.Minute},
		{"tickets of a second", func(_ context.Context, n int) (string, int, error) { return fmt.Sprint(canary, "-", n), 1, nil }, 40, 10, 75 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v, told := &vendor{answer: tt.answer}, new(atomic.Int64)
				s := newSigner(t, v, func(c *jssdk.Config) { c.Tickets = &counted{}; c.OnError = func(error) { told.Add(1) } })
				sign := func() error { _, err := s.SignConfig(t.Context(), page); return err }
				for range 5 * 3600 {
					_ = sign()
					time.Sleep(time.Second)
				}
				if n := v.mostInAnHour(); n > tt.most || n < 5 {
					t.Errorf("%d attempts in an hour, want 5 to %d", n, tt.most)
				}
				if n := told.Load(); n > tt.told || n < 3 {
					t.Errorf("OnError was told %d times, want 3 to %d", n, tt.told)
				}
				v.become(nil)
				for start := time.Now(); sign() != nil; time.Sleep(time.Second) {
					if time.Since(start) > tt.mended {
						t.Fatalf("still failing %v after the trouble: %v", time.Since(start), sign())
					}
				}
			})
		})
	}
}

// counted is a store that keeps nothing.
type counted struct{ loads atomic.Int64 }

func (c *counted) Load(context.Context, string) (string, time.Time, error) {
	c.loads.Add(1)
	return "", time.Time{}, nil
}

func (*counted) Save(context.Context, string, string, time.Time) error { return nil }

// TestStoreIsSpared: while the vendor is not asked, a storm of pages looks into the store once a second,
// and not at all while an old ticket serves.
func TestStoreIsSpared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v, store := &vendor{}, &counted{}
		s := newSigner(t, v, func(c *jssdk.Config) { c.Tickets = store })
		_, err := s.SignConfig(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		v.become(failing(errQuota))
		storm := func(d time.Duration) int64 {
			before, until := store.loads.Load(), time.Now().Add(d)
			for time.Now().Before(until) {
				_, _ = s.SignConfig(t.Context(), page)
				time.Sleep(10 * time.Millisecond)
			}
			return store.loads.Load() - before
		}
		time.Sleep(115 * time.Minute)
		if n := storm(4 * time.Minute); n != 1 {
			t.Errorf("%d looks while an old ticket serves", n)
		}
		time.Sleep(time.Minute)
		if n := storm(time.Minute); n < 55 || n > 61 {
			t.Errorf("%d looks in a minute without a ticket", n)
		}
	})
}

// TestUnsent: attempts that never reached the vendor cost nothing, and are made again soon.
func TestUnsent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{answer: failing(errUnsent)}
		s := newSigner(t, v)
		for range 600 {
			if _, err := s.SignConfig(t.Context(), page); err == nil {
				t.Fatal("a ticket from nowhere")
			}
			time.Sleep(time.Second)
		}
		if n := v.count(); n < 200 {
			t.Errorf("%d attempts in ten minutes", n)
		}
		v.become(nil)
		time.Sleep(2 * time.Second)
		if _, err := s.SignConfig(t.Context(), page); err != nil {
			t.Error(err)
		}
	})
}

// TestShortTickets: a life that is shorter than the usual leeway serves nevertheless.
func TestShortTickets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{answer: func(_ context.Context, n int) (string, int, error) { return fmt.Sprint(canary, "-", n), 20, nil }}
		s := newSigner(t, v)
		start := time.Now()
		for time.Since(start) < 10*time.Minute {
			if _, err := s.SignConfig(t.Context(), page); err != nil {
				t.Fatal(err)
			}
			time.Sleep(500 * time.Millisecond)
		}
	})
}
