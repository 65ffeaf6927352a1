package approval

import (
	"context"
	"database/sql"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

const (
	everyHour  = time.Hour
	pruneStep  = 500
	prunePause = 50 * time.Millisecond // between two steps, for others
	// keepNotices is as long as the outbox keeps what did not arrive.
	keepNotices = 30 * 24 * time.Hour
)

// hourly tells the audit's head and forgets old notices until the desk stops.
func (d *Desk) hourly() {
	d.tellHead()
	defer d.tellHead()
	next := time.Now().Add(everyHour)
	for {
		select {
		case <-time.After(time.Until(next)):
		case <-d.stop:
			return
		}
		next = next.Add(everyHour)
		d.tellHead()
		for d.prune() {
			select {
			case <-time.After(prunePause):
			case <-d.stop:
				return
			}
		}
	}
}

func (d *Desk) tellHead() {
	h, err := d.AuditHead(context.Background())
	if err != nil {
		d.cfg.Log.Error("the audit's head cannot be read", "err", err)
		return
	}
	d.cfg.Head(h)
}

// prune reports whether there may be more.
func (d *Desk) prune() bool {
	ctx := context.Background()
	var gone int64
	err := d.cfg.DB.Tx(ctx, func(tx *sql.Tx) (err error) {
		gone, err = pruneNotices(ctx, tx, time.Now())
		return err
	})
	if err != nil {
		d.cfg.Log.Error("old notices cannot be removed", "err", err)
	}
	return err == nil && gone >= pruneStep
}

// pruneNotices forgets what is neither counted nor shown any more.
func pruneNotices(ctx context.Context, tx *sql.Tx, now time.Time) (n int64, err error) {
	for _, old := range []struct {
		query  string
		before time.Time
	}{
		{`DELETE FROM notice_member WHERE (folded, at, row) IN (SELECT folded, at, row FROM notice_member WHERE at <= ? LIMIT ?)`, now.Add(-time.Hour)},
		{`DELETE FROM notice WHERE row IN (SELECT row FROM notice WHERE ended_at <> 0 AND ended_at <= ? LIMIT ?)`, now.Add(-keepNotices)},
	} {
		res, err := tx.ExecContext(ctx, old.query, database.Millis(old.before), pruneStep)
		if err != nil {
			return 0, err
		}
		gone, err := res.RowsAffected()
		if err != nil {
			return 0, err
		}
		n = max(n, gone)
	}
	return n, nil
}
