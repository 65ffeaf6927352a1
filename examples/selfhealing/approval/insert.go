package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// insert stores an alarm with everything that its arrival causes.
func (d *Desk) insert(ctx context.Context, tx *sql.Tx, a Alarm) (Receipt, error) {
	again := Receipt{Again: true}
	err := tx.QueryRowContext(ctx, `SELECT id, coalesce(incident, 0) FROM alarm WHERE app_id = ? AND source_id = ?`,
		a.AppID, a.SourceID).Scan(&again.Alarm, &again.Incident)
	if !errors.Is(err, sql.ErrNoRows) {
		return again, err
	}
	if a.Incident, err = d.incident(ctx, tx, a); err != nil {
		return Receipt{}, err
	}
	if a.ID, err = insertRow(ctx, tx, a); err != nil {
		return Receipt{}, err
	}
	if a.Incident != 0 {
		err = d.join(ctx, tx, a)
	} else {
		err = d.ask(ctx, tx, a)
	}
	return Receipt{Alarm: a.ID, Incident: a.Incident}, err
}

func insertRow(ctx context.Context, tx *sql.Tx, a Alarm) (id int64, err error) {
	plan, err := json.Marshal(a.Plan)
	if err != nil {
		return 0, err
	}
	incident := sql.NullInt64{Int64: a.Incident, Valid: a.Incident != 0}
	var remind int64
	if a.Incident == 0 {
		remind = database.Millis(a.Pushed.Add(a.Deadline.Sub(a.Pushed) / 2))
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO alarm
		(app_id, source_id, source_time, ip, alarm_type, content, context, plan, pushed_at, deadline_at, incident, remind_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.AppID, a.SourceID, database.Millis(a.SourceTime), a.IP, a.Type, a.Content, []byte(a.Context), plan,
		database.Millis(a.Pushed), database.Millis(a.Deadline), incident, remind)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// ask stores who may decide the alarm, and the message to them.
func (d *Desk) ask(ctx context.Context, tx *sql.Tx, a Alarm) error {
	for _, approver := range a.Plan.Approvers {
		_, err := tx.ExecContext(ctx, `INSERT INTO alarm_approver (folded, alarm) VALUES (?, ?)`, fold(approver), a.ID)
		if err != nil {
			return err
		}
	}
	to := d.deciders(a.Plan)
	detail := "to be asked: " + strings.Join(to, ", ")
	if len(to) == 0 {
		detail = "nobody may decide: the plan names no approver and there is no super approver"
		d.cfg.Log.WarnContext(ctx, "alarm that nobody may decide", "alarm", a.Number(), "plan", a.Plan.AlarmType)
	}
	err := d.record(ctx, tx, Entry{At: a.Pushed, Alarm: a.ID, Actor: a.AppID, Channel: ChannelPush, Step: StepPushed, Detail: detail})
	if err != nil {
		return err
	}
	row, err := d.tell(ctx, tx, Event{Kind: EventAsked, Alarm: a, To: to})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE alarm SET asked_row = ? WHERE id = ?`, row, a.ID)
	return err
}
