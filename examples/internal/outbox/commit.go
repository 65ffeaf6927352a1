package outbox

import (
	"context"
	"database/sql"
)

// job is work for the next transaction. It may run twice, of which one is undone.
type job struct {
	do   func(ctx context.Context, tx *sql.Tx) error
	done chan<- error
}

const maxBatch = 128

// tx runs do in a transaction that it shares with whatever else waits for one:
// each commit waits for the disk, and groups that deliver beside each other wait
// together.
func (w *Worker) tx(do func(ctx context.Context, tx *sql.Tx) error) error {
	done := make(chan error, 1)
	w.jobs <- job{do, done}
	return <-done
}

// commit runs the jobs until there can be no more.
func (w *Worker) commit() {
	defer close(w.stopped)
	for first := range w.jobs {
		batch := []job{first}
	gather:
		for len(batch) < maxBatch {
			select {
			case j, ok := <-w.jobs:
				if !ok {
					break gather
				}
				batch = append(batch, j)
			default:
				break gather
			}
		}
		err := w.together(batch)
		for _, j := range batch {
			if err != nil && len(batch) > 1 {
				// One bad row must not undo the others.
				j.done <- w.together([]job{j})
				continue
			}
			j.done <- err
		}
	}
}

func (w *Worker) together(batch []job) error {
	ctx := context.Background()
	return w.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		for _, j := range batch {
			if err := j.do(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}
