package approval

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// Step is what an audit row records.
type Step string

const (
	StepPushed         Step = "pushed"
	StepJoined         Step = "joined" // an incident
	StepAsked          Step = "asked"  // the message is with WeCom
	StepReminded       Step = "reminded"
	StepDigested       Step = "digested"  // a member is told by a digest instead
	StepUnreached      Step = "unreached" // members who cannot see the app
	StepApproved       Step = "approved"
	StepRejected       Step = "rejected"
	StepTimedOut       Step = "timed_out"
	StepCardUpdated    Step = "card_updated"
	StepRunStarted     Step = "run_started"
	StepRunSucceeded   Step = "run_succeeded"
	StepRunFailed      Step = "run_failed"
	StepMessageFailed  Step = "message_failed"
	StepMessageUnknown Step = "message_unknown" // 结果未知
	StepSettings       Step = "settings_changed"
	StepAdopted        Step = "chain_begun" // the rows before it are older than the chain
)

// Entry is one audit row. Rows are only ever added.
type Entry struct {
	Seq     int64     `json:"seq"` // without gaps, from 1
	At      time.Time `json:"at"`
	Alarm   int64     `json:"alarm,omitempty"` // 0: of no alarm
	Actor   string    `json:"actor"`           // a userid, an app id, a BlueKing user or System
	Channel Channel   `json:"channel,omitempty"`
	Step    Step      `json:"step"`
	Detail  string    `json:"detail,omitempty"`
}

// record adds a row to the chain; At is now if it is zero.
func (d *Desk) record(ctx context.Context, tx *sql.Tx, e Entry) error {
	return appendAudit(ctx, tx, d.cfg.AuditKey, e)
}

// SettingsChanged records, in the transaction that saves them, who has changed
// which settings. It takes names alone: no value belongs into the audit.
func (d *Desk) SettingsChanged(ctx context.Context, tx *sql.Tx, actor string, fields ...string) error {
	if actor == "" || len(fields) == 0 {
		return errors.New("approval: the audit of settings needs who and what")
	}
	for _, f := range fields {
		if !fieldName.MatchString(f) {
			return errors.New("approval: the audit of settings takes names of fields alone")
		}
	}
	return d.record(ctx, tx, Entry{Actor: actor, Channel: ChannelSettings, Step: StepSettings, Detail: strings.Join(fields, ", ")})
}

var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,63}$`)

const auditColumns = `seq, at, alarm, actor, channel, step, detail`

func history(ctx context.Context, tx *sql.Tx, alarm, incident int64) (entries []Entry, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+auditColumns+` FROM audit WHERE alarm IN (?, ?) AND alarm <> 0 ORDER BY seq`, alarm, incident)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

func scanEntry(s interface{ Scan(...any) error }, more ...any) (e Entry, err error) {
	var at int64
	err = s.Scan(append([]any{&e.Seq, &at, &e.Alarm, &e.Actor, &e.Channel, &e.Step, &e.Detail}, more...)...)
	e.At = database.Time(at)
	if err != nil {
		err = fmt.Errorf("the audit cannot be read: %w", err)
	}
	return e, err
}
