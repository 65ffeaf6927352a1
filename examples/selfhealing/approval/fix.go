package approval

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/bkwecom/wecom/examples/internal/outbox"
)

// Fix is the outbox's hook that settles what a message is delivered as, right
// before its first attempt: then it is known to whom it may be sent. Members who
// have had as many messages as they may are left out and told by a digest, and a
// reminder of what has been decided meanwhile is not sent.
func (d *Desk) Fix(ctx context.Context, tx *sql.Tx, row outbox.Row) (outbox.Fixed, error) {
	n, ok, err := readNotice(ctx, tx, row.ID)
	if err != nil {
		return outbox.Fixed{}, fmt.Errorf("approval: %w", err)
	}
	if !ok || n.event == EventCardUpdate || n.event == eventAnswer {
		return outbox.Fixed{Kind: row.Kind, Payload: row.Payload}, nil
	}
	f, err := d.fix(ctx, tx, n)
	if err != nil {
		return f, fmt.Errorf("approval: %w", err)
	}
	return f, nil
}

func (d *Desk) fix(ctx context.Context, tx *sql.Tx, n notice) (outbox.Fixed, error) {
	if n.event == EventDigest {
		e, err := d.digest(ctx, tx, n.member())
		if err != nil || e.Waiting+e.Missed == 0 {
			return outbox.Fixed{}, err
		}
		return d.address(ctx, tx, n, e)
	}
	a, err := get(ctx, tx, n.alarm)
	if err != nil {
		return outbox.Fixed{}, err
	}
	e := Event{Kind: n.event, Alarm: a, TaskID: n.taskID}
	if e.Kind == EventReminder && a.Status != Waiting {
		return d.address(ctx, tx, n, e)
	}
	for _, userid := range n.wanted {
		full, err := d.full(ctx, tx, userid)
		switch {
		case err != nil:
			return outbox.Fixed{}, err
		case !full:
			e.To = append(e.To, userid)
		default:
			if err := d.owe(ctx, tx, userid, n); err != nil {
				return outbox.Fixed{}, err
			}
		}
	}
	return d.address(ctx, tx, n, e)
}

// address makes the message for those who are left.
func (d *Desk) address(ctx context.Context, tx *sql.Tx, n notice, e Event) (f outbox.Fixed, err error) {
	if len(e.To) > 0 {
		if f.Kind, f.Payload, err = d.cfg.Notifier(e, n.row); err != nil {
			return f, err
		}
	}
	if f.Kind == "" {
		e.To = nil
	}
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET reached = ? WHERE row = ?`, userList(e.To), n.row); err != nil {
		return f, err
	}
	return f, underWay(ctx, tx, n.row, e.To)
}
