package approval

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

const (
	// timerBatch bounds a transaction that everybody waits for.
	timerBatch = 100
	// maxSleep bounds the trust in one timer, should the machine have slept or
	// its clock been set.
	maxSleep = time.Minute
	minSleep = time.Second // after an error
)

// Start begins to remind and to time alarms out, those first whose time came
// while no process ran. Once is enough.
func (d *Desk) Start() {
	if !d.started.CompareAndSwap(false, true) {
		return
	}
	var running sync.WaitGroup
	running.Go(d.watch)
	running.Go(d.hourly)
	go func() {
		running.Wait()
		close(d.stopped)
	}()
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
	for {
		sleep := d.due(context.Background())
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

// due does what is due and returns the time to what is next.
func (d *Desk) due(ctx context.Context) (sleep time.Duration) {
	sleep = maxSleep
	var timedOut, reminded int
	err := d.cfg.DB.Tx(ctx, func(tx *sql.Tx) (err error) {
		now := time.Now()
		if timedOut, err = d.timeOutDue(ctx, tx, now); err != nil {
			return err
		}
		if reminded, err = d.remindDue(ctx, tx, now); err != nil {
			return err
		}
		var next sql.NullInt64
		err = tx.QueryRowContext(ctx, `SELECT min(at) FROM (
			SELECT min(deadline_at) AS at FROM alarm WHERE status = 'waiting' AND incident IS NULL
			UNION ALL SELECT min(remind_at) FROM alarm WHERE remind_at <> 0)`).Scan(&next)
		if next.Valid {
			sleep = min(sleep, max(database.Time(next.Int64).Sub(now), 0))
		}
		return err
	})
	if err != nil {
		d.cfg.Log.ErrorContext(ctx, "alarms cannot be timed out", "err", err)
		return minSleep
	}
	if timedOut+reminded > 0 {
		d.cfg.Wake()
		d.cfg.Log.InfoContext(ctx, "timer", "timed_out", timedOut, "reminded", reminded)
	}
	return sleep
}

func (d *Desk) timeOutDue(ctx context.Context, tx *sql.Tx, now time.Time) (n int, err error) {
	alarms, err := list(ctx, tx, `a.status = 'waiting' AND a.incident IS NULL AND a.deadline_at <= ?
		ORDER BY a.deadline_at LIMIT ?`, database.Millis(now), timerBatch)
	if err != nil {
		return 0, err
	}
	for _, a := range alarms {
		if _, _, err := d.timeOut(ctx, tx, a, now); err != nil {
			return 0, err
		}
	}
	return len(alarms), nil
}

// timeOut is the timer's verdict. It never approves.
func (d *Desk) timeOut(ctx context.Context, tx *sql.Tx, a Alarm, now time.Time) (Alarm, bool, error) {
	return d.settle(ctx, tx, a, verdict{status: TimedOut, step: StepTimedOut, event: EventTimedOut,
		actor: System, channel: ChannelTimer, at: now})
}

// remindDue reminds once of what has waited for half of its time: that it has is
// taken back in the transaction that stores the message.
func (d *Desk) remindDue(ctx context.Context, tx *sql.Tx, now time.Time) (n int, err error) {
	alarms, err := list(ctx, tx, `a.remind_at <> 0 AND a.remind_at <= ? AND a.deadline_at > ?
		ORDER BY a.remind_at LIMIT ?`, database.Millis(now), database.Millis(now), timerBatch)
	if err != nil {
		return 0, err
	}
	for _, a := range alarms {
		if _, err := tx.ExecContext(ctx, `UPDATE alarm SET remind_at = 0 WHERE id = ?`, a.ID); err != nil {
			return 0, err
		}
		if _, err := d.tell(ctx, tx, Event{Kind: EventReminder, Alarm: a, To: d.deciders(a.Plan)}); err != nil {
			return 0, err
		}
	}
	return len(alarms), nil
}
