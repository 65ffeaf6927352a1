package approval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// Config of a desk.
type Config struct {
	DB       *database.DB
	Plans    Plans
	Notifier Notifier

	// Supers lists the super approvers. It is asked at every use, so that a saved
	// setting counts at once, and must not use the database, whose transaction
	// may be open. nil means that there are none.
	Supers func() []string

	// AuditKey chains the audit's rows, 32 bytes at least: who does not have it can
	// change no row unnoticed.
	AuditKey []byte

	// Head is told the audit's head at the start, every hour and at the end, to be
	// logged elsewhere: a cut of the latest rows is found only against it. nil is
	// allowed.
	Head func(Head)

	// PerMinute and PerHour bound the messages to one member, of which WeCom drops
	// what is over 30 and 1000 in silence; what is over is told by a digest, sent
	// DigestAfter the first that was held back. 0 is 20, 800 and 5 s.
	PerMinute, PerHour int
	DigestAfter        time.Duration

	// Wake tells the outbox worker that rows were committed. nil is allowed.
	Wake func()

	Log *slog.Logger // nil is slog.Default
}

// Desk is where alarms arrive and are decided. It is safe for concurrent use.
type Desk struct {
	cfg   Config
	timer chan struct{} // a deadline may be nearer than the timer knows

	started  atomic.Bool
	stop     chan struct{}
	stopOnce sync.Once
	stopped  chan struct{}
}

// New checks the configuration, and takes the audit rows of an earlier version
// into the chain.
func New(ctx context.Context, cfg Config) (*Desk, error) {
	switch {
	case cfg.DB == nil:
		return nil, errors.New("approval: DB is nil")
	case len(cfg.Plans) == 0:
		return nil, errors.New("approval: Plans is empty: no alarm could be answered")
	case cfg.Notifier == nil:
		return nil, errors.New("approval: Notifier is nil: nobody could be asked")
	case len(cfg.AuditKey) < minAuditKey:
		return nil, fmt.Errorf("approval: AuditKey has %d bytes, %d at least are wanted: derive it from a secret", len(cfg.AuditKey), minAuditKey)
	case cfg.PerMinute < 0 || cfg.PerHour < 0 || cfg.DigestAfter < 0:
		return nil, errors.New("approval: PerMinute, PerHour and DigestAfter cannot be negative")
	}
	if cfg.Supers == nil {
		cfg.Supers = func() []string { return nil }
	}
	if cfg.Wake == nil {
		cfg.Wake = func() {}
	}
	if cfg.Head == nil {
		cfg.Head = func(Head) {}
	}
	cfg.Log = cmp.Or(cfg.Log, slog.Default())
	cfg.PerMinute, cfg.PerHour = cmp.Or(cfg.PerMinute, 20), cmp.Or(cfg.PerHour, 800)
	cfg.DigestAfter = cmp.Or(cfg.DigestAfter, 5*time.Second)
	if err := adopt(ctx, cfg.DB, cfg.AuditKey); err != nil {
		return nil, fmt.Errorf("approval: the audit: %w", err)
	}
	return &Desk{cfg: cfg, timer: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{})}, nil
}

// deciders are the plan's approvers and the super approvers of now.
func (d *Desk) deciders(p Plan) []string {
	ids := appendUser(nil, p.Approvers...)
	for _, id := range d.cfg.Supers() {
		if ValidUserID(id) {
			ids = appendUser(ids, id)
		}
	}
	return ids
}

// MayDecide reports whether the member is one of those who may decide the
// alarm, be it decided already or not.
func (d *Desk) MayDecide(a Alarm, userid string) bool {
	return findUser(d.deciders(a.Plan), userid) != ""
}
