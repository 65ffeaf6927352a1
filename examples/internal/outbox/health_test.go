package outbox_test

import (
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/outbox"
)

// A queue that stands still is told of before its rows have ended.
func TestHealth(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		var back atomic.Bool
		b := newBench(t, path, 8, func(row outbox.Row) error {
			switch {
			case string(row.Payload) == "bad":
				return outbox.Permanent(errors.New("no such member"))
			case !back.Load():
				return errors.New("the address is not trusted")
			}
			return nil
		}, nil)
		b.w.Start()
		defer b.close()
		want := func(when, text string) {
			t.Helper()
			synctest.Wait()
			got := "healthy"
			if err := outbox.Health(t.Context(), b.db); err != nil {
				got = err.Error()
			}
			if got != text {
				t.Errorf("%s: %s, want %s", when, got, text)
			}
		}
		const tail = `: the log lines "outbox" say why`
		want("at first", "healthy")
		b.add("a", "a1", "a2") // a2 is never tried: a1 is in front of it
		time.Sleep(outbox.LateAfter - time.Second)
		want("for a while", "healthy")
		b.add("b", "b1")
		time.Sleep(time.Second)
		want("late", "0 with unknown result (结果未知), 0 failed, 3 waiting, 2 of them for more than 5m0s"+tail)
		back.Store(true)
		time.Sleep(2 * time.Minute)
		want("delivered", "healthy")
		b.add("c", "bad")
		time.Sleep(time.Second)
		want("failed", "0 with unknown result (结果未知), 1 failed, 0 waiting, 0 of them for more than 5m0s"+tail)
	})
}
