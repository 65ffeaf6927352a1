package approval

import (
	"context"
	"database/sql"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

const (
	timeoutBatch = 100
	// maxSleep bounds the trust in one timer, should the machine have slept or
	// its clock been set.
	maxSleep = time.Minute
	minSleep = time.Second // after an error
)

// Start begins to time alarms out, those first whose deadline passed while no
// process ran. Once is enough.
func (d *Desk) Start() {
	if d.started.CompareAndSwap(false, true) {
		go d.watch()
	}
}

// Stop ends the timing out.
func (d *Desk) Stop(ctx context.Context) error {
	if !d.started.Load() {
		return nil
	}
	d.stopOnce.Do(func() { close(d.stop) })
	select {
	case <-d.stopped:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *Desk) watch() {
	defer close(d.stopped)
	for {
		sleep := d.timeOutDue(context.Background())
		timer := time.NewTimer(sleep)
		select {
		case <-timer.C:
		case <-d.timer:
			timer.Stop()
		case <-d.stop:
			timer.Stop()
			return
		}
	}
}

// nearer makes the timer look again.
func (d *Desk) nearer() {
	select {
	case d.timer <- struct{}{}:
	default:
	}
}

// timeOutDue times out what is due and returns the time to the next deadline.
func (d *Desk) timeOutDue(ctx context.Context) (sleep time.Duration) {
	sleep = maxSleep
	count := 0
	err := d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		now := time.Now()
		alarms, err := list(ctx, tx, `status = 'waiting' AND deadline_at <= ? ORDER BY deadline_at LIMIT ?`,
			database.Millis(now), timeoutBatch)
		if err != nil {
			return err
		}
		for _, a := range alarms {
			if _, _, err := d.timeOut(ctx, tx, a, now); err != nil {
				return err
			}
		}
		count = len(alarms)
		var next sql.NullInt64
		err = tx.QueryRowContext(ctx, `SELECT min(deadline_at) FROM alarm WHERE status = 'waiting'`).Scan(&next)
		if next.Valid {
			sleep = min(sleep, max(database.Time(next.Int64).Sub(now), 0))
		}
		return err
	})
	if err != nil {
		d.cfg.Log.ErrorContext(ctx, "alarms cannot be timed out", "err", err)
		return minSleep
	}
	if count > 0 {
		d.cfg.Wake()
		d.cfg.Log.InfoContext(ctx, "alarms timed out", "count", count)
	}
	return sleep
}

// timeOut is the timer's verdict. It never approves.
func (d *Desk) timeOut(ctx context.Context, tx *sql.Tx, a Alarm, now time.Time) (Alarm, bool, error) {
	return d.settle(ctx, tx, a, verdict{status: TimedOut, step: StepTimedOut, event: EventTimedOut,
		actor: System, channel: ChannelTimer, at: now})
}
