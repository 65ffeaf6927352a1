package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
)

// Finished is the outbox's hook for final rows: it records how a run ended, whom
// a message has reached, and which did not arrive.
func (d *Desk) Finished(ctx context.Context, tx *sql.Tx, row outbox.Row) error {
	err := d.finished(ctx, tx, row)
	if err != nil {
		return fmt.Errorf("approval: row %d: %w", row.ID, err)
	}
	return nil
}

func (d *Desk) finished(ctx context.Context, tx *sql.Tx, row outbox.Row) error {
	if row.Kind == KindRun {
		return d.runFinished(ctx, tx, row)
	}
	now := time.Now()
	if err := landed(ctx, tx, row.ID, now); err != nil {
		return err
	}
	n, ok, err := readNotice(ctx, tx, row.ID)
	if err != nil {
		return err
	}
	if !ok { // a message of a version that kept no notices
		n = notice{row: row.ID, alarm: alarmOf(row.Group)}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET ended_at = ? WHERE row = ?`, database.Millis(now), row.ID); err != nil {
		return err
	}
	switch {
	case row.State != outbox.Done:
		err = d.messageLost(ctx, tx, n, row)
	case n.event == EventAsked || n.event == EventReminder:
		err = d.asked(ctx, tx, n, row)
	case n.event == EventCardUpdate:
		err = d.record(ctx, tx, Entry{Alarm: n.alarm, Actor: System, Channel: ChannelMessage, Step: StepCardUpdated,
			Detail: fmt.Sprintf("message %d to %s", row.ID, strings.Join(n.reached, ", "))})
	default:
		err = d.unreached(ctx, tx, n, row)
	}
	if err == nil && n.event == EventDigest {
		err = d.digestEnded(ctx, tx, n)
	}
	return err
}

func (d *Desk) messageLost(ctx context.Context, tx *sql.Tx, n notice, row outbox.Row) error {
	if n.alarm == 0 {
		return nil
	}
	step := StepMessageFailed
	if row.State == outbox.Unknown {
		step = StepMessageUnknown
	}
	return d.record(ctx, tx, Entry{Alarm: n.alarm, Actor: System, Channel: ChannelMessage, Step: step,
		Detail: fmt.Sprintf("message %d: %s", row.ID, row.LastError)})
}

// asked records who has been asked or reminded, and keeps the card's code.
func (d *Desk) asked(ctx context.Context, tx *sql.Tx, n notice, row outbox.Row) error {
	if len(n.reached) == 0 {
		return nil
	}
	step := StepAsked
	if n.event == EventReminder {
		step = StepReminded
	}
	err := d.record(ctx, tx, Entry{Alarm: n.alarm, Actor: System, Channel: ChannelMessage, Step: step,
		Detail: fmt.Sprintf("message %d to %s", row.ID, strings.Join(n.reached, ", "))})
	if err != nil {
		return err
	}
	if err := d.unreached(ctx, tx, n, row); err != nil {
		return err
	}
	code := sent(row).ResponseCode
	if n.taskID == "" || code == "" {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET code = ? WHERE row = ?`, string(code), n.row); err != nil {
		return err
	}
	a, err := get(ctx, tx, n.alarm)
	if err != nil || a.Status == Waiting {
		return err
	}
	return d.updateCards(ctx, tx, a, verdict{}) // it was decided while the card was under way
}

// unreached records which members a message could not be sent to.
func (d *Desk) unreached(ctx context.Context, tx *sql.Tx, n notice, row outbox.Row) error {
	lost := sent(row).InvalidUsers
	if len(lost) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET lost = ? WHERE row = ?`, userList(lost), n.row); err != nil || n.alarm == 0 {
		return err
	}
	return d.record(ctx, tx, Entry{Alarm: n.alarm, Actor: System, Channel: ChannelMessage, Step: StepUnreached,
		Detail: fmt.Sprintf("message %d: %s cannot see the app", row.ID, strings.Join(lost, ", "))})
}

// sent reads the result of a delivery; of one that tells nothing it is zero.
func sent(row outbox.Row) (s Sent) {
	if json.Unmarshal(row.Result, &s) != nil {
		return Sent{}
	}
	return s
}
