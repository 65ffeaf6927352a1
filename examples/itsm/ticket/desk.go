package ticket

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/userid"
)

// EventKind says what a message tells.
type EventKind string

const (
	EventAsked      EventKind = "asked"       // to an approver: the ticket waits for you
	EventHandedOver EventKind = "handed_over" // to the new approver; Event.By and Event.Words say from whom and why
	EventDecided    EventKind = "decided"     // to the creator
)

// Event is something that one user is told.
type Event struct {
	Kind   EventKind
	Ticket Ticket // as it is after the event

	To      string // username
	Address string // where messages reach To, as Config.Addresses has said

	By    string // who handed over or decided
	Words string // the reason of a hand-over, or the opinion
}

// Notifier makes the message of an event: the outbox kind that delivers it and
// its bytes, which hold row so that equal messages differ. A kind of "" means
// no message, as where notifications are off. It runs inside the transaction of
// the event, which its error undoes; it must not use the database.
type Notifier func(e Event, row int64) (kind string, payload []byte, err error)

// Config of a desk.
type Config struct {
	DB       *database.DB
	Notifier Notifier

	// Addresses says where messages reach users, by the spelling that was asked
	// for. Who is missing is 未绑定. It runs in the transaction of the event.
	Addresses func(ctx context.Context, tx *sql.Tx, usernames []string) (map[string]string, error)

	// SelfApproval lets a creator approve their own ticket. Off, they can neither
	// be named as approver nor decide as one that was named while it was on.
	SelfApproval bool

	// Wake tells the outbox worker that rows were committed. nil is allowed.
	Wake func()

	Zone *time.Location // of the day in the sn; nil is UTC+8
	Log  *slog.Logger   // nil is slog.Default
}

// Desk is where tickets are submitted and decided. It is safe for concurrent
// use.
type Desk struct{ cfg Config }

// ErrForbidden means that there is no such ticket, or that the user is neither
// its creator nor an approver, present or past. The two are not told apart, so
// that nobody can count or probe the tickets of others.
var ErrForbidden = errors.New("ticket: there is no such ticket, or it is not this user's to read")

// New checks the configuration.
func New(cfg Config) (*Desk, error) {
	switch {
	case cfg.DB == nil:
		return nil, errors.New("ticket: DB is nil")
	case cfg.Notifier == nil:
		return nil, errors.New("ticket: Notifier is nil: nobody could be asked")
	case cfg.Addresses == nil:
		return nil, errors.New("ticket: Addresses is nil: nobody could be reached")
	}
	if cfg.Wake == nil {
		cfg.Wake = func() {}
	}
	cfg.Zone = cmp.Or(cfg.Zone, time.FixedZone("UTC+8", 8*60*60)) // BlueKing's, wherever the container runs
	cfg.Log = cmp.Or(cfg.Log, slog.Default())
	return &Desk{cfg: cfg}, nil
}

// SelfApproval reports whether a creator may approve their own ticket.
func (d *Desk) SelfApproval() bool { return d.cfg.SelfApproval }

// MayDecide reports whether a decision of the user would count now: whether a
// page shows the two buttons.
func (d *Desk) MayDecide(t Ticket, username string) bool {
	return t.Status == Waiting && d.decides(t, username)
}

// MayHandOver reports whether the user may hand the ticket over now. A creator
// who was named as an approver may, even where they may not decide.
func (d *Desk) MayHandOver(t Ticket, username string) bool {
	_, ok := t.Approver(username)
	return t.Status == Waiting && ok
}

// decides reports whether the user is one who may decide, be it decided or not.
func (d *Desk) decides(t Ticket, username string) bool {
	_, ok := t.Approver(username)
	return ok && (d.cfg.SelfApproval || !userid.Same(t.Creator, username))
}
