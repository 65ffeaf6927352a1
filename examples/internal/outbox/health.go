package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// LateAfter is how long a row may wait before a health page tells of it: a short
// trouble of WeCom's is over by then, and an address that WeCom does not trust
// (60020), or a receiver that is away, is not.
const LateAfter = 5 * time.Minute

// Health fails if rows did not arrive, or have waited for longer than
// [LateAfter]. Rows that did not arrive are counted until they are removed
// (Config.KeepLost).
func Health(ctx context.Context, db *database.DB) error {
	var counts map[State]int
	var late int
	err := db.Tx(ctx, func(tx *sql.Tx) (err error) {
		if counts, err = Counts(ctx, tx); err != nil || counts[Waiting] == 0 {
			return err
		}
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE state = 'waiting' AND created_at <= ?`,
			database.Millis(time.Now().Add(-LateAfter))).Scan(&late)
		if err != nil {
			return fmt.Errorf("outbox: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if counts[Unknown]+counts[Failed]+late == 0 {
		return nil
	}
	return fmt.Errorf("%d with unknown result (结果未知), %d failed, %d waiting, %d of them for more than %v: the log lines \"outbox\" say why",
		counts[Unknown], counts[Failed], counts[Waiting], late, LateAfter)
}
