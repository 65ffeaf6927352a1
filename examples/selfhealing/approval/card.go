package approval

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/outbox"
)

// MaxCardTimeout is how long a plan of ModeCard may wait: older documents let a
// card be changed for 24 h only (vendor's document: message/update_template_card).
const MaxCardTimeout = 24 * time.Hour

// cardUpdateLife is how long a change of a card is tried. Since a code works
// once, repetitions do no harm.
const cardUpdateLife = 24 * time.Hour

// updateCards has all cards of a decided alarm changed that have arrived, each
// for everybody but the member whose tap decided: the passive reply changes that
// one. Cards that are under way follow when they have arrived.
func (d *Desk) updateCards(ctx context.Context, tx *sql.Tx, a Alarm, v verdict) error {
	cards, err := cardsOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	for _, n := range cards {
		// A code works once: whatever becomes of this change, there is no second.
		if _, err := tx.ExecContext(ctx, `UPDATE notice SET code = '' WHERE row = ?`, n.row); err != nil {
			return err
		}
		to := n.reached
		for _, lost := range n.lost {
			to = withoutUser(to, lost)
		}
		if n.taskID == v.taskID {
			to = withoutUser(to, v.actor)
		}
		if len(to) == 0 {
			continue
		}
		e := Event{Kind: EventCardUpdate, Alarm: a, To: to, TaskID: n.taskID, ResponseCode: n.code}
		// A group of its own: a card that cannot be changed must not hold messages back.
		_, err := d.draft(ctx, tx, e, outbox.Draft{Group: fmt.Sprintf("card/%d", n.row), Life: cardUpdateLife, AtExpiry: outbox.Failed})
		if err != nil {
			return err
		}
	}
	return nil
}

func cardsOf(ctx context.Context, tx *sql.Tx, alarm int64) (cards []notice, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+noticeColumns+` FROM notice WHERE alarm = ? AND code <> '' ORDER BY row`, alarm)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		n, err := scanNotice(rows)
		if err != nil {
			return nil, err
		}
		cards = append(cards, n)
	}
	return cards, rows.Err()
}

// cardAlarm is the alarm that a card asks about, 0 if there is no such card.
func cardAlarm(ctx context.Context, tx *sql.Tx, taskID string) (alarm int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT alarm FROM notice WHERE task_id = ? AND task_id <> ''`, taskID).Scan(&alarm)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return alarm, err
}
