package approval

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
)

// digestEvery is the least time between the digests of a member.
const digestEvery = time.Minute

// owe notes that a message is not sent to a member, and sees to it that a digest
// will be.
func (d *Desk) owe(ctx context.Context, tx *sql.Tx, userid string, n notice) error {
	asked, told := 0, 1
	if n.event == EventAsked || n.event == EventReminder {
		asked, told = 1, 0
		err := d.record(ctx, tx, Entry{Alarm: n.alarm, Actor: System, Channel: ChannelMessage, Step: StepDigested,
			Detail: fmt.Sprintf("%s: %s has had %d messages in a minute or %d in an hour, and is told by a digest",
				n.event, userid, d.cfg.PerMinute, d.cfg.PerHour)})
		if err != nil {
			return err
		}
	}
	var row, last int64
	err := tx.QueryRowContext(ctx, `INSERT INTO digest (folded, asked, told) VALUES (?, ?, ?)
		ON CONFLICT (folded) DO UPDATE SET asked = asked + excluded.asked, told = told + excluded.told
		RETURNING row, at`, fold(userid), asked, told).Scan(&row, &last)
	if err != nil || row != 0 {
		return err // one that is to be sent will tell of this too
	}
	delay := max(d.cfg.DigestAfter, min(time.Until(database.Time(last).Add(digestEvery)), digestEvery))
	return d.planDigest(ctx, tx, userid, delay)
}

func (d *Desk) planDigest(ctx context.Context, tx *sql.Tx, userid string, delay time.Duration) error {
	row, err := d.draft(ctx, tx, Event{Kind: EventDigest, To: []string{userid}},
		outbox.Draft{Group: "digest/" + fold(userid), Delay: delay})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE digest SET row = ? WHERE folded = ?`, row, fold(userid))
	return err
}

// digest is what a member's digest says now; what is owed is paid with it. If
// all that was asked for has been decided meanwhile, there is nothing to say.
func (d *Desk) digest(ctx context.Context, tx *sql.Tx, userid string) (Event, error) {
	e := Event{Kind: EventDigest, To: []string{userid}}
	where, args := d.waiting(userid, time.Now())
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM alarm a WHERE `+where, args...).Scan(&e.Waiting)
	if err != nil {
		return e, err
	}
	err = tx.QueryRowContext(ctx, `SELECT told FROM digest WHERE folded = ?`, fold(userid)).Scan(&e.Missed)
	if err != nil {
		return e, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE digest SET asked = 0, told = 0 WHERE folded = ?`, fold(userid))
	return e, err
}

// digestEnded plans the next digest if there is anything for it: while WeCom is
// away one waits, not one for each minute.
func (d *Desk) digestEnded(ctx context.Context, tx *sql.Tx, n notice) error {
	userid := n.member()
	var owed int
	err := tx.QueryRowContext(ctx, `UPDATE digest SET row = 0, at = ? WHERE folded = ? RETURNING asked + told`,
		database.Millis(time.Now()), fold(userid)).Scan(&owed)
	if err != nil || owed == 0 {
		return err
	}
	return d.planDigest(ctx, tx, userid, digestEvery)
}

// waiting is the condition for what a member may decide now.
func (d *Desk) waiting(userid string, now time.Time) (where string, args []any) {
	where, args = `a.status = 'waiting' AND a.incident IS NULL AND a.deadline_at > ?`, []any{database.Millis(now)}
	if findUser(d.deciders(Plan{}), userid) == "" { // a super approver may decide everything
		where, args = where+` AND a.id IN (SELECT alarm FROM alarm_approver WHERE folded = ?)`, append(args, fold(userid))
	}
	return where, args
}
