package outbox

import (
	"context"
	"database/sql"
	"slices"
	"sync"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// maxSleep bounds the trust in one timer: after a suspended machine or a
// corrected clock the next look is not far.
const maxSleep = time.Minute

// head is the first waiting row of a group, the only one that may go.
type head struct {
	id       int64
	group    string
	kind     string
	attempts int
	next     time.Time
}

// dispatch starts a goroutine per group that has something due, as the slots
// allow.
func (w *Worker) dispatch() {
	var groups sync.WaitGroup
	go w.commit()
	groups.Go(w.prune)
	defer func() {
		groups.Wait()
		close(w.jobs)
	}()

	var queue []head
	running := slots{width: w.cfg.Groups, taken: map[string]head{}}
	var looks looks
	look := true
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if look {
			if wait := looks.wait(time.Now()); wait > 0 {
				timer.Reset(wait)
			} else {
				var sleep, cost time.Duration
				queue, sleep, cost = w.due(running)
				looks.took(time.Now(), cost)
				timer.Reset(sleep)
			}
			look = false
		}
		queue = slices.DeleteFunc(queue, func(h head) bool {
			if !running.take(h) {
				return false
			}
			groups.Go(func() {
				w.work(h)
				select {
				case w.ended <- h.group:
				case <-w.stop:
				}
			})
			return true
		})
		select {
		case <-w.wake: // of a kind, perhaps, that has slots while the queue's has none
			look = true
		case <-timer.C:
			look = true
		case group := <-w.ended:
			running.free(group)
			// The group may have a next row, and a final state may have added others;
			// reading all heads for every delivery would be dear while many wait.
			look = !slices.ContainsFunc(queue, running.has)
		case <-w.stop:
			return
		}
	}
}

// due reads the heads that may go now, oldest first, and how long to sleep if
// nothing else happens; cost is of the reading alone.
func (w *Worker) due(running slots) (ready []head, sleep, cost time.Duration) {
	heads, cost, err := w.heads()
	if err != nil {
		w.cfg.Log.Error("outbox: the waiting rows cannot be read", "err", err)
		return nil, firstBackoff, cost
	}
	now := time.Now()
	sleep = maxSleep
	for _, h := range heads {
		_, runs := running.taken[h.group]
		switch wait := h.next.Sub(now); {
		case runs:
		case wait <= 0, wait > lastBackoff: // no wait is longer: the clock was set back
			ready = append(ready, h)
		default:
			sleep = min(sleep, wait)
		}
	}
	return ready, sleep, cost
}

// heads also tells how long it kept everybody else from the database.
func (w *Worker) heads() (heads []head, cost time.Duration, err error) {
	ctx := context.Background()
	err = w.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		begin := time.Now()
		defer func() { cost = time.Since(begin) }()
		// With min() SQLite takes the bare columns from the row of the minimum
		// (sqlite.org/lang_select.html, "bare columns").
		rows, err := tx.QueryContext(ctx, `SELECT min(id), grp, kind, attempts, next_at FROM outbox
			WHERE state = 'waiting' GROUP BY grp ORDER BY 5, 1`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var h head
			var next int64
			if err := rows.Scan(&h.id, &h.group, &h.kind, &h.attempts, &next); err != nil {
				return err
			}
			h.next = database.Time(next)
			heads = append(heads, h)
		}
		return rows.Err()
	})
	return heads, cost, err
}
