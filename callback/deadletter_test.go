package callback_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/callback"
)

func newBox(tb testing.TB) *callback.LetterBox {
	tb.Helper()
	box, err := callback.NewLetterBox(3)
	if err != nil {
		tb.Fatal(err)
	}
	return box
}

// troubled is a handler that fails as long as broken is set.
type troubled struct {
	broken atomic.Bool
	runs   atomic.Int32
	last   atomic.Value
}

func (h *troubled) handle(_ context.Context, m callback.Message) (callback.Reply, error) {
	h.runs.Add(1)
	h.last.Store(m)
	if h.broken.Load() {
		return nil, errors.New("database is away")
	}
	return callback.TextReply("done"), nil
}

// TestDeadLetters: what fails is kept, what then succeeds is dropped, and a
// replay days later is one more run.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		box, app := newBox(t), &troubled{}
		h, log := newHandler(t, callback.Config{DeadLetters: box, Handle: app.handle})
		app.broken.Store(true)
		for range 4 { // as often as the vendor tries
			if w := serve(h, message(t, textXML("1", "TY 1_1"))); w.Code != 500 {
				t.Fatal(dump(w))
			}
		}
		serve(h, message(t, textXML("2", "TY 1_2")))
		app.broken.Store(false)
		if got := replyText(t, serve(h, message(t, textXML("2", "TY 1_2")))); got != "done" { // its second delivery
			t.Error(got)
		}
		serve(h, message(t, textXML("3", "fine")))
		if err := h.Shutdown(t.Context()); err != nil { // waits for what goes on after the answers
			t.Error(err)
		}
		letters := box.List()
		if len(letters) != 1 || letters[0].Reason != "database is away" || letters[0].Failed.IsZero() || letters[0].Received.IsZero() {
			t.Fatalf("letters %+v", letters)
		}
		log.take()
		for _, secret := range []string{"TY 1_1", "zhangsan", letters[0].Encrypt[:20]} {
			if text := fmt.Sprintf("%v %+v %s", letters[0], letters, letters[0]); strings.Contains(text, secret) {
				t.Errorf("%s is told: %s", secret, text)
			}
		}

		// Three days later, in another process.
		time.Sleep(72 * time.Hour)
		h, log = newHandler(t, callback.Config{DeadLetters: box, Handle: app.handle})
		m, err := h.OpenLetter(letters[0])
		if text, ok := m.(*callback.Text); !ok || err != nil || text.Content != "TY 1_1" || text.FromUser != "zhangsan" {
			t.Errorf("opened: %+v, %v", m, err)
		}
		app.broken.Store(true)
		if _, err := h.Replay(t.Context(), letters[0]); !errors.Is(err, callback.ErrHandler) {
			t.Errorf("failing replay: %v", err)
		}
		if again := box.List(); len(again) != 1 || again[0].Replays != 1 || again[0].Failed.Equal(letters[0].Failed) {
			t.Errorf("after a failing replay: %+v", again)
		}
		app.broken.Store(false)
		runs := app.runs.Load()
		reply, err := h.Replay(t.Context(), letters[0])
		if diff := cmp.Diff(callback.Reply(callback.TextReply("done")), reply); err != nil || diff != "" || app.runs.Load() != runs+1 {
			t.Errorf("replay: %v, %d runs (-want +got):\n%s", err, app.runs.Load()-runs, diff)
		}
		if left := box.List(); left != nil {
			t.Errorf("letters after the replay: %v", left)
		}
		// A second replay, by a second click, drops the letter that came back.
		raw, _ := json.Marshal(letters[0])
		if err := box.Keep(t.Context(), letters[0].Key, raw); err != nil {
			t.Error(err)
		}
		if reply, err := h.Replay(t.Context(), letters[0]); reply != nil || err != nil || app.runs.Load() != runs+1 || box.List() != nil {
			t.Errorf("second replay: %v, %v, %d runs, %v left", reply, err, app.runs.Load()-runs, box.List())
		}
		if errs := log.take(); errs != nil {
			t.Errorf("OnError got %v", errs)
		}
	})
}

// TestLateFailureIsKept: the vendor does not come again after an acknowledgement.
func TestLateFailureIsKept(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func() (callback.Reply, error){
		"error":  func() (callback.Reply, error) { return nil, errors.New("too slow") },
		"panic":  func() (callback.Reply, error) { panic("at last") },
		"reply":  func() (callback.Reply, error) { return callback.UpdateButton("x"), nil },
		"goexit": func() (callback.Reply, error) { runtime.Goexit(); return nil, nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				box := newBox(t)
				h, _ := newHandler(t, callback.Config{DeadLetters: box, Handle: func(context.Context, callback.Message) (callback.Reply, error) {
					time.Sleep(10 * time.Second)
					return end()
				}})
				if w := serve(h, message(t, textXML("1", "x"))); w.Code != 200 {
					t.Error(dump(w))
				}
				if err := h.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
				letters := box.List()
				if len(letters) != 1 || letters[0].Reason == "" {
					t.Fatalf("letters %+v", letters)
				}
				// The failed run left no claim behind.
				again, _ := newHandler(t, callback.Config{DeadLetters: box})
				if _, err := again.Replay(t.Context(), letters[0]); err != nil || box.List() != nil {
					t.Errorf("replay: %v, %v left", err, box.List())
				}
			})
		})
	}
}

// brokenLetters is a store that is away.
type brokenLetters struct{ panics bool }

func (b brokenLetters) Keep(ctx context.Context, _ string, _ []byte) error {
	if b.panics {
		panic("store")
	}
	<-ctx.Done()
	return ctx.Err()
}

func (b brokenLetters) Drop(ctx context.Context, _ string) error { return b.Keep(ctx, "", nil) }

// TestLetterStoreAway: a store of letters that fails changes no answer for the
// worse, and is reported.
func TestLetterStoreAway(t *testing.T) {
	t.Parallel()
	for _, panics := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			app := &troubled{}
			h, log := newHandler(t, callback.Config{DeadLetters: brokenLetters{panics}, Handle: app.handle})
			if got := replyText(t, serve(h, message(t, textXML("1", "x")))); got != "done" {
				t.Error(got)
			}
			app.broken.Store(true)
			start := time.Now()
			if w := serve(h, message(t, textXML("2", "x"))); w.Code < 500 || time.Since(start) > 5*time.Second {
				t.Errorf("after %v: %s", time.Since(start), dump(w))
			}
			app.broken.Store(false)
			if got := replyText(t, serve(h, message(t, textXML("2", "x")))); got != "done" && panics {
				t.Error(got)
			}
			if err := h.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			stores := 0
			for _, err := range log.take() {
				if errors.Is(err, callback.ErrDeadLetters) {
					stores++
				}
			}
			if stores != 3 {
				t.Errorf("%d failures of the store are reported, want 3", stores)
			}
		})
	}
}

func TestLetterBox(t *testing.T) {
	t.Parallel()
	if _, err := callback.NewLetterBox(0); err == nil {
		t.Error("a box of size 0")
	}
	box := newBox(t)
	for _, key := range []string{"a", "b", "c", "b", "d"} {
		raw, _ := json.Marshal(callback.DeadLetter{Key: key, Envelope: callback.JSON})
		if err := box.Keep(t.Context(), key, raw); err != nil {
			t.Error(err)
		}
	}
	if err := box.Drop(t.Context(), "nothing"); err != nil {
		t.Error(err)
	}
	var order []string
	for _, l := range box.List() {
		order = append(order, l.Key+fmt.Sprint(int(l.Envelope)))
	}
	if diff := cmp.Diff([]string{"c1", "b1", "d1"}, order); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
