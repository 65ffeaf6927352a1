package callback

import (
	"context"
	"net/http"
	"sync"
)

// A run is one message being handled. Every copy of the message that comes
// meanwhile waits for the same run.
type run struct {
	key     string
	ctx     context.Context // of the handler; it has the values of the request's
	cancel  context.CancelFunc
	settled chan struct{} // closed when outcome is set
	job                   // belongs to the goroutine that handles the message

	mu           sync.Mutex
	claimed      bool // the message is ours, and its handler has not failed
	ended        bool
	acknowledged bool
	outcome      outcome // to be read after settled is closed
}

// A job is what there is to do in a run.
type job struct {
	r      *http.Request // of the first delivery; nil for a replay
	m      Message
	to     target
	letter *DeadLetter // nil if none is kept
	open   bool        // Handle has not returned
	// What Replay returns.
	reply Reply
	errs  []error
}

// An outcome is what the waiting copies are answered.
type outcome struct {
	status int
	reply  []byte // XML before encryption; empty for an empty answer
}

// settle gives the waiting copies their answer, if they have none yet. It
// returns false if the message was acknowledged before.
func (r *run) settle(o outcome) (inTime bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end(o)
	return !r.acknowledged
}

func (r *run) end(o outcome) {
	if !r.ended {
		r.ended, r.outcome = true, o
		close(r.settled)
	}
}

// claim notes that the message is ours, unless it was answered already.
func (r *run) claim() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.claimed = !r.ended
	return r.claimed
}

// unclaim notes that the handler has failed: the message must come again, so
// it may not be acknowledged any more.
func (r *run) unclaim() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.claimed = false
}

// unfinished reports whether the message is ours still, with no answer yet.
func (r *run) unfinished() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.claimed && !r.ended
}

// deadline answers before the vendor gives up: the message is acknowledged if
// its handler runs, and must come again otherwise.
func (r *run) deadline() (acknowledged bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.claimed && !r.ended {
		r.acknowledged = true
		r.end(outcome{status: http.StatusOK})
	}
	r.end(outcome{status: http.StatusServiceUnavailable})
	return r.acknowledged
}

// A board holds the running handlers.
type board struct {
	mu     sync.Mutex
	runs   map[string]*run // that a copy can join
	active int
	closed bool
	idle   chan struct{} // closed when shut down and nothing runs
}

// join returns the run of a message, and whether the caller must start it; nil
// when there are too many.
func (h *Handler) join(ctx context.Context, key string) (r *run, first bool) {
	b := &h.board
	b.mu.Lock()
	defer b.mu.Unlock()
	if r := b.runs[key]; r != nil {
		return r, false
	}
	if b.closed || b.active >= h.cfg.MaxRunning {
		return nil, false
	}
	r = &run{key: key, settled: make(chan struct{})}
	r.ctx, r.cancel = context.WithTimeout(context.WithoutCancel(ctx), h.cfg.Timeout)
	b.runs[key] = r
	b.active++
	return r, true
}

// forget makes the next copy of the message start a run of its own.
func (b *board) forget(r *run) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.runs[r.key] == r {
		delete(b.runs, r.key)
	}
}

func (b *board) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.active--
	if b.closed && b.active == 0 {
		close(b.idle)
	}
}

// Shutdown refuses new messages with 503 and waits for the running handlers.
// When ctx ends first, it cancels the contexts of those that still run and
// returns ctx's error. URL checks are answered all the time. Call it after
// http.Server.Shutdown, which waits for requests but not for handlers that go
// on after their acknowledgement.
func (h *Handler) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	if !h.closed {
		h.closed = true
		if h.active == 0 {
			close(h.idle)
		}
	}
	h.mu.Unlock()
	select {
	case <-h.idle:
		return nil
	default:
	}
	select {
	case <-h.idle:
		return nil
	case <-ctx.Done():
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.runs {
		r.cancel()
	}
	return ctx.Err()
}
