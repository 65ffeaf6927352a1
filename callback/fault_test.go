package callback_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/callback"
)

// TestFailureIsNotAcknowledged: the message of a failed handler must come again,
// however slow it is to tell so:
// an acknowledgement would lose it.
func TestFailureIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	for name, slow := range map[string]string{"OnError": "report", "Fail": "fail"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				s := &store{begin: func() (bool, bool, []byte, error) { return true, false, nil, nil }}
				if slow == "fail" {
					s.fail = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
				}
				h, _ := newHandler(t, callback.Config{
					Duplicates: s,
					Handle:     func(context.Context, callback.Message) (callback.Reply, error) { return nil, errors.New("failed") },
					OnError: func(*http.Request, error) {
						if slow == "report" {
							time.Sleep(6 * time.Second)
						}
					},
					Late: func(context.Context, callback.Message, callback.Reply, error) { t.Error("Late was called") },
				})
				if w := serve(h, message(t, textXML("1", "x"))); w.Code != 503 || time.Since(start) > 5*time.Second {
					t.Errorf("after %v: %s", time.Since(start), dump(w))
				}
				if err := h.Shutdown(t.Context()); err != nil || time.Since(start) > 20*time.Second {
					t.Errorf("Shutdown after %v: %v", time.Since(start), err)
				}
			})
		})
	}
}

// TestForeignPanics: what breaks outside of Handle breaks one request, not the
// process.
func TestForeignPanics(t *testing.T) {
	t.Parallel()
	good := func() (bool, bool, []byte, error) { return true, false, nil, nil }
	bad := func(context.Context) error { panic("store") }
	handleNil := func(context.Context, callback.Message) (callback.Reply, error) { return nil, nil }
	handleErr := func(context.Context, callback.Message) (callback.Reply, error) { return nil, errors.New("failed") }
	for name, tt := range map[string]struct {
		cfg  callback.Config
		code int
	}{
		"Begin": {callback.Config{Handle: handleNil, Duplicates: &store{begin: func() (bool, bool, []byte, error) { panic("store") }}}, 500},
		"Done":  {callback.Config{Handle: handleNil, Duplicates: &store{begin: good, done: bad}}, 200},
		"Fail":  {callback.Config{Handle: handleErr, Duplicates: &store{begin: good, fail: bad}}, 500},
		"typed nil reply": {callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			var r *callback.TextReply
			return r, nil
		}}, 500},
		"OnError": {callback.Config{Handle: handleErr, OnError: func(*http.Request, error) { panic("OnError") }}, 500},
		"Goexit": {callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			runtime.Goexit()
			return nil, nil
		}}, 500},
		"Goexit and Fail": {callback.Config{Duplicates: &store{begin: good, fail: bad}, Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			runtime.Goexit()
			return nil, nil
		}}, 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, log := newHandler(t, tt.cfg)
				for range 2 { // the next delivery finds no trace of the first
					if w := serve(h, message(t, textXML("1", "x"))); w.Code != tt.code {
						t.Errorf("answer %s", dump(w))
					}
				}
				if err := h.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
				var p *callback.PanicError
				if errs := log.take(); !strings.HasPrefix(name, "Goexit") && name != "OnError" && !errors.As(errors.Join(errs...), &p) {
					t.Errorf("the panic is not reported: %v", errs)
				}
			})
		})
	}
}

// TestStoreHiccup: a store that hangs for a while keeps no delivery from trying
// again, and what it says too late is reported.
func TestStoreHiccup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		s := &store{begin: func() (bool, bool, []byte, error) {
			if calls.Add(1) == 1 {
				time.Sleep(20 * time.Second)
			}
			return true, false, nil, nil
		}}
		s.parallel = true
		h, log := newHandler(t, callback.Config{Duplicates: s})
		if w := serve(h, message(t, textXML("1", "x"))); w.Code != 503 {
			t.Errorf("first delivery: %s", dump(w))
		}
		if got := replyText(t, serve(h, message(t, textXML("1", "x")))); got != "收到 x" {
			t.Errorf("second delivery: %q", got)
		}
		if err := h.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if errs := log.take(); len(errs) != 1 || !errors.Is(errs[0], callback.ErrDuplicates) {
			t.Errorf("OnError got %v", errs)
		}
	})
}

// TestStoreComesBack: a failed claim leaves nothing behind.
func TestStoreComesBack(t *testing.T) {
	t.Parallel()
	away := true
	s := &store{}
	s.begin = func() (bool, bool, []byte, error) {
		if away {
			return false, false, nil, errors.New("away")
		}
		return true, false, nil, nil
	}
	h, _ := newHandler(t, callback.Config{Duplicates: s})
	serve(h, message(t, textXML("1", "x")))
	away = false
	if got := replyText(t, serve(h, message(t, textXML("1", "x")))); got != "收到 x" {
		t.Errorf("reply %q", got)
	}
}

// TestLease: the claim lasts until the store has been told of the end.
func TestLease(t *testing.T) {
	t.Parallel()
	s := &store{begin: func() (bool, bool, []byte, error) { return true, false, nil, nil }}
	h, _ := newHandler(t, callback.Config{Duplicates: s, Timeout: 3 * time.Second, Skew: time.Minute})
	serve(h, message(t, textXML("1", "x")))
	if err := h.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if s.lease != 13*time.Second || s.keep != 7*time.Minute {
		t.Errorf("lease %v, keep %v", s.lease, s.keep)
	}
}

