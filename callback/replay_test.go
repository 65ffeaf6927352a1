package callback_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

// TestRotatedLetter: former keys open what was sealed with them, and nothing
// else does.
func TestRotatedLetter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		box, app := newBox(t), &troubled{}
		app.broken.Store(true)
		h, _ := newHandler(t, callback.Config{DeadLetters: box, Handle: app.handle})
		serve(h, message(t, textXML("1", "x")))
		next := callback.Keys{Token: "another", EncodingAESKey: "FTAEncodingAESKeyFTAEncodingAESKey923456781", ReceiverID: corpID}
		if err := h.Rotate(next, time.Hour); err != nil {
			t.Fatal(err)
		}
		letter := box.List()[0]
		if _, err := h.OpenLetter(letter); err != nil {
			t.Errorf("within the hour: %v", err)
		}
		time.Sleep(2 * time.Hour)
		if _, err := h.Replay(t.Context(), letter); !errors.Is(err, wecomcrypto.ErrSignature) || !strings.Contains(err.Error(), "give the keys") {
			t.Errorf("after the hour: %v", err)
		}
		if _, err := h.Replay(t.Context(), letter, callback.Keys{}); err == nil {
			t.Error("empty keys are taken")
		}
		app.broken.Store(false)
		if _, err := h.Replay(t.Context(), letter, keys); err != nil || box.List() != nil {
			t.Errorf("with the former keys: %v, %v left", err, box.List())
		}
		// They serve that letter only.
		if w := serve(h, message(t, textXML("2", "x"))); w.Code != 400 {
			t.Errorf("the former keys serve again: %s", dump(w))
		}
	})
}

// TestForgedLetters: whoever can write to the store cannot make messages.
func TestForgedLetters(t *testing.T) {
	t.Parallel()
	h, _ := newHandler(t, callback.Config{AgentIDs: []int{1000002}})
	letter := func(plain string, edit func(*callback.DeadLetter)) callback.DeadLetter {
		s := seal(t, keys, plain, now())
		l := callback.DeadLetter{Key: "k", MsgSignature: s.MsgSignature, Timestamp: s.Timestamp, Nonce: s.Nonce, Encrypt: s.Encrypt}
		if edit != nil {
			edit(&l)
		}
		return l
	}
	made := time.Now().Add(-time.Hour).Unix()
	for name, tt := range map[string]struct {
		letter callback.DeadLetter
		want   error
	}{
		"signature": {letter(textXML("1", "x"), func(l *callback.DeadLetter) { l.MsgSignature = strings.Repeat("0", 40) }), wecomcrypto.ErrSignature},
		"empty":     {callback.DeadLetter{}, wecomcrypto.ErrSignature},
		"agent":     {letter(strings.Replace(textXML("1", "x"), "1000002", "1000003", 1), nil), callback.ErrAgent},
		"own reply": {letter(strings.Replace(textXML("1", "x"), corpID, "zhangsan", 1), nil), callback.ErrReply},
		"URL check": {letter("4242", nil), callback.ErrEcho},
		"swapped": {func() callback.DeadLetter {
			s, err := codecFor(t, keys).Seal([]byte(strings.Replace(textXML("1", "x"), "1700000001", fmt.Sprint(made), 1)), fmt.Sprint(made), now())
			if err != nil {
				t.Fatal(err)
			}
			return callback.DeadLetter{MsgSignature: s.MsgSignature, Timestamp: s.Nonce, Nonce: s.Timestamp, Encrypt: s.Encrypt}
		}(), callback.ErrStale},
	} {
		if _, err := h.Replay(t.Context(), tt.letter); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if _, err := h.Replay(t.Context(), letter(textXML("1", "x"), nil)); err != nil {
		t.Error(err)
	}
}

// TestReplayWhileHandled: a delivery and a replay of a message do not run beside
// each other, and who gives up ends the handler's context.
func TestReplayWhileHandled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := seal(t, keys, textXML("1", "x"), now())
		letter := callback.DeadLetter{MsgSignature: s.MsgSignature, Timestamp: s.Timestamp, Nonce: s.Nonce, Encrypt: s.Encrypt}
		var runs atomic.Int32
		h, log := newHandler(t, callback.Config{Handle: func(ctx context.Context, _ callback.Message) (callback.Reply, error) {
			runs.Add(1)
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			_, err := h.Replay(ctx, letter)
			ended <- err
		}()
		synctest.Wait()
		if _, err := h.Replay(t.Context(), letter); !errors.Is(err, callback.ErrBusy) {
			t.Errorf("a second replay: %v", err)
		}
		start := time.Now()
		if w := serve(h, message(t, textXML("1", "x"))); w.Code != 200 || time.Since(start) > 5*time.Second {
			t.Errorf("a delivery after %v: %s", time.Since(start), dump(w))
		}
		cancel()
		if err := <-ended; !errors.Is(err, callback.ErrHandler) || !errors.Is(err, context.Canceled) {
			t.Errorf("the replay: %v", err)
		}
		if runs.Load() != 1 {
			t.Errorf("%d runs", runs.Load())
		}
		if err := h.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := h.Replay(t.Context(), letter); !errors.Is(err, callback.ErrBusy) {
			t.Errorf("after Shutdown: %v", err)
		}
		if errs := log.take(); errs != nil {
			t.Error(errs)
		}
	})
}
