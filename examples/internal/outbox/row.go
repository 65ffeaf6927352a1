package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// State of a row. All but Waiting are final.
type State string

const (
	Waiting State = "waiting"
	Done    State = "done"    // the receiver has it
	Failed  State = "failed"  // it will never arrive
	Unknown State = "unknown" // it may have arrived and is not repeated: 结果未知
)

// DuplicateWindow is how long WeCom recognises a repeated message: the longest
// duplicate_check_interval (vendor's document: message/send).
const DuplicateWindow = 4 * time.Hour

// Row is one delivery.
type Row struct {
	ID        int64
	Kind      string // who delivers it
	Group     string // rows of one group go one after the other, in order
	Payload   []byte
	State     State
	Attempts  int // counted when they end
	Created   time.Time
	Next      time.Time // of the next attempt
	Expires   time.Time
	AtExpiry  State
	LastError string
	Result    []byte // what the deliverer returned
	Fixed     bool   // Config.Fix has been asked: Payload is the one of all attempts
	Ended     time.Time
}

// Draft is what Add needs to know beside the payload.
type Draft struct {
	Group    string
	Life     time.Duration // 0 is DuplicateWindow
	Delay    time.Duration // of the first attempt, a minute at most
	AtExpiry State         // Unknown or Failed; "" is Unknown
}

// Build makes a row's payload, given its number. A kind of "" means that there
// is nothing to send.
type Build func(id int64) (kind string, payload []byte, err error)

// Add stores a row in tx and returns its number, 0 if build had nothing to
// send. After the commit the caller wakes the worker.
func Add(ctx context.Context, tx *sql.Tx, d Draft, build Build) (int64, error) {
	now := time.Now()
	expires := now.Add(cmp.Or(d.Life, DuplicateWindow))
	res, err := tx.ExecContext(ctx, `INSERT INTO outbox (grp, kind, payload, created_at, next_at, expires_at, at_expiry)
		VALUES (?, '', x'', ?, ?, ?, ?)`, d.Group, database.Millis(now), database.Millis(now.Add(min(d.Delay, lastBackoff))),
		database.Millis(expires), cmp.Or(d.AtExpiry, Unknown))
	if err != nil {
		return 0, fmt.Errorf("outbox: add: %w", err)
	}
	id, err := res.LastInsertId()
	if err != nil {
		return 0, fmt.Errorf("outbox: add: %w", err)
	}
	kind, payload, err := build(id)
	if err != nil {
		return 0, fmt.Errorf("outbox: build row %d: %w", id, err)
	}
	if kind == "" {
		_, err = tx.ExecContext(ctx, `DELETE FROM outbox WHERE id = ?`, id)
		id = 0
	} else {
		if payload == nil {
			payload = []byte{}
		}
		_, err = tx.ExecContext(ctx, `UPDATE outbox SET kind = ?, payload = ? WHERE id = ?`, kind, payload, id)
	}
	if err != nil {
		return 0, fmt.Errorf("outbox: add: %w", err)
	}
	return id, nil
}
