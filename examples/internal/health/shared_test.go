package health_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/health"
)

// TestShared: a hundred pages at a time cost what one costs.
func TestShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked, answer := 0, errors.New("full")
		checks := health.Shared([]health.Check{{Name: "database", Fatal: true, Ask: func(ctx context.Context) error {
			asked++ // no lock: the checks have one
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
				return ctx.Err()
			}
			return answer
		}}})
		h := health.Handler(teapot, checks...)
		pages := func(want string, status int) {
			t.Helper()
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					if w := get(h, "GET", "/healthz"); w.Code != status || !strings.Contains(w.Body.String(), want) {
						t.Errorf("%d %s, want %s", w.Code, w.Body, want)
					}
				})
			}
			all.Wait()
		}
		gone, cancel := context.WithCancel(t.Context())
		go checks[0].Ask(gone) //nolint:errcheck // it goes away at once
		synctest.Wait()
		cancel()
		pages(`"full"`, http.StatusServiceUnavailable)
		answer = nil
		pages(`"full"`, http.StatusServiceUnavailable) // still the same answer
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
		time.Sleep(time.Second)
		pages(`"ok"`, http.StatusOK)
		if asked != 2 {
			t.Errorf("asked %d times", asked)
		}
	})
}

// TestSharedHangs: a check that never returns, or panics, keeps nobody longer than
// it would alone.
func TestSharedHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		end, asked := make(chan struct{}), 0
		h := health.Handler(teapot, health.Shared([]health.Check{
			{Name: "hangs", Ask: func(context.Context) error { <-end; return nil }},
			{Name: "panics", Ask: func(context.Context) error { asked++; panic("x") }},
		})...)
		for range 3 {
			start := time.Now()
			w := get(h, "GET", "/healthz")
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("took %v", took)
			}
			if body := w.Body.String(); !strings.Contains(body, "the check panicked: string") ||
				!strings.Contains(body, `"no answer in time"`) && !strings.Contains(body, context.DeadlineExceeded.Error()) {
				t.Error(body)
			}
		}
		if asked != 3 {
			t.Errorf("after a panic it was asked %d times", asked)
		}
		close(end)
	})
}
