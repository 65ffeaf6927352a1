package approval

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

const maxReason = 1000 // bytes

// verdict is what ends the waiting of an alarm: a member's decision, or the
// timer's.
type verdict struct {
	status   Status
	step     Step
	event    EventKind
	actor    string
	channel  Channel
	reason   string
	username string
	taskID   string // of the card whose tap it is
	at       time.Time
}

// settle is the one place where an alarm stops waiting. The condition of its
// UPDATE is the decision: whoever changes the row has won, everybody else finds
// nothing to change. Audit, run and messages join the same transaction.
func (d *Desk) settle(ctx context.Context, tx *sql.Tx, a Alarm, v verdict) (Alarm, bool, error) {
	a.Status, a.Channel, a.Reason = v.status, v.channel, shorten(v.reason)
	a.Version++
	var decidedAt int64
	if v.status == TimedOut {
		a.Channel = ""
	} else {
		a.DecidedBy, a.DecidedAt, a.Approved = v.actor, v.at, v.status == Approved
		decidedAt = database.Millis(v.at)
	}
	// A member is in time or too late, the timer is too late or too early: no
	// clock lets both through.
	res, err := tx.ExecContext(ctx, `UPDATE alarm SET status = ?, decided_by = ?, decided_at = ?, approved = ?, channel = ?, reason = ?,
		remind_at = 0, version = version + 1 WHERE id = ? AND status = 'waiting' AND (deadline_at <= ?) = ?`,
		a.Status, a.DecidedBy, decidedAt, a.Approved, a.Channel, a.Reason,
		a.ID, database.Millis(v.at), v.status == TimedOut)
	if err != nil {
		return a, false, err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return a, false, err
	}
	err = d.record(ctx, tx, Entry{At: v.at, Alarm: a.ID, Actor: v.actor, Channel: v.channel, Step: v.step, Detail: a.Reason})
	if err != nil {
		return a, false, err
	}
	if _, err := d.tell(ctx, tx, Event{Kind: v.event, Alarm: a, To: withoutUser(d.deciders(a.Plan), v.actor)}); err != nil {
		return a, false, err
	}
	if a.Status == Approved {
		if a, err = d.startRun(ctx, tx, a, v); err != nil {
			return a, false, err
		}
	}
	err = d.updateCards(ctx, tx, a, v)
	return a, err == nil, err
}

// shorten makes a reason one that can be stored and shown.
func shorten(s string) string {
	if len(s) > maxReason {
		s = s[:maxReason]
	}
	return strings.TrimSpace(strings.ToValidUTF8(s, ""))
}
