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
		row, err := w.load(id)
		if err != nil {
			w.cfg.Log.Error("outbox: a row cannot be read", "row", id, "err", err)
			w.pause(firstBackoff)
			return
		}
		if now := time.Now(); now.Before(row.Expires) {
			result, err := w.attempt(row)
			row = row.outcome(time.Now(), result, err)
		} else {
			row = row.expired()
		}
		id = w.settle(row)
		select {
		case <-w.stop:
			return
		default:
		}
	}
}

func (w *Worker) load(id int64) (row Row, err error) {
	ctx := context.Background()
	err = w.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		row, err = Get(ctx, tx, id)
		return err
	})
	return row, err
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
		reply := make(chan marked, 1)
		w.marks <- mark{row, reply}
		m := <-reply
		if m.err == nil {
			return m.next
		}
		w.cfg.Log.Error("outbox: the state of a row cannot be stored", "row", row.ID, "state", string(row.State), "err", m.err)
		if !w.pause(backoff(tries)) {
			return 0
		}
	}
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
