package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

const (
	pruneEvery = time.Hour
	pruneStep  = 200 // rows: a transaction that everybody waits for is short
	prunePause = 50 * time.Millisecond
)

// prune removes old rows until the worker stops.
func (w *Worker) prune() {
	for {
		n, err := w.pruneOnce(time.Now())
		if err != nil {
			w.cfg.Log.Error("outbox: old rows cannot be removed", "err", err)
		}
		wait := pruneEvery
		if err == nil && n >= pruneStep {
			wait = prunePause
		}
		if !w.pause(wait) {
			return
		}
	}
}

// pruneOnce removes at most pruneStep rows of each sort.
func (w *Worker) pruneOnce(now time.Time) (most int64, err error) {
	err = w.tx(func(ctx context.Context, tx *sql.Tx) error {
		most = 0
		for _, old := range []struct {
			states string
			keep   time.Duration
		}{{`'done'`, w.cfg.Keep}, {`'failed', 'unknown'`, w.cfg.KeepLost}} {
			res, err := tx.ExecContext(ctx, fmt.Sprintf(`DELETE FROM outbox WHERE id IN
				(SELECT id FROM outbox WHERE state IN (%s) AND ended_at <= ? LIMIT %d)`, old.states, pruneStep),
				database.Millis(now.Add(-old.keep)))
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			most = max(most, n)
		}
		return nil
	})
	return most, err
}
