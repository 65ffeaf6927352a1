package wecom

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/sync/singleflight"
)

// flightTime bounds a flight. It depends on no caller's context: the first caller
// may leave, the others wait on.
const flightTime = 30 * time.Second

// fly joins the running flight or starts one. ahead is the token to be renewed
// before its end, nil if there is none that serves.
func (k *keeper) fly(ctx context.Context, ahead *token) <-chan singleflight.Result {
	return k.flights.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), flightTime, errTooSlow)
		defer cancel()
		return k.renew(ctx, ahead)
	})
}

func (k *keeper) renew(ctx context.Context, ahead *token) (*token, error) {
	now, current := k.now(), k.current.Load()
	// Since the caller looked, another flight may have ended.
	if current != nil && current != ahead && now < current.expires {
		return current, nil
	}
	if f := k.failed.Load(); f != nil && now < f.until {
		if current != nil {
			current.postpone(f.until)
		} else if t := (&shared{keeper: k}).load(ctx, nil); k.shared && t != nil && k.current.CompareAndSwap(nil, t) {
			return t, nil
		}
		return nil, f.at(now)
	}
	for {
		t, err := k.obtain(ctx, current)
		if err != nil {
			return nil, k.fail(err)
		}
		if r := k.refused.Load(); r != nil && *r == t.value {
			k.changedNothing(t)
		}
		if k.current.CompareAndSwap(current, t) {
			return t, nil
		}
		// The API refused the current one meanwhile. If this is the same, gettoken
		// was asked before that.
		if t.value != current.value {
			k.current.Store(t)
			return t, nil
		}
		current = nil
	}
}

// obtain looks into the store, then asks gettoken.
func (k *keeper) obtain(ctx context.Context, current *token) (*token, error) {
	s := &shared{keeper: k}
	s.dropRefused(ctx)
	if t := s.load(ctx, current); t != nil {
		return t, nil
	}
	t, unlock := s.lock(ctx, current)
	defer unlock()
	if t != nil {
		return t, nil
	}
	value, start, life, err := k.ask(ctx)
	if err != nil {
		return nil, err
	}
	k.failed.Store(nil)
	if current != nil && current.value == value && start < current.expires {
		t = current.same(start, life)
	} else {
		t = newToken(value, start, life)
	}
	s.save(ctx, t)
	return t, nil
}

// ask waits for the end of a token that is in its last seconds, as gettoken hands it
// out in one of its readings: expires_in is in whole seconds and may be 0. The life
// counts from start, before the question.
func (k *keeper) ask(ctx context.Context) (value string, start, life time.Duration, err error) {
	value, start, life, err = k.insist(ctx)
	if err == nil && life <= time.Second && sleep(ctx, life+time.Second) {
		value, start, life, err = k.insist(ctx)
	}
	if err == nil && life <= 0 {
		return "", 0, 0, &Error{Path: gettokenPath, HTTPStatus: http.StatusOK, Message: "expires_in is 0: the token has ended already"}
	}
	return value, start, life, err
}

// insist repeats what may pass at once, in the first flight of a failing streak only.
func (k *keeper) insist(ctx context.Context) (value string, start, life time.Duration, err error) {
	for pause := 100 * time.Millisecond; ; pause *= 3 {
		start = k.now()
		value, life, err = k.fetch(ctx)
		if err == nil || !isRetryable(err) || k.failed.Load() != nil || pause > 300*time.Millisecond {
			return value, start, life, err
		}
		if !sleep(ctx, jitter(pause)) {
			return value, start, life, err
		}
	}
}

func (k *keeper) fail(err error) error {
	now, streak := k.now(), 1
	if old := k.failed.Load(); old != nil {
		streak += old.streak
	}
	f := &failure{cause: err, until: now + jitter(delay(streak)), streak: streak}
	t := k.current.Load()
	serves := t != nil && now < t.expires
	if serves { // at its end there is one attempt in any case: gettoken may be back since the last one
		f.until = min(f.until, t.expires)
	}
	k.failed.Store(f)
	if serves {
		t.postpone(f.until)
		k.report("the access token could not be renewed, the old one serves on", f.at(now))
	}
	return f.at(now)
}
