package outbox

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// settle stores what came of an attempt and returns the group's next row that
// is due, or 0. It goes on trying while the database is away: delivering again
// instead would send twice.
func (w *Worker) settle(row Row) (next int64) {
	level := w.cfg.Log.Info
	if row.State != Done {
		level = w.cfg.Log.Warn
	}
	level("outbox", "row", row.ID, "kind", row.Kind, "group", row.Group, "state", string(row.State),
		"attempts", row.Attempts, "err", row.LastError)
	for tries := 1; ; tries++ {
		err := w.tx(func(ctx context.Context, tx *sql.Tx) (err error) {
			next, err = w.store(ctx, tx, row)
			return err
		})
		if err == nil {
			return next
		}
		w.cfg.Log.Error("outbox: the state of a row cannot be stored", "row", row.ID, "state", string(row.State), "err", err)
		if !w.pause(backoff(tries)) {
			return 0
		}
	}
}

func (w *Worker) store(ctx context.Context, tx *sql.Tx, r Row) (next int64, err error) {
	if r.State != Waiting {
		r.Ended = time.Now()
	}
	_, err = tx.ExecContext(ctx, `UPDATE outbox SET state = ?, attempts = ?, next_at = ?, last_error = ?, result = ?, ended_at = ?
		WHERE id = ? AND state = 'waiting'`,
		r.State, r.Attempts, database.Millis(r.Next), r.LastError, r.Result, database.Millis(r.Ended), r.ID)
	if err != nil {
		return 0, err
	}
	if r.State == Waiting {
		return 0, nil
	}
	if w.cfg.Finished != nil {
		if err := w.cfg.Finished(ctx, tx, r); err != nil {
			return 0, err
		}
	}
	var due int64
	err = tx.QueryRowContext(ctx, `SELECT id, next_at FROM outbox WHERE grp = ? AND state = 'waiting'
		ORDER BY id LIMIT 1`, r.Group).Scan(&next, &due)
	if wait := time.Until(database.Time(due)); errors.Is(err, sql.ErrNoRows) || wait > 0 {
		return 0, nil
	}
	return next, err
}

// pause reports false if the worker was stopped.
func (w *Worker) pause(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-w.stop:
		return false
	}
}
