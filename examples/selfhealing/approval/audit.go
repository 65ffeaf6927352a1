package approval

import (
	"context"
	"database/sql"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// Step is what an audit row records.
type Step string

const (
	StepPushed         Step = "pushed"
	StepApproved       Step = "approved"
	StepRejected       Step = "rejected"
	StepTimedOut       Step = "timed_out"
	StepRunStarted     Step = "run_started"
	StepRunSucceeded   Step = "run_succeeded"
	StepRunFailed      Step = "run_failed"
	StepMessageFailed  Step = "message_failed"
	StepMessageUnknown Step = "message_unknown" // 结果未知
)

// Entry is one audit row. Rows are only ever added.
type Entry struct {
	At      time.Time
	Actor   string // a userid, an app id, or System
	Channel Channel
	Step    Step
	Detail  string
}

func record(ctx context.Context, tx *sql.Tx, alarm int64, e Entry) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO alarm_audit (alarm, at, actor, channel, step, detail) VALUES (?, ?, ?, ?, ?, ?)`,
		alarm, database.Millis(e.At), e.Actor, e.Channel, e.Step, e.Detail)
	return err
}

func history(ctx context.Context, tx *sql.Tx, alarm int64) (entries []Entry, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT at, actor, channel, step, detail FROM alarm_audit WHERE alarm = ? ORDER BY id`, alarm)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var e Entry
		var at int64
		if err := rows.Scan(&at, &e.Actor, &e.Channel, &e.Step, &e.Detail); err != nil {
			return nil, err
		}
		e.At = database.Time(at)
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
