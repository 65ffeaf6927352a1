package approval

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
)

// EventKind says what a message tells.
type EventKind string

const (
	EventAsked        EventKind = "asked" // approval is wanted
	EventDecided      EventKind = "decided"
	EventTimedOut     EventKind = "timed_out"
	EventRunSucceeded EventKind = "run_succeeded"
	EventRunFailed    EventKind = "run_failed"
)

// Event is something that members are told.
type Event struct {
	Kind  EventKind
	Alarm Alarm // as it is after the event

	// To is whom the event is news for: everybody who may decide (asked, timed
	// out, run failed), all of them but the member who did (decided), that member
	// (run succeeded). It may be empty.
	To []string
}

// Notifier makes the message of an event: the outbox kind that delivers it and
// its bytes, which hold row so that equal messages differ. A kind of "" means
// no message. It runs inside the transaction of the event, which its error
// undoes; it must not use the database.
type Notifier func(e Event, row int64) (kind string, payload []byte, err error)

// Config of a desk.
type Config struct {
	DB       *database.DB
	Plans    Plans
	Notifier Notifier

	// Supers lists the super approvers. It is asked at every use, so that a saved
	// setting counts at once, and must not use the database, whose transaction
	// may be open. nil means that there are none.
	Supers func() []string

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

// New checks the configuration.
func New(cfg Config) (*Desk, error) {
	switch {
	case cfg.DB == nil:
		return nil, errors.New("approval: DB is nil")
	case len(cfg.Plans) == 0:
		return nil, errors.New("approval: Plans is empty: no alarm could be answered")
	case cfg.Notifier == nil:
		return nil, errors.New("approval: Notifier is nil: nobody could be asked")
	}
	if cfg.Supers == nil {
		cfg.Supers = func() []string { return nil }
	}
	if cfg.Wake == nil {
		cfg.Wake = func() {}
	}
	cfg.Log = cmp.Or(cfg.Log, slog.Default())
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

// messageGroup keeps the messages of an alarm in order.
func messageGroup(alarm int64) string { return fmt.Sprintf("alarm/%d", alarm) }

// alarmOf undoes messageGroup; 0 is no alarm.
func alarmOf(group string) int64 {
	number, _ := strings.CutPrefix(group, "alarm/")
	alarm, _ := strconv.ParseInt(number, 10, 64)
	return alarm
}

// tell stores the message of an event beside what it tells.
func (d *Desk) tell(ctx context.Context, tx *sql.Tx, e Event) (row int64, err error) {
	return outbox.Add(ctx, tx, outbox.Draft{Group: messageGroup(e.Alarm.ID)}, func(id int64) (string, []byte, error) {
		return d.cfg.Notifier(e, id)
	})
}
