package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// Deliver hands one row to its receiver. nil means that the receiver has it;
// result is kept with the row. A [Permanent] error ends the row, any other is
// retried. The error's text is stored and shown: it must hold no secret.
type Deliver func(ctx context.Context, row Row) (result []byte, err error)

// Config of a worker.
type Config struct {
	DB      *database.DB
	Deliver map[string]Deliver // by kind

	// Finished runs in the transaction that gives a row its final state. An
	// error undoes the state, and marking is tried again without delivering again.
	Finished func(ctx context.Context, tx *sql.Tx, row Row) error

	// Fix is asked for what a row is delivered as, once, before its first
	// attempt: all attempts repeat those bytes. nil leaves rows as Add stored them.
	Fix Fix

	Groups  int           // of one kind delivered beside each other; 0 is 8
	Timeout time.Duration // of one attempt; 0 is 30 s

	// Keep is how long delivered rows are kept, KeepLost those that did not
	// arrive. 0 is 7 and 30 days.
	Keep, KeepLost time.Duration

	Log *slog.Logger // nil is slog.Default
}

// Fix runs in a transaction that is committed before the attempt, and may run
// again if that fails. An error undoes what it did and counts as an attempt.
type Fix func(ctx context.Context, tx *sql.Tx, row Row) (Fixed, error)

// Fixed is what a row is delivered as. A Kind of "" means that there is nothing
// to send any more: the row is done.
type Fixed struct {
	Kind    string
	Payload []byte
}

// Worker delivers rows from Start to Stop.
type Worker struct {
	cfg      Config
	wake     chan struct{}
	started  atomic.Bool
	stop     chan struct{}
	stopOnce sync.Once
	stopped  chan struct{}
	jobs     chan job
	ended    chan string // groups that have nothing due any more

	// deliveries outlive the request that caused them; Stop cancels them when
	// its patience ends.
	ctx    context.Context
	cancel context.CancelFunc
}

// New checks the configuration.
func New(cfg Config) (*Worker, error) {
	if cfg.DB == nil {
		return nil, errors.New("outbox: DB is nil")
	}
	if len(cfg.Deliver) == 0 {
		return nil, errors.New("outbox: Deliver is empty: no row could be delivered")
	}
	for kind, d := range cfg.Deliver {
		if kind == "" || d == nil {
			return nil, fmt.Errorf("outbox: Deliver[%q] is not usable", kind)
		}
	}
	cfg.Groups = cmp.Or(cfg.Groups, 8)
	cfg.Timeout = cmp.Or(cfg.Timeout, 30*time.Second)
	cfg.Log = cmp.Or(cfg.Log, slog.Default())
	cfg.Keep = cmp.Or(cfg.Keep, 7*24*time.Hour)
	cfg.KeepLost = cmp.Or(cfg.KeepLost, 30*24*time.Hour)
	if cfg.Groups < 0 || cfg.Timeout < 0 || cfg.Keep < 0 || cfg.KeepLost < 0 {
		return nil, errors.New("outbox: Groups, Timeout, Keep and KeepLost cannot be negative")
	}
	w := &Worker{
		cfg: cfg, wake: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{}),
		jobs: make(chan job), ended: make(chan string),
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	return w, nil
}

// Start goes on with what the last process left waiting. Once is enough.
func (w *Worker) Start() {
	if w.started.CompareAndSwap(false, true) {
		go w.dispatch()
	}
}

// Wake tells that rows have been committed. It never blocks.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Stop begins no further delivery and waits for those that run. When ctx ends
// first they are cancelled, which leaves their rows waiting for the next start.
func (w *Worker) Stop(ctx context.Context) error {
	if !w.started.Load() {
		return nil
	}
	w.stopOnce.Do(func() { close(w.stop) })
	defer w.cancel()
	select {
	case <-w.stopped:
		return nil
	case <-ctx.Done():
	}
	w.cancel()
	select {
	case <-w.stopped: // what honours its context is marked in an orderly way
	case <-time.After(time.Second):
	}
	return fmt.Errorf("outbox: deliveries were cut short: %w", ctx.Err())
}
