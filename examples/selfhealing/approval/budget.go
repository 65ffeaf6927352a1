package approval

import (
	"context"
	"database/sql"
	"math"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// flying is the time of a message that is under way: it counts until it has
// arrived and for a minute, and an hour, from then. Else what could not be sent
// for ten minutes would arrive all at once, and WeCom drop most of it.
const flying = math.MaxInt64

// full reports whether a member has had as many messages as are sent one by one.
func (d *Desk) full(ctx context.Context, tx *sql.Tx, userid string) (bool, error) {
	now := time.Now()
	for _, limit := range []struct {
		per time.Duration
		n   int
	}{{time.Minute, d.cfg.PerMinute}, {time.Hour, d.cfg.PerHour}} {
		var sent int
		// What is later than now was sent before the clock was set back: it is not to
		// count for longer than that.
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM notice_member WHERE folded = ? AND at > ? AND (at <= ? OR at = ?)`,
			fold(userid), database.Millis(now.Add(-limit.per)), database.Millis(now.Add(time.Minute)), int64(flying)).Scan(&sent)
		if err != nil {
			return false, err
		}
		if sent >= limit.n {
			return true, nil
		}
	}
	return false, nil
}

// underWay counts a message for its members from now on.
func underWay(ctx context.Context, tx *sql.Tx, row int64, userids []string) error {
	for _, userid := range userids {
		_, err := tx.ExecContext(ctx, `INSERT INTO notice_member (folded, at, row) VALUES (?, ?, ?)`, fold(userid), int64(flying), row)
		if err != nil {
			return err
		}
	}
	return nil
}

// landed is when a message that was under way counts from.
func landed(ctx context.Context, tx *sql.Tx, row int64, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE notice_member SET at = ? WHERE row = ?`, database.Millis(now), row)
	return err
}
