package approval

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// ErrNoPlan means that no plan answers the alarm's type.
var ErrNoPlan = errors.New("approval: no plan for this alarm_type")

// FieldError tells a pusher which field of its alarm is refused.
type FieldError struct{ Field, Problem string }

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// SourceWindow is how far source_time may be from the server's time.
const SourceWindow = 24 * time.Hour

const (
	maxShort   = 256 // bytes of ip, source_id, alarm_type, app_id
	maxContent = 64 << 10
)

// Push takes an alarm; of a only what was pushed is read. The same AppID and
// SourceID again changes nothing: it returns the number of the first and again.
// Errors: *FieldError, ErrNoPlan, or the database's.
func (d *Desk) Push(ctx context.Context, a Alarm) (id int64, again bool, err error) {
	now := time.Now()
	if err := a.check(now); err != nil {
		return 0, false, err
	}
	plan, ok := d.cfg.Plans.For(a.Type)
	if !ok {
		return 0, false, fmt.Errorf("%w: %q", ErrNoPlan, a.Type)
	}
	a.Plan, a.Status, a.Pushed, a.Deadline = plan, Waiting, now, now.Add(plan.Timeout)
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		id, again, err = d.insert(ctx, tx, a)
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("approval: push: %w", err)
	}
	if !again {
		d.cfg.Wake()
		d.nearer()
	}
	return id, again, nil
}

func (a Alarm) check(now time.Time) error {
	for _, f := range []struct {
		name, value string
		max         int
		line        bool
	}{
		{"app_id", a.AppID, maxShort, true},
		{"ip", a.IP, maxShort, true},
		{"source_id", a.SourceID, maxShort, true},
		{"alarm_type", a.Type, maxShort, true},
		{"alarm_content", a.Content, maxContent, false},
	} {
		switch {
		case strings.TrimSpace(f.value) == "":
			return &FieldError{f.name, "is missing"}
		case len(f.value) > f.max:
			return &FieldError{f.name, fmt.Sprintf("has %d bytes, the limit is %d", len(f.value), f.max)}
		case !utf8.ValidString(f.value):
			return &FieldError{f.name, "is not UTF-8"}
		case f.line && strings.ContainsFunc(f.value, unicode.IsControl):
			return &FieldError{f.name, "has a control character"}
		}
	}
	if a.SourceTime.IsZero() {
		return &FieldError{"source_time", "is missing"}
	}
	if off := now.Sub(a.SourceTime).Abs(); off > SourceWindow {
		return &FieldError{"source_time", fmt.Sprintf("is %v off: the server's time is %s",
			off.Round(time.Second), now.In(a.SourceTime.Location()).Format("2006-01-02 15:04:05 -0700 MST"))}
	}
	if len(a.Context) > maxContent {
		return &FieldError{"alarm_context", fmt.Sprintf("has %d bytes, the limit is %d", len(a.Context), maxContent)}
	}
	if a.Context != nil && (!json.Valid(a.Context) || !bytes.HasPrefix(bytes.TrimSpace(a.Context), []byte("{"))) {
		return &FieldError{"alarm_context", "is not a JSON object"}
	}
	return nil
}

func (d *Desk) insert(ctx context.Context, tx *sql.Tx, a Alarm) (id int64, again bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT id FROM alarm WHERE app_id = ? AND source_id = ?`, a.AppID, a.SourceID).Scan(&id)
	if err == nil {
		return id, true, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, false, err
	}
	plan, err := json.Marshal(a.Plan)
	if err != nil {
		return 0, false, err
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO alarm
		(app_id, source_id, source_time, ip, alarm_type, content, context, plan, pushed_at, deadline_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.AppID, a.SourceID, database.Millis(a.SourceTime), a.IP, a.Type, a.Content, []byte(a.Context), plan,
		database.Millis(a.Pushed), database.Millis(a.Deadline))
	if err != nil {
		return 0, false, err
	}
	if a.ID, err = res.LastInsertId(); err != nil {
		return 0, false, err
	}
	for _, approver := range a.Plan.Approvers {
		_, err := tx.ExecContext(ctx, `INSERT INTO alarm_approver (folded, alarm) VALUES (?, ?)`, fold(approver), a.ID)
		if err != nil {
			return 0, false, err
		}
	}
	to := d.deciders(a.Plan)
	detail := "asked: " + strings.Join(to, ", ")
	if len(to) == 0 {
		detail = "nobody may decide: the plan names no approver and there is no super approver"
		d.cfg.Log.WarnContext(ctx, "alarm that nobody may decide", "alarm", a.Number(), "plan", a.Plan.AlarmType)
	}
	err = record(ctx, tx, a.ID, Entry{At: a.Pushed, Actor: a.AppID, Channel: ChannelPush, Step: StepPushed, Detail: detail})
	if err != nil {
		return 0, false, err
	}
	row, err := d.tell(ctx, tx, Event{Kind: EventAsked, Alarm: a, To: to})
	if err != nil {
		return 0, false, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE alarm SET asked_row = ? WHERE id = ?`, row, a.ID)
	return a.ID, false, err
}
