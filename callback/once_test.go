package callback_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/wecomtest"
)

// deliver serves n requests at once and returns the answers.
func deliver(h http.Handler, requests []*http.Request) []*httptest.ResponseRecorder {
	answers := make([]*httptest.ResponseRecorder, len(requests))
	var wg sync.WaitGroup
	for i, r := range requests {
		wg.Go(func() { answers[i] = serve(h, r) })
	}
	wg.Wait()
	return answers
}

func TestConcurrentCopies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		h, log := newHandler(t, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			n := runs.Add(1)
			time.Sleep(time.Second)
			return callback.TextReply(fmt.Sprintf("run %d", n)), nil
		}})
		var requests []*http.Request
		for range 200 {
			requests = append(requests, message(t, textXML("1", "TY 1_1")))
		}
		bodies := map[string]bool{}
		for _, w := range deliver(h, requests) {
			if got := replyText(t, w); got != "run 1" {
				t.Errorf("reply %q", got)
			}
			bodies[w.Body.String()] = true
		}
		if runs.Load() != 1 {
			t.Errorf("handler ran %d times", runs.Load())
		}
		if len(bodies) != 200 {
			t.Errorf("only %d of 200 replies are encrypted anew", len(bodies))
		}
		// A copy that comes minutes later gets the stored reply.
		time.Sleep(4 * time.Minute)
		if got := replyText(t, serve(h, message(t, textXML("1", "TY 1_1")))); got != "run 1" || runs.Load() != 1 {
			t.Errorf("late copy: reply %q after %d runs", got, runs.Load())
		}
		if errs := log.take(); errs != nil {
			t.Error(errs)
		}
	})
}

func TestDifferentEventsInOneSecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		h, log := newHandler(t, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			runs.Add(1)
			return nil, nil
		}})
		var requests []*http.Request
		for i := range 2000 {
			requests = append(requests, message(t, eventXML("click", fmt.Sprintf("KEY_%d", i))))
		}
		for _, w := range deliver(h, requests) {
			if w.Code != 200 || w.Body.Len() != 0 {
				t.Errorf("answer %s", dump(w))
			}
		}
		if runs.Load() != 2000 {
			t.Errorf("handler ran %d times, want 2000", runs.Load())
		}
		if errs := log.take(); errs != nil {
			t.Error(errs)
		}
	})
}

// TestSameness: which deliveries are the same message.
func TestSameness(t *testing.T) {
	t.Parallel()
	var runs atomic.Int32
	h, _ := newHandler(t, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) {
		runs.Add(1)
		return nil, nil
	}})
	first := textXML("1", "x")
	for _, tt := range []struct {
		name, plain string
		runs        int32
	}{
		{"first", first, 1},
		{"again", first, 1},
		{"same MsgId, other bytes", strings.Replace(first, "<MsgId>1<", "<MsgId>1<!-- --><", 1), 1},
		{"other MsgId", textXML("12", "x"), 2},
		{"other member", strings.ReplaceAll(first, "zhangsan", "lisi"), 3},
		{"member and MsgId joined alike", strings.ReplaceAll(textXML("2", "x"), "zhangsan", "zhangsan1"), 4},
		{"other app", strings.ReplaceAll(first, "1000002", "1000003"), 5},
		{"event", eventXML("click", "A"), 6},
		{"event again", eventXML("click", "A"), 6},
		{"event with another key", eventXML("click", "B"), 7},
		{"unreadable", "no XML at all", 8},
		{"unreadable again", "no XML at all", 8},
	} {
		if w := serve(h, message(t, tt.plain)); w.Code != 200 {
			t.Errorf("%s: %s", tt.name, dump(w))
		}
		if got := runs.Load(); got != tt.runs {
			t.Errorf("%s: %d runs, want %d", tt.name, got, tt.runs)
		}
	}
}

func TestFailureRunsAgain(t *testing.T) {
	t.Parallel()
	secret := errors.New("database is away")
	for name, fail := range map[string]func() error{
		"error":         func() error { return secret },
		"panic":         func() error { panic("plaintext of the message") },
		"runtime panic": func() error { zero := len(""); return fmt.Errorf("%d", 1/zero) },
		"abort":         func() error { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runs := 0
			h, log := newHandler(t, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) {
				if runs++; runs < 3 {
					return nil, fail()
				}
				return callback.TextReply("done"), nil
			}})
			for i := range 2 {
				w := serve(h, message(t, textXML("1", "TY 1_1")))
				if got := dump(w); !strings.HasPrefix(got, "500 ") || strings.Contains(got, "database") || strings.Contains(got, "plaintext") {
					t.Errorf("delivery %d: %s", i, got)
				}
				errs := log.take()
				if len(errs) != 1 || !errors.Is(errs[0], callback.ErrHandler) || strings.Contains(errs[0].Error(), "plaintext") {
					t.Errorf("delivery %d: OnError got %v", i, errs)
				}
				var p *callback.PanicError
				if name == "error" != errors.Is(errs[0], secret) || name == "error" == errors.As(errs[0], &p) {
					t.Errorf("cause is lost: %v", errs[0])
				}
			}
			if got := replyText(t, serve(h, message(t, textXML("1", "TY 1_1")))); got != "done" || runs != 3 {
				t.Errorf("third delivery: %q after %d runs", got, runs)
			}
		})
	}
}

