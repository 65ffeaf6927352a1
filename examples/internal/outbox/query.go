package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/bkwecom/wecom/examples/internal/database"
)

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

// Undelivered lists the rows that did not arrive, or may not have, the latest
// first, at most limit; those of the kinds in without are not among them.
func Undelivered(ctx context.Context, tx *sql.Tx, limit int, without ...string) (list []Row, err error) {
	args, where := []any{}, `state IN ('failed', 'unknown')`
	for _, kind := range without {
		args, where = append(args, kind), where+` AND kind <> ?`
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM outbox
		WHERE `+where+` ORDER BY id DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("outbox: %w", err)
		}
		list = append(list, row)
	}
	return list, rows.Err()
}

const columns = `id, kind, grp, payload, state, attempts, created_at, next_at, expires_at, at_expiry, last_error, result, fixed, ended_at`

func scan(s interface{ Scan(...any) error }) (Row, error) {
	var r Row
	var created, next, expires, ended int64
	err := s.Scan(&r.ID, &r.Kind, &r.Group, &r.Payload, &r.State, &r.Attempts, &created, &next, &expires,
		&r.AtExpiry, &r.LastError, &r.Result, &r.Fixed, &ended)
	r.Created, r.Next = database.Time(created), database.Time(next)
	r.Expires, r.Ended = database.Time(expires), database.Time(ended)
	return r, err
}
