package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// work delivers the rows of one group until none is due or the worker stops.
func (w *Worker) work(h head) {
	for id := h.id; id != 0; {
		row, ready, err := w.take(id)
		if err != nil {
			w.cfg.Log.Error("outbox: a row cannot be read", "row", id, "err", err)
			w.pause(firstBackoff)
			return
		}
		if ready {
			result, err := w.attempt(row)
			row = row.outcome(time.Now(), result, err)
		}
		id = w.settle(row)
		select {
		case <-w.stop:
			return
		default:
		}
	}
}

// take reads a row and fixes it. What is not ready to be delivered has the state
// to be stored instead.
func (w *Worker) take(id int64) (row Row, ready bool, err error) {
	var refused error
	err = w.tx(func(ctx context.Context, tx *sql.Tx) (err error) {
		refused = nil
		if row, err = Get(ctx, tx, id); err != nil {
			return err
		}
		if w.cfg.Fix == nil || row.Fixed || !time.Now().Before(row.Expires) {
			return nil
		}
		refused = w.fix(ctx, tx, &row)
		return refused
	})
	switch now := time.Now(); {
	case refused != nil:
		return row.outcome(now, nil, refused), false, nil
	case err != nil:
		return row, false, err
	case !now.Before(row.Expires):
		return row.expired(), false, nil
	case row.Fixed && row.Kind == "":
		row.State = Done
		return row, false, nil
	}
	return row, true, nil
}

// fix asks what the row is delivered as; a panic there is one failed attempt.
func (w *Worker) fix(ctx context.Context, tx *sql.Tx, row *Row) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("fixing row %d panicked: %T", row.ID, p)
		}
	}()
	f, err := w.cfg.Fix(ctx, tx, *row)
	if err != nil {
		return err
	}
	if f.Payload == nil {
		f.Payload = []byte{}
	}
	_, err = tx.ExecContext(ctx, `UPDATE outbox SET kind = ?, payload = ?, fixed = 1 WHERE id = ?`, f.Kind, f.Payload, row.ID)
	if err == nil {
		row.Kind, row.Payload, row.Fixed = f.Kind, f.Payload, true
	}
	return err
}

// attempt calls the deliverer; a panic in it is one failed attempt.
func (w *Worker) attempt(row Row) (result []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			result, err = nil, fmt.Errorf("the deliverer of %q panicked: %T", row.Kind, p)
		}
	}()
	deliver, ok := w.cfg.Deliver[row.Kind]
	if !ok {
		return nil, fmt.Errorf("nothing delivers rows of kind %q in this process", row.Kind)
	}
	ctx, cancel := context.WithTimeout(w.ctx, w.cfg.Timeout)
	defer cancel()
	return deliver(ctx, row)
}
