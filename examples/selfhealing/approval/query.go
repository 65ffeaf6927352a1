package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// ErrNoAlarm means that there is no alarm of that number.
var ErrNoAlarm = errors.New("approval: no such alarm")

// Get returns an alarm and its history, with that of its incident, oldest first.
func (d *Desk) Get(ctx context.Context, id int64) (a Alarm, entries []Entry, err error) {
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		if a, err = get(ctx, tx, id); err != nil {
			return err
		}
		entries, err = history(ctx, tx, id, a.Incident)
		return err
	})
	return a, entries, err
}

// Waiting lists what the member may decide now, the nearest deadline first, at
// most limit. A super approver may decide everything.
func (d *Desk) Waiting(ctx context.Context, userid string, limit int) (alarms []Alarm, err error) {
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		where, args := d.waiting(userid, time.Now())
		alarms, err = list(ctx, tx, where+` ORDER BY a.deadline_at, a.id LIMIT ?`, append(args, limit)...)
		return err
	})
	return alarms, err
}

// Counts says how many alarms are in each status; those that have joined an
// incident are counted as Joined.
func (d *Desk) Counts(ctx context.Context) (map[Status]int, error) {
	counts := map[Status]int{}
	err := d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT CASE WHEN incident IS NULL THEN status ELSE 'joined' END, count(*)
			FROM alarm GROUP BY 1`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var s Status
			var n int
			if err := rows.Scan(&s, &n); err != nil {
				return err
			}
			counts[s] = n
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("approval: %w", err)
	}
	return counts, nil
}

func get(ctx context.Context, tx *sql.Tx, id int64) (Alarm, error) {
	alarms, err := list(ctx, tx, `a.id = ?`, id)
	if err != nil {
		return Alarm{}, err
	}
	if len(alarms) == 0 {
		return Alarm{}, ErrNoAlarm
	}
	return alarms[0], nil
}

// list reads alarms a; where is SQL of this package, never a caller's. What has
// become of an alarm stands with its incident i, which is itself if it joined
// none.
func list(ctx context.Context, tx *sql.Tx, where string, args ...any) (alarms []Alarm, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT a.id, a.app_id, a.source_id, a.source_time, a.ip, a.alarm_type, a.content, a.context,
		i.plan, i.status, a.pushed_at, i.deadline_at, i.version, coalesce(a.incident, 0),
		(SELECT count(*) FROM alarm j WHERE j.incident = a.id),
		i.decided_by, i.decided_at, i.approved, i.channel, i.reason, i.asked_row, i.run_id, i.run_error
		FROM alarm a JOIN alarm i ON i.id = coalesce(a.incident, a.id) WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var a Alarm
		var source, pushed, deadline, decided int64
		var alarmContext, plan []byte
		if err := rows.Scan(&a.ID, &a.AppID, &a.SourceID, &source, &a.IP, &a.Type, &a.Content, &alarmContext, &plan, &a.Status,
			&pushed, &deadline, &a.Version, &a.Incident, &a.Joined, &a.DecidedBy, &decided, &a.Approved, &a.Channel, &a.Reason, &a.AskedRow, &a.RunID, &a.RunError); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plan, &a.Plan); err != nil {
			return nil, fmt.Errorf("the stored plan of alarm %d cannot be read: %w", a.ID, err)
		}
		a.Context = alarmContext
		a.SourceTime, a.Pushed = database.Time(source), database.Time(pushed)
		a.Deadline, a.DecidedAt = database.Time(deadline), database.Time(decided)
		alarms = append(alarms, a)
	}
	return alarms, rows.Err()
}