// TestAcknowledge: a handler of 7 s is acknowledged before the vendor's 5 s and
// not cut; its result goes to Late once; copies meanwhile get an empty 200.
func TestAcknowledge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type late struct {
			after time.Duration
			text  string
			err   error
		}
		var lates []late
		var cut error
		start := time.Now()
		h, _ := newHandler(t, callback.Config{
			Handle: func(ctx context.Context, m callback.Message) (callback.Reply, error) {
				time.Sleep(7 * time.Second)
				cut = ctx.Err()
				return callback.TextReply("done"), nil
			},
			Late: func(ctx context.Context, m callback.Message, r callback.Reply, err error) {
				if ctx.Err() != nil || r == nil {
					t.Errorf("Late: ctx %v, reply %v", ctx.Err(), r)
				}
				lates = append(lates, late{time.Since(start), m.(*callback.Text).Content, err})
			},
		})
		request := func() *http.Request {
			// The vendor drops the connection at 5 s.
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			t.Cleanup(cancel)
			return message(t, textXML("1", "TY 1_1")).WithContext(ctx)
		}
		var wg sync.WaitGroup
		for _, wait := range []time.Duration{0, time.Second, 6 * time.Second, 8 * time.Second} {
			wg.Go(func() {
				time.Sleep(wait)
				w := serve(h, request())
				took := time.Since(start) - wait
				if w.Code != 200 || w.Body.Len() != 0 {
					t.Errorf("copy at %v: %s", wait, dump(w))
				}
				if took > 4800*time.Millisecond {
					t.Errorf("copy at %v answered after %v", wait, took)
				}
			})
		}
		wg.Wait()
		synctest.Wait()
		if cut != nil {
			t.Errorf("handler was cut: %v", cut)
		}
		if len(lates) != 1 || lates[0] != (late{7 * time.Second, "TY 1_1", nil}) {
			t.Errorf("Late was called with %+v", lates)
		}
	})
}

// TestDroppedConnection: the vendor's connection ends early; the handler does not.
func TestDroppedConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type contextKey struct{}
		var runs int
		h, log := newHandler(t, callback.Config{
			Handle: func(ctx context.Context, m callback.Message) (callback.Reply, error) {
				runs++
				time.Sleep(2 * time.Second)
				if ctx.Err() != nil || ctx.Value(contextKey{}) != "value" {
					t.Errorf("handler's context: %v, value %v", ctx.Err(), ctx.Value(contextKey{}))
				}
				return callback.TextReply("done"), nil
			},
			Late: func(context.Context, callback.Message, callback.Reply, error) { t.Error("Late was called") },
		})
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), contextKey{}, "value"), time.Second)
		defer cancel()
		if w := serve(h, message(t, textXML("1", "x")).WithContext(ctx)); w.Code != 503 {
			t.Errorf("dropped: %s", dump(w))
		}
		if got := replyText(t, serve(h, message(t, textXML("1", "x")))); got != "done" || runs != 1 {
			t.Errorf("second delivery: %q after %d runs", got, runs)
		}
		time.Sleep(time.Second)
		if errs := log.take(); errs != nil {
			t.Error(errs)
		}
	})
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var lateErr error
		h, log := newHandler(t, callback.Config{
			Timeout: 20 * time.Second,
			Handle: func(ctx context.Context, m callback.Message) (callback.Reply, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			},
			Late: func(_ context.Context, _ callback.Message, _ callback.Reply, err error) {
				lateErr = err
				panic("Late panics too")
			},
		})
		if w := serve(h, message(t, textXML("1", "x"))); w.Code != 200 {
			t.Errorf("answer %s", dump(w))
		}
		if err := h.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took != 20*time.Second || !errors.Is(lateErr, context.DeadlineExceeded) {
			t.Errorf("ended after %v with %v", took, lateErr)
		}
		var p *callback.PanicError
		if errs := log.take(); len(errs) != 2 || !errors.Is(errs[0], context.DeadlineExceeded) || !errors.As(errs[1], &p) {
			t.Errorf("OnError got %v", errs)
		}
	})
}

