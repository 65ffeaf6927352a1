// Package duplicates remembers in SQLite which callbacks have been answered, so
// that a delivery repeated after a restart gets the stored answer and decides
// nothing twice. Store has the methods that package callback asks for.
package duplicates

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// Schema is the table of this package.
var Schema = database.Schema{Name: "duplicates", Steps: []string{`
CREATE TABLE duplicate (
	key   BLOB    PRIMARY KEY, -- SHA-256 of the caller's key, which may be a whole message
	done  INTEGER NOT NULL,
	until INTEGER NOT NULL,    -- the end of the lease, or of the keeping
	reply BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_until ON duplicate (until);
`}}

// purgeEvery is how often Begin removes what has ended.
const purgeEvery = time.Minute

// Store is safe for concurrent use.
type Store struct {
	db     *database.DB
	purged atomic.Int64
}

// New clears the leases of the former process: the file has one user, so
// whoever held them is dead and has not finished.
func New(ctx context.Context, db *database.DB) (*Store, error) {
	if db == nil {
		return nil, errors.New("duplicates: DB is nil")
	}
	err := db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM duplicate WHERE done = 0`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("duplicates: %w", err)
	}
	return &Store{db: db}, nil
}

// Begin reports mine if the caller is to handle key, for which it has a lease;
// done with the stored reply if key was handled; neither while another holds
// the lease. A lease that has ended is taken over.
func (s *Store) Begin(ctx context.Context, key string, lease time.Duration) (mine, done bool, reply []byte, err error) {
	hash := sha256.Sum256([]byte(key))
	now := time.Now()
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := s.purge(ctx, tx, now); err != nil {
			return err
		}
		var until int64
		err := tx.QueryRowContext(ctx, `SELECT done, until, reply FROM duplicate WHERE key = ?`, hash[:]).
			Scan(&done, &until, &reply)
		switch {
		case err == nil && until > database.Millis(now):
			return nil
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return err
		}
		mine, done, reply = true, false, nil
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO duplicate (key, done, until) VALUES (?, 0, ?)`,
			hash[:], database.Millis(now.Add(lease)))
		return err
	})
	if err != nil {
		return false, false, nil, fmt.Errorf("duplicates: begin: %w", err)
	}
	return mine, done, reply, nil
}

// Done stores the reply for keep. It does so too when the lease had ended
// meanwhile: the work is done, whoever held it.
func (s *Store) Done(ctx context.Context, key string, reply []byte, keep time.Duration) error {
	hash := sha256.Sum256([]byte(key))
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO duplicate (key, done, until, reply) VALUES (?, 1, ?, ?)`,
			hash[:], database.Millis(time.Now().Add(keep)), reply)
		return err
	})
	if err != nil {
		return fmt.Errorf("duplicates: done: %w", err)
	}
	return nil
}

// Fail gives the lease back, so that the next delivery is handled. What is done
// stays done.
func (s *Store) Fail(ctx context.Context, key string) error {
	hash := sha256.Sum256([]byte(key))
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM duplicate WHERE key = ? AND done = 0`, hash[:])
		return err
	})
	if err != nil {
		return fmt.Errorf("duplicates: fail: %w", err)
	}
	return nil
}

func (s *Store) purge(ctx context.Context, tx *sql.Tx, now time.Time) error {
	last := s.purged.Load()
	if now.UnixMilli()-last < purgeEvery.Milliseconds() || !s.purged.CompareAndSwap(last, now.UnixMilli()) {
		return nil
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM duplicate WHERE until <= ?`, database.Millis(now))
	return err
}
