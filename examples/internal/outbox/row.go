package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
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
}

// Draft is what Add needs to know beside the payload.
type Draft struct {
	Group    string
	Life     time.Duration // 0 is DuplicateWindow
	AtExpiry State         // Unknown or Failed; "" is Unknown
}

// Build makes a row's payload, given its number. A kind of "" means that there
// is nothing to send.
type Build func(id int64) (kind string, payload []byte, err error)

// Schema is the table of this package.
var Schema = database.Schema{Name: "outbox", Steps: []string{`
CREATE TABLE outbox (
	id         INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never given twice
	grp        TEXT    NOT NULL,
	kind       TEXT    NOT NULL,
	payload    BLOB    NOT NULL,
	state      TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed', 'unknown')),
	attempts   INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	next_at    INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	at_expiry  TEXT    NOT NULL CHECK (at_expiry IN ('failed', 'unknown')),
	last_error TEXT    NOT NULL DEFAULT '',
	result     BLOB
) STRICT;
CREATE INDEX outbox_waiting ON outbox (grp, id) WHERE state = 'waiting';
CREATE INDEX outbox_open ON outbox (state) WHERE state <> 'done';
`}}

// Add stores a row in tx and returns its number, 0 if build had nothing to
// send. After the commit the caller wakes the worker.
func Add(ctx context.Context, tx *sql.Tx, d Draft, build Build) (int64, error) {
	now := time.Now()
	expires := now.Add(cmp.Or(d.Life, DuplicateWindow))
	res, err := tx.ExecContext(ctx, `INSERT INTO outbox (grp, kind, payload, created_at, next_at, expires_at, at_expiry)
		VALUES (?, '', x'', ?, ?, ?, ?)`, d.Group, database.Millis(now), database.Millis(now), database.Millis(expires),
		cmp.Or(d.AtExpiry, Unknown))
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

// ErrNoRow means that there is no row of that number.
var ErrNoRow = errors.New("outbox: no such row")

// Get reads one row.
func Get(ctx context.Context, tx *sql.Tx, id int64) (Row, error) {
	row, err := scan(tx.QueryRowContext(ctx, `SELECT `+columns+` FROM outbox WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Row{}, fmt.Errorf("%w: %d", ErrNoRow, id)
	}
	return row, err
}

// Counts says how many rows are in each state but Done: those would be counted
// through all payloads ever sent, while everybody waits for the one connection.
func Counts(ctx context.Context, tx *sql.Tx) (map[State]int, error) {
	rows, err := tx.QueryContext(ctx, `SELECT state, count(*) FROM outbox WHERE state <> 'done' GROUP BY state`)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	defer func() { _ = rows.Close() }()
	counts := map[State]int{}
	for rows.Next() {
		var state State
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, fmt.Errorf("outbox: %w", err)
		}
		counts[state] = n
	}
	return counts, rows.Err()
}

const columns = `id, kind, grp, payload, state, attempts, created_at, next_at, expires_at, at_expiry, last_error, result`

func scan(s interface{ Scan(...any) error }) (Row, error) {
	var r Row
	var created, next, expires int64
	err := s.Scan(&r.ID, &r.Kind, &r.Group, &r.Payload, &r.State, &r.Attempts, &created, &next, &expires,
		&r.AtExpiry, &r.LastError, &r.Result)
	r.Created, r.Next, r.Expires = database.Time(created), database.Time(next), database.Time(expires)
	return r, err
}
