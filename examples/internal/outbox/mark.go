package outbox

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// mark asks for the state of one row to be stored.
type mark struct {
	row   Row
	reply chan<- marked
}

type marked struct {
	next int64
	err  error
}

const maxBatch = 128

// mark stores states, all that are waiting in one transaction: each commit
// waits for the disk, and groups that deliver beside each other share the wait.
func (w *Worker) mark() {
	defer close(w.stopped)
	for first := range w.marks {
		batch := []mark{first}
	gather:
		for len(batch) < maxBatch {
			select {
			case m, ok := <-w.marks:
				if !ok {
					break gather
				}
				batch = append(batch, m)
			default:
				break gather
			}
		}
		if err := w.store(batch); err == nil {
			continue
		}
		// One bad row must not undo the others.
		for _, m := range batch {
			if err := w.store([]mark{m}); err != nil {
				m.reply <- marked{err: err}
			}
		}
	}
}

// store replies only after a commit.
func (w *Worker) store(batch []mark) error {
	ctx := context.Background()
	replies := make([]marked, len(batch))
	err := w.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		for i, m := range batch {
			next, err := w.storeOne(ctx, tx, m.row)
			if err != nil {
				return err
			}
			replies[i].next = next
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, m := range batch {
		m.reply <- replies[i]
	}
	return nil
}

func (w *Worker) storeOne(ctx context.Context, tx *sql.Tx, r Row) (next int64, err error) {
	_, err = tx.ExecContext(ctx, `UPDATE outbox SET state = ?, attempts = ?, next_at = ?, last_error = ?, result = ?
		WHERE id = ? AND state = 'waiting'`, r.State, r.Attempts, database.Millis(r.Next), r.LastError, r.Result, r.ID)
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
	if wait := time.Until(database.Time(due)); errors.Is(err, sql.ErrNoRows) || wait > 0 && wait <= lastBackoff {
		return 0, nil
	}
	return next, err
}