// TestStoreErrorsAreReported: the message was handled, the store did not hear of it.
func TestStoreErrorsAreReported(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	s := &store{begin: func() (bool, bool, []byte, error) { return true, false, nil, nil }, done: func(context.Context) error { return full }}
	h, log := newHandler(t, callback.Config{Duplicates: s})
	if got := replyText(t, serve(h, message(t, textXML("1", "x")))); got != "收到 x" {
		t.Errorf("reply %q", got)
	}
	if err := h.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if errs := log.take(); len(errs) != 1 || !errors.Is(errs[0], callback.ErrDuplicates) || !errors.Is(errs[0], full) {
		t.Errorf("OnError got %v", errs)
	}
}

// TestReplyGoesToTheSender: a handler may change its message.
func TestReplyGoesToTheSender(t *testing.T) {
	t.Parallel()
	h, _ := newHandler(t, callback.Config{Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
		m.Head().FromUser, m.Head().ToUser = "lisi", "ww0"
		return callback.TextReply("ok"), nil
	}})
	if got := replyText(t, serve(h, message(t, textXML("1", "x")))); got != "ok" { // replyText checks the addresses
		t.Errorf("reply %q", got)
	}
}

// TestLateContext: Late has time of its own, and an end.
func TestLateContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		h, _ := newHandler(t, callback.Config{
			Timeout: 10 * time.Second,
			Handle: func(ctx context.Context, _ callback.Message) (callback.Reply, error) {
				<-ctx.Done()
				return nil, nil
			},
			Late: func(ctx context.Context, _ callback.Message, _ callback.Reply, _ error) { <-ctx.Done() },
		})
		serve(h, message(t, textXML("1", "x")))
		if err := h.Shutdown(t.Context()); err != nil || time.Since(start) != 20*time.Second {
			t.Errorf("ended after %v: %v", time.Since(start), err)
		}
	})
}

// TestSlowBody: the time that a body takes counts.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		h, _ := newHandler(t, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			time.Sleep(time.Minute)
			return nil, nil
		}})
		r := message(t, textXML("1", "x"))
		r.Body = &slowBody{r.Body, 3 * time.Second}
		w := serve(h, r)
		if took := time.Since(start); w.Code != 200 || took < 4400*time.Millisecond || took > 4800*time.Millisecond {
			t.Errorf("answered after %v: %s", took, dump(w))
		}
		if err := h.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

type slowBody struct {
	io.ReadCloser
	delay time.Duration
}

func (b *slowBody) Read(p []byte) (int, error) {
	time.Sleep(b.delay)
	b.delay = 0
	return b.ReadCloser.Read(p)
}

// TestShutdownAtOnce: nothing runs, so an ended context is no error.
func TestShutdownAtOnce(t *testing.T) {
	t.Parallel()
	h, _ := newHandler(t, callback.Config{})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("cause"))
	for range 100 {
		if err := h.Shutdown(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDefaults: five minutes, one minute, and slog.
func TestDefaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		before := slog.Default()
		slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
		defer slog.SetDefault(before)
		h, err := callback.New(callback.Config{Token: token, EncodingAESKey: aesKey, ReceiverID: corpID,
			Handle: func(ctx context.Context, _ callback.Message) (callback.Reply, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(4*time.Minute + 50*time.Second)
		r := message(t, textXML("1", "x"))
		time.Sleep(4*time.Minute + 50*time.Second)
		start := time.Now()
		if w := serve(h, r); w.Code != 200 {
			t.Errorf("a request of nearly five minutes: %s", dump(w))
		}
		if err := h.Shutdown(t.Context()); err != nil || time.Since(start) != time.Minute {
			t.Errorf("the handler ended after %v: %v", time.Since(start), err)
		}
		if !strings.Contains(out.String(), "wecom callback") || !strings.Contains(out.String(), "handler failed") {
			t.Errorf("the default log has %q", &out)
		}
	})
}

// TestMarshalHidesSecrets: encoding/json and slog's handlers.
func TestMarshalHidesSecrets(t *testing.T) {
	t.Parallel()
	cfg := callback.Config{Token: token, EncodingAESKey: aesKey}
	var out bytes.Buffer
	for _, v := range []any{keys, &keys, struct{ K callback.Keys }{keys}, cfg, &cfg} {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Errorf("%T: %v", v, err)
		}
		out.Write(raw)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
	}
	if strings.Contains(out.String(), token) || strings.Contains(out.String(), aesKey) {
		t.Errorf("a secret is told:\n%s", &out)
	}
}

// TestPanicErrorText: an error that somebody panicked with may quote the message.
func TestPanicErrorText(t *testing.T) {
	t.Parallel()
	for want, value := range map[string]any{
		"type *errors.errorString": errors.New("TY 1_1"),
		"type string":              "TY 1_1",
	} {
		if text := (&callback.PanicError{Value: value}).Error(); !strings.Contains(text, want) || strings.Contains(text, "TY") {
			t.Errorf("%T: %s", value, text)
		}
	}
}
