package approval

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// Decision is what a member has decided, by whatever channel.
type Decision struct {
	// Alarm and Node are what the member has named; an alarm that has joined an
	// incident stands for the incident. With TaskID, of the card that was tapped,
	// they are not read.
	Alarm   int64
	Node    int
	TaskID  string
	Approve bool

	// Version is of the alarm as a page showed it; 0 does not ask.
	Version int64

	// By is the userid as WeCom states it, in a decrypted callback or a session;
	// never a form field.
	By       string
	Username string // the BlueKing user bound to By, or empty

	Channel Channel
	Reason  string // optional, cut to 1000 bytes
}

// OutcomeKind is what became of a decision.
type OutcomeKind string

const (
	OutcomeDecided    OutcomeKind = "decided"
	OutcomeRepeated   OutcomeKind = "repeated"    // the same decision by the same member: a success too
	OutcomeAlready    OutcomeKind = "already"     // Alarm says who decided, and what
	OutcomeStale      OutcomeKind = "stale"       // Version is not the alarm's: the member has seen something else
	OutcomeTimedOut   OutcomeKind = "timed_out"   // too late, whether or not the timer has run
	OutcomeNotAllowed OutcomeKind = "not_allowed" // 没有权限
	OutcomeNoNumber   OutcomeKind = "no_number"   // 单号不存在
)

// Outcome of a decision.
type Outcome struct {
	Kind  OutcomeKind
	Alarm Alarm // as it stands now; the zero Alarm with OutcomeNotAllowed and OutcomeNoNumber
}

// Success reports whether the member's decision stands.
func (o Outcome) Success() bool { return o.Kind == OutcomeDecided || o.Kind == OutcomeRepeated }

// Decide takes a decision. An error means that nothing was decided and that it
// may be tried again; all other results are outcomes.
//
// Who is nobody's approver hears OutcomeNotAllowed for every number, whether
// there is such an alarm or not; who is one hears OutcomeNoNumber for a number
// that does not exist, so that a slip of the finger is told from a missing right.
func (d *Desk) Decide(ctx context.Context, dec Decision) (out Outcome, err error) {
	now := time.Now()
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		out, err = d.decide(ctx, tx, dec, now)
		return err
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("approval: decide: %w", err)
	}
	if out.Kind == OutcomeDecided || out.Kind == OutcomeTimedOut { // anybody can name numbers; nothing else stores a row
		d.cfg.Wake()
	}
	d.cfg.Log.InfoContext(ctx, "decision", "alarm", dec.Alarm, "node", dec.Node, "task_id", dec.TaskID, "approve", dec.Approve,
		"by", dec.By, "channel", string(dec.Channel), "outcome", string(out.Kind))
	return out, nil
}

func (d *Desk) decide(ctx context.Context, tx *sql.Tx, dec Decision, now time.Time) (Outcome, error) {
	if dec.TaskID != "" {
		alarm, err := cardAlarm(ctx, tx, dec.TaskID)
		if err != nil {
			return Outcome{}, err
		}
		dec.Alarm, dec.Node = alarm, Node
	}
	a, err := get(ctx, tx, dec.Alarm)
	if err == nil && a.Incident != 0 {
		a, err = get(ctx, tx, a.Incident)
	}
	if errors.Is(err, ErrNoAlarm) || err == nil && dec.Node != Node {
		return d.noNumber(ctx, tx, dec.By)
	}
	if err != nil {
		return Outcome{}, err
	}
	by := findUser(d.deciders(a.Plan), dec.By)
	if by == "" {
		return Outcome{Kind: OutcomeNotAllowed}, nil
	}
	if a.Status != Waiting {
		return standing(a, by, dec.Approve), nil
	}
	if database.Millis(now) >= database.Millis(a.Deadline) {
		a, _, err = d.timeOut(ctx, tx, a, now)
		return Outcome{OutcomeTimedOut, a}, err
	}
	if dec.Version != 0 && dec.Version != a.Version {
		return Outcome{OutcomeStale, a}, nil
	}
	v := verdict{status: Rejected, step: StepRejected}
	if dec.Approve {
		v = verdict{status: Approved, step: StepApproved}
	}
	v.event, v.actor, v.channel, v.at = EventDecided, by, dec.Channel, now
	v.reason, v.username, v.taskID = dec.Reason, dec.Username, dec.TaskID
	a, won, err := d.settle(ctx, tx, a, v)
	if err != nil {
		return Outcome{}, err
	}
	if !won {
		// One writer makes this impossible; a second one must not decide twice.
		return Outcome{}, fmt.Errorf("alarm %s changed while it was decided", a.Number())
	}
	return Outcome{OutcomeDecided, a}, nil
}

func standing(a Alarm, by string, approve bool) Outcome {
	switch {
	case a.Status == TimedOut:
		return Outcome{OutcomeTimedOut, a}
	case SameUser(a.DecidedBy, by) && a.Approved == approve:
		return Outcome{OutcomeRepeated, a}
	}
	return Outcome{OutcomeAlready, a}
}

func (d *Desk) noNumber(ctx context.Context, tx *sql.Tx, userid string) (Outcome, error) {
	known := false
	for _, plan := range append(Plans{{}}, d.cfg.Plans...) { // {}: the super approvers alone
		known = known || findUser(d.deciders(plan), userid) != ""
	}
	if !known {
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM alarm_approver WHERE folded = ?)`, fold(userid)).Scan(&known)
		if err != nil {
			return Outcome{}, err
		}
	}
	if known {
		return Outcome{Kind: OutcomeNoNumber}, nil
	}
	return Outcome{Kind: OutcomeNotAllowed}, nil
}
