package approval

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// IncidentWindow is how long after its first alarm an incident takes further
// ones in (异常防御: alarms of one dimension are approved together).
const IncidentWindow = 30 * time.Minute

// incident is the alarm that a new one joins, 0 if it is to be asked for itself:
// plans of ModePage gather the alarms of one alarm_type and ip. An incident that
// is decided, or whose time is over, takes nothing in.
func (d *Desk) incident(ctx context.Context, tx *sql.Tx, a Alarm) (leader int64, err error) {
	if a.Plan.Mode != ModePage {
		return 0, nil
	}
	err = tx.QueryRowContext(ctx, `SELECT id FROM alarm
		WHERE status = 'waiting' AND incident IS NULL AND alarm_type = ? AND ip = ? AND pushed_at > ? AND deadline_at > ? LIMIT 1`,
		a.Type, a.IP, database.Millis(a.Pushed.Add(-IncidentWindow)), database.Millis(a.Pushed)).Scan(&leader)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return leader, err
}

// join records an alarm that nobody is asked about: its incident's approval is
// under way.
func (d *Desk) join(ctx context.Context, tx *sql.Tx, a Alarm) error {
	leader := Alarm{ID: a.Incident}
	return d.record(ctx, tx, Entry{At: a.Pushed, Alarm: a.ID, Actor: a.AppID, Channel: ChannelPush, Step: StepJoined,
		Detail: fmt.Sprintf("incident %s: one approval for all alarms of %s on %s", leader.Number(), a.Type, a.IP)})
}
