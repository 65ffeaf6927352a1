package wecom

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

// keeper holds the token of one app. A hit is an atomic load and a look at the
// clock; everything else happens in one flight at a time.
type keeper struct {
	epoch   time.Time
	current atomic.Pointer[token]
	failed  atomic.Pointer[failure] // nil after a good answer of gettoken
	refused atomic.Pointer[string]  // the value that the API refused last
	wasted  atomic.Int32            // renewals in a row that a refusal caused and that changed nothing
	flights singleflight.Group
	looked  atomic.Int64 // when the store was last asked while gettoken failed
	dropped *string      // the refused value that the store has forgotten; flights only

	fetch  func(context.Context) (value string, life time.Duration, err error)
	report func(doing string, err error, secrets ...string)
	store  TokenStore
	shared bool // with other processes
	key    string
}

func (k *keeper) now() time.Duration { return time.Since(k.epoch) }

// get returns a token that has not ended.
func (k *keeper) get(ctx context.Context) (*token, error) {
	if t := k.current.Load(); t != nil {
		now := k.now()
		if !t.due(now) {
			return t, nil
		}
		if now < t.expires {
			if t.claim(now) {
				k.fly(ctx, t)
			}
			return t, nil
		}
	}
	return k.wait(ctx)
}

func (k *keeper) wait(ctx context.Context) (*token, error) {
	if ctx.Err() != nil {
		return nil, noToken(ctx)
	}
	now := k.now()
	if f := k.failed.Load(); f != nil && now < f.until && !k.look(now) { // renew would say so too, at the price of a goroutine
		return nil, f.at(now)
	}
	// A flight ends by itself, unless a transport ends its goroutine (runtime.Goexit).
	lost := time.NewTimer(flightTime + storeTime)
	defer lost.Stop()
	select {
	case <-lost.C:
		return nil, &callError{text: "wecom: waiting for an access token: the fetch was lost", notSent: true, retryable: true}
	case r := <-k.fly(ctx, nil):
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*token), nil
	case <-ctx.Done():
		return nil, noToken(ctx)
	}
}

// look allows a look into a shared store once a second while gettoken fails:
// another process may have a token.
func (k *keeper) look(now time.Duration) bool {
	last := k.looked.Load()
	return k.shared && now-time.Duration(last) >= time.Second && k.looked.CompareAndSwap(last, int64(now))
}

func noToken(ctx context.Context) error {
	e := givenUp(ctx, "waiting for an access token")
	e.notSent = true
	return e
}

// refuse takes note that the API refused t (40014, 42001) and reports whether
// another token may be tried. A token that was fetched because of a refusal and
// was refused itself is left alone for a while: an API that wants another kind of
// secret, or a gettoken that insists on its token, would be asked without end.
func (k *keeper) refuse(t *token) bool {
	current := k.current.Load()
	if current == nil || current.value != t.value {
		return true // somebody was faster
	}
	t = current // not the same if gettoken has handed the value out again since
	if n := int(k.wasted.Load()); n > 0 && k.now()-t.fetched < delay(n) {
		return false
	}
	k.refused.Store(&t.value)
	k.current.CompareAndSwap(t, nil)
	return true
}

// changedNothing is told of a token that came after a refusal and was refused too.
func (k *keeper) changedNothing(t *token) {
	if t.useless.CompareAndSwap(false, true) {
		k.wasted.Add(1)
	}
}

func (k *keeper) helped() { k.wasted.Store(0) }
