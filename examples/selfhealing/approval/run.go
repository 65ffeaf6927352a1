package approval

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/bkwecom/wecom/examples/internal/outbox"
)

// KindRun is the outbox kind of runs; [Desk.DeliverRun] delivers them.
const KindRun = "run"

// Post calls a run hook once. id is the webhook-id, the same over all repeats.
// nil means that the hook has accepted. Its error is stored and shown.
type Post func(ctx context.Context, url, id string, body []byte) error

// runRow is the payload of a run's outbox row.
type runRow struct {
	Alarm int64           `json:"alarm"`
	ID    string          `json:"id"`
	URL   string          `json:"url"`
	Body  json.RawMessage `json:"body"`
}

// runBody is what the hook gets.
type runBody struct {
	AlarmID      int64  `json:"alarm_id"`
	Plan         string `json:"plan"`
	IP           string `json:"ip"`
	AlarmContent string `json:"alarm_content"`
	Approver     string `json:"approver"`
	BKUsername   string `json:"bk_username"`
}

// startRun stores the run beside the approval that allows it.
func (d *Desk) startRun(ctx context.Context, tx *sql.Tx, a Alarm, v verdict) (Alarm, error) {
	if a.Plan.Run == nil {
		d.cfg.Log.InfoContext(ctx, "plan without run", "alarm", a.Number(), "plan", a.Plan.Name, "approver", a.DecidedBy)
		return d.endRun(ctx, tx, a, "")
	}
	a.RunID = "run_" + rand.Text()
	if _, err := tx.ExecContext(ctx, `UPDATE alarm SET run_id = ? WHERE id = ?`, a.RunID, a.ID); err != nil {
		return a, err
	}
	body, err := json.Marshal(runBody{AlarmID: a.ID, Plan: a.Plan.Name, IP: a.IP, AlarmContent: a.Content,
		Approver: a.DecidedBy, BKUsername: v.username})
	if err != nil {
		return a, err
	}
	payload, err := json.Marshal(runRow{Alarm: a.ID, ID: a.RunID, URL: a.Plan.Run.URL, Body: body})
	if err != nil {
		return a, err
	}
	// A group of its own: a hook that is away must not hold the messages back.
	_, err = outbox.Add(ctx, tx, outbox.Draft{
		Group: fmt.Sprintf("run/%d", a.ID), Life: a.Plan.Run.Max, AtExpiry: outbox.Failed,
	}, func(int64) (string, []byte, error) { return KindRun, payload, nil })
	return a, err
}

// DeliverRun is the outbox's deliverer of runs.
func (d *Desk) DeliverRun(post Post) outbox.Deliver {
	return func(ctx context.Context, row outbox.Row) ([]byte, error) {
		var run runRow
		if err := json.Unmarshal(row.Payload, &run); err != nil {
			return nil, outbox.Permanent(fmt.Errorf("the stored run cannot be read: %w", err))
		}
		if row.Attempts == 0 {
			if err := d.runBegins(ctx, run); err != nil {
				return nil, fmt.Errorf("approval: %w", err)
			}
		}
		return nil, post(ctx, run.URL, run.ID, run.Body)
	}
}

func (d *Desk) runBegins(ctx context.Context, run runRow) error {
	return d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE alarm SET status = 'running', version = version + 1 WHERE id = ? AND status = 'approved'`, run.Alarm)
		if err != nil {
			return err
		}
		// A process that was killed in its first attempt has recorded it already.
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return d.record(ctx, tx, Entry{Alarm: run.Alarm, Actor: System, Channel: ChannelRun, Step: StepRunStarted, Detail: run.ID})
	})
}

func (d *Desk) runFinished(ctx context.Context, tx *sql.Tx, row outbox.Row) error {
	var run runRow
	if err := json.Unmarshal(row.Payload, &run); err != nil {
		return fmt.Errorf("the stored run cannot be read: %w", err)
	}
	a, err := get(ctx, tx, run.Alarm)
	if err != nil {
		return err
	}
	problem := ""
	if row.State != outbox.Done {
		problem = row.LastError
	}
	_, err = d.endRun(ctx, tx, a, problem)
	return err
}

// endRun records the end of a run; a problem makes it a failure.
func (d *Desk) endRun(ctx context.Context, tx *sql.Tx, a Alarm, problem string) (Alarm, error) {
	e := Event{Kind: EventRunSucceeded, To: []string{a.DecidedBy}}
	entry := Entry{Alarm: a.ID, Actor: System, Channel: ChannelRun, Step: StepRunSucceeded, Detail: a.RunID}
	a.Status, a.RunError = Succeeded, problem
	a.Version++
	if problem != "" {
		a.Status = Failed
		e.Kind, e.To = EventRunFailed, d.deciders(a.Plan)
		entry.Step, entry.Detail = StepRunFailed, problem
	}
	res, err := tx.ExecContext(ctx, `UPDATE alarm SET status = ?, run_error = ?, version = version + 1 WHERE id = ? AND status IN ('approved', 'running')`,
		a.Status, a.RunError, a.ID)
	if err != nil {
		return a, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return a, err
	}
	if err := d.record(ctx, tx, entry); err != nil {
		return a, err
	}
	e.Alarm = a
	_, err = d.tell(ctx, tx, e)
	return a, err
}
