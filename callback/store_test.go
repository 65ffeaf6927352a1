package callback_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/callback"
)

// store is a Duplicates whose answers the test decides.
type store struct {
	begin       func() (mine, done bool, reply []byte, err error)
	done, fail  func(ctx context.Context) error // nil succeeds
	parallel    bool                            // calls do not wait for each other
	lease, keep time.Duration

	mu    sync.Mutex
	calls []string
}

func (s *store) call(name string, note func()) (unlock func()) {
	s.mu.Lock()
	s.calls = append(s.calls, name)
	note()
	if s.parallel {
		s.mu.Unlock()
		return func() {}
	}
	return s.mu.Unlock
}

func (s *store) Begin(_ context.Context, _ string, lease time.Duration) (bool, bool, []byte, error) {
	defer s.call("begin", func() { s.lease = lease })()
	return s.begin()
}

func (s *store) Done(ctx context.Context, _ string, _ []byte, keep time.Duration) error {
	defer s.call("done", func() { s.keep = keep })()
	if s.done != nil {
		return s.done(ctx)
	}
	return ctx.Err()
}

func (s *store) Fail(ctx context.Context, _ string) error {
	defer s.call("fail", func() {})()
	if s.fail != nil {
		return s.fail(ctx)
	}
	return ctx.Err()
}

func TestStoreAway(t *testing.T) {
	t.Parallel()
	away := errors.New("connection refused")
	s := &store{begin: func() (bool, bool, []byte, error) { return false, false, nil, away }}
	h, log := newHandler(t, callback.Config{Duplicates: s, Handle: func(context.Context, callback.Message) (callback.Reply, error) {
		t.Error("handled without a claim")
		return nil, nil
	}})
	if w := serve(h, message(t, textXML("1", "x"))); w.Code != 503 {
		t.Errorf("answer %s", dump(w))
	}
	if errs := log.take(); len(errs) != 1 || !errors.Is(errs[0], callback.ErrDuplicates) || !errors.Is(errs[0], away) {
		t.Errorf("OnError got %v", errs)
	}
}

// TestOtherProcess: while another process has the message, its result is
// waited for; when it does not end in time the message must come again.
func TestOtherProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := &store{begin: func() (bool, bool, []byte, error) {
			if time.Since(start) < 2*time.Second {
				return false, false, nil, nil
			}
			return false, true, []byte("<xml>theirs</xml>"), nil
		}}
		h, _ := newHandler(t, callback.Config{Duplicates: s})
		if got := openReply(t, keys, serve(h, message(t, textXML("1", "x")))); got != "<xml>theirs</xml>" {
			t.Errorf("reply %q", got)
		}

		s.begin = func() (bool, bool, []byte, error) { return false, false, nil, nil }
		start = time.Now()
		if w := serve(h, message(t, textXML("2", "x"))); w.Code != http.StatusServiceUnavailable || time.Since(start) > 5*time.Second {
			t.Errorf("answer after %v: %s", time.Since(start), dump(w))
		}
	})
}

// TestSlowStore: a claim that comes after the deadline is given back, since
// that delivery was told to come again.
func TestSlowStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &store{begin: func() (bool, bool, []byte, error) {
			time.Sleep(6 * time.Second)
			return true, false, nil, nil
		}}
		handled := false
		h, _ := newHandler(t, callback.Config{Duplicates: s, Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			handled = true
			return nil, nil
		}})
		if w := serve(h, message(t, textXML("1", "x"))); w.Code != 503 {
			t.Errorf("answer %s", dump(w))
		}
		if err := h.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if handled || len(s.calls) != 2 || s.calls[1] != "fail" {
			t.Errorf("handled %v, store calls %v", handled, s.calls)
		}
	})
}

// TestStoreAfterTimeout: the end is noted in the store although the handler's
// context is over.
func TestStoreAfterTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &store{begin: func() (bool, bool, []byte, error) { return true, false, nil, nil }}
		var result error
		h, log := newHandler(t, callback.Config{Duplicates: s, Timeout: time.Second, Handle: func(ctx context.Context, _ callback.Message) (callback.Reply, error) {
			<-ctx.Done()
			return nil, result
		}})
		serve(h, message(t, textXML("1", "x")))
		result = context.DeadlineExceeded
		serve(h, message(t, textXML("2", "x")))
		if got := s.calls; len(got) != 4 || got[1] != "done" || got[3] != "fail" {
			t.Errorf("store calls %v", got)
		}
		if errs := log.take(); len(errs) != 1 || errors.Is(errs[0], callback.ErrDuplicates) {
			t.Errorf("OnError got %v", errs)
		}
	})
}