func TestOverload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h, log := newHandler(t, callback.Config{MaxRunning: 2, Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			<-release
			return nil, nil
		}})
		var wg sync.WaitGroup
		for i := range 2 {
			wg.Go(func() { serve(h, message(t, textXML(fmt.Sprint(i), "x"))) })
		}
		synctest.Wait()
		if w := serve(h, message(t, textXML("3", "x"))); w.Code != 503 {
			t.Errorf("third message: %s", dump(w))
		}
		if errs := log.take(); len(errs) != 1 || !errors.Is(errs[0], callback.ErrBusy) {
			t.Errorf("OnError got %v", errs)
		}
		// Forged requests do not count, and copies take no place.
		forged := message(t, textXML("4", "x"))
		forged.URL.RawQuery += "0"
		if w := serve(h, forged); w.Code != 400 {
			t.Errorf("forged: %s", dump(w))
		}
		wg.Go(func() {
			if w := serve(h, message(t, textXML("0", "x"))); w.Code != 200 {
				t.Errorf("copy: %s", dump(w))
			}
		})
		synctest.Wait()
		close(release)
		wg.Wait()
		if w := serve(h, message(t, textXML("3", "x"))); w.Code != 200 {
			t.Errorf("after the load: %s", dump(w))
		}
	})
}

func TestShutdown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ended error
		h, log := newHandler(t, callback.Config{Handle: func(ctx context.Context, _ callback.Message) (callback.Reply, error) {
			select {
			case <-time.After(3 * time.Second):
			case <-ctx.Done():
			}
			ended = ctx.Err()
			return nil, ctx.Err()
		}})
		var wg sync.WaitGroup
		wg.Go(func() {
			if w := serve(h, message(t, textXML("1", "x"))); w.Code != 200 {
				t.Errorf("running: %s", dump(w))
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if err := h.Shutdown(t.Context()); err != nil || ended != nil {
				t.Errorf("Shutdown: %v, handler: %v", err, ended)
			}
		})
		synctest.Wait()
		if w := serve(h, message(t, textXML("2", "x"))); w.Code != 503 {
			t.Errorf("new message: %s", dump(w))
		}
		s := seal(t, keys, "123", now())
		if w := serve(h, httptest.NewRequest("GET", target(s, "echostr", s.Encrypt), nil)); w.Code != 200 {
			t.Errorf("URL check: %s", dump(w))
		}
		wg.Wait()
		if err := h.Shutdown(t.Context()); err != nil {
			t.Errorf("second Shutdown: %v", err)
		}
		if errs := log.take(); len(errs) != 1 || !errors.Is(errs[0], callback.ErrBusy) {
			t.Errorf("OnError got %v", errs)
		}
	})
}

func TestShutdownCancels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := newHandler(t, callback.Config{Handle: func(ctx context.Context, _ callback.Message) (callback.Reply, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		go serve(h, message(t, textXML("1", "x")))
		synctest.Wait()
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := h.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Shutdown: %v", err)
		}
		if err := h.Shutdown(t.Context()); err != nil || time.Since(start) != time.Second {
			t.Errorf("after the handler was cancelled, %v: %v", time.Since(start), err)
		}
	})
}

// TestVendorRetries: WeCom as a whole, in a bubble: a handler that is slower
// than the vendor's patience is acknowledged, one that fails is delivered again.
func TestVendorRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		h, _ := newHandler(t, callback.Config{OnError: func(*http.Request, error) {}, Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
			runs++
			switch m := m.(type) {
			case *callback.MenuClick:
				time.Sleep(7 * time.Second)
			case *callback.Text:
				if runs < 3 {
					return nil, errors.New("not yet")
				}
				return callback.TextReply("收到 " + m.Content), nil
			}
			return callback.TextReply("late"), nil
		}})
		srv := wecomtest.NewUnstartedServer()
		defer srv.Close()
		srv.AddUser(wecomtest.User{ID: "zhangsan"})
		app := srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s", Token: token, EncodingAESKey: aesKey, CallbackURL: "http://app.example.com/", Handler: h})
		if err := app.Verify(t.Context()); err != nil {
			t.Error(err)
		}
		reply, err := app.SendText(t.Context(), "zhangsan", "TY 1_1")
		if err != nil || reply.Content != "收到 TY 1_1" || reply.Attempts != 3 || runs != 3 {
			t.Errorf("reply %+v, %v after %d runs", reply, err, runs)
		}
		start := time.Now()
		reply, err = app.Click(t.Context(), "zhangsan", "SLOW")
		if err != nil || reply != (wecomtest.Reply{Attempts: 1}) || time.Since(start) > 5*time.Second {
			t.Errorf("slow: %+v, %v after %v", reply, err, time.Since(start))
		}
		if err := h.Shutdown(t.Context()); err != nil || runs != 4 {
			t.Errorf("Shutdown: %v after %d runs", err, runs)
		}
	})
}
