package ticket

import (
	"context"
	"database/sql"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// Act is what a row of history records.
type Act string

const (
	ActSubmitted      Act = "submitted"
	ActApproved       Act = "approved"
	ActRefused        Act = "refused"
	ActHandedOver     Act = "handed_over"     // Target is the new approver, Words the reason
	ActNotTold        Act = "not_told"        // 未绑定: Target could not be told
	ActToldLater      Act = "told_later"      // Target was bound and has been asked now
	ActMessageFailed  Act = "message_failed"  // the message to Target did not arrive
	ActMessageUnknown Act = "message_unknown" // 结果未知
)

// System is the actor of what no user did. It is no valid username.
const System = "system:"

// Entry is one row of history. Rows are only ever added.
type Entry struct {
	At      time.Time
	Actor   string  // a username, or System
	Channel Channel // empty for System
	Act     Act
	Target  string // another user, if the act has one
	Words   string // opinion, reason, or what a message failed with
}

func record(ctx context.Context, tx *sql.Tx, ticket int64, e Entry) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO ticket_history (ticket, at, actor, channel, act, target, words) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		ticket, database.Millis(e.At), e.Actor, e.Channel, e.Act, e.Target, e.Words)
	return err
}

func history(ctx context.Context, tx *sql.Tx, ticket int64) (entries []Entry, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT at, actor, channel, act, target, words FROM ticket_history WHERE ticket = ? ORDER BY id`, ticket)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var e Entry
		var at int64
		if err := rows.Scan(&at, &e.Actor, &e.Channel, &e.Act, &e.Target, &e.Words); err != nil {
			return nil, err
		}
		e.At = database.Time(at)
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
