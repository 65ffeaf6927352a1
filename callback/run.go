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

	mu      sync.Mutex
	claimed bool // the duplicate store gave us the message
	ended   bool
	outcome outcome // to be read after settled is closed
}

// An outcome is what the waiting copies are answered.
type outcome struct {
	status int
	reply  []byte // XML before encryption; empty for an empty answer
}

// settle gives the waiting copies their answer, the first time it is called.
func (r *run) settle(o outcome) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.end(o)
}

func (r *run) end(o outcome) bool {
	if r.ended {
		return false
	}
	r.ended, r.outcome = true, o
	close(r.settled)
	return true
}

// claim notes that the message is ours, unless it was answered already.
func (r *run) claim() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.claimed = !r.ended
	return r.claimed
}

// deadline answers before the vendor gives up: the message is acknowledged if
// its handler runs, and must come again if it is not ours yet.
func (r *run) deadline() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.claimed {
		r.end(outcome{status: http.StatusOK})
	} else {
		r.end(outcome{status: http.StatusServiceUnavailable})
	}
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
	delete(b.runs, r.key)
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
	case <-ctx.Done():
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.runs {
		r.cancel()
	}
	return context.Cause(ctx)
}
