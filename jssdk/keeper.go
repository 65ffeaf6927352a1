package jssdk

import (
	"context"
	"errors"
	"sync"
	"time"
)

// flightTime bounds a flight. It depends on no caller's context: the first one may leave, the others
// wait on.
const flightTime = 30 * time.Second

// keeper holds one ticket for any number of callers. Whatever takes time happens in one flight.
type keeper struct {
	what   string // in errors
	ask    func(context.Context) (value string, life time.Duration, err error)
	report func(error)
	store  TicketStore // nil: none
	key    string

	mu      sync.Mutex
	current *ticket
	flight  *flight     // nil: none is under way
	failed  *failure    // nil after a good answer
	asked   []time.Time // the attempts that the vendor counts, of the last hour
	looked  time.Time   // when the store was last asked while the vendor is not
}

type flight struct {
	done   chan struct{}
	ctx    context.Context
	ticket *ticket
	err    error
}

// get returns a ticket that serves: the cached one, or that of the one flight for all callers.
func (k *keeper) get(ctx context.Context) (*ticket, error) {
	if err := ctx.Err(); err != nil {
		return nil, k.fault(err, 0)
	}
	k.mu.Lock()
	now := time.Now()
	if t := k.current; t.serves(now) {
		if !now.Before(t.renew) && k.flight == nil {
			k.start(ctx)
		}
		k.mu.Unlock()
		return t, nil
	}
	if err := k.held(now); err != nil && k.flight == nil && !k.look(now) {
		k.mu.Unlock()
		return nil, err
	}
	f := k.flight
	if f == nil {
		f = k.start(ctx)
	}
	k.mu.Unlock()
	return k.wait(ctx, f)
}

func (k *keeper) wait(ctx context.Context, f *flight) (*ticket, error) {
	select {
	case <-f.done:
		return f.ticket, f.err
	case <-ctx.Done():
		return nil, k.fault(ctx.Err(), 0)
	case <-f.ctx.Done(): // a client or store that does not end with its context holds nobody
	}
	select {
	case <-f.done: // it had ended, and its context with it
		return f.ticket, f.err
	default:
		return nil, k.fault(errTooSlow, 0)
	}
}

// start is called with the lock held.
func (k *keeper) start(ctx context.Context) *flight {
	f := &flight{done: make(chan struct{}), err: k.fault(errors.New("the fetch was lost"), 0)}
	var cancel context.CancelFunc
	f.ctx, cancel = context.WithTimeoutCause(context.WithoutCancel(ctx), flightTime, errTooSlow)
	k.flight = f
	current := k.current
	go func() {
		defer cancel()
		defer k.land(f) // even if a transport ends the goroutine
		f.ticket, f.err = k.obtain(f.ctx, current)
	}()
	return f
}

func (k *keeper) land(f *flight) {
	k.mu.Lock()
	k.flight = nil
	if f.err == nil {
		k.current = f.ticket
	}
	k.mu.Unlock()
	close(f.done)
}

func (k *keeper) fault(cause error, next time.Duration) *ticketError {
	return &ticketError{what: k.what, cause: cause, next: next}
}
