package database

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite", pure Go: a static binary needs no C library
)

// Config says which file is opened and what it must hold.
type Config struct {
	Path string

	// Kind is written into a new file; a file of another kind is refused with
	// ErrKind, so that a simulation never continues on real data. Required.
	Kind string

	// Schemas are the tables of the packages that share the file.
	Schemas []Schema

	// BusyTimeout is how long Open waits for another process to let go of the
	// file. 0 is one second.
	BusyTimeout time.Duration
}

// DB is the open file. It is safe for concurrent use; transactions run one
// after the other.
type DB struct {
	pool    *sql.DB
	path    string
	written atomic.Int64 // when Check has written last, Unix milliseconds
}

// Open opens or creates the file, readable and writable by its owner alone.
// Besides ErrInUse and ErrKind it fails on what is no database, and on one that
// a newer version of the program has written.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if cfg.Path == "" {
		return nil, errors.New("database: Path is empty: name a file")
	}
	if cfg.Kind == "" {
		return nil, errors.New("database: Kind is empty")
	}
	path, err := filepath.Abs(cfg.Path)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	busy := cmp.Or(cfg.BusyTimeout, time.Second)
	pool, err := sql.Open("sqlite", dsn(path, busy))
	if err != nil {
		return nil, fmt.Errorf("database: %s: %w", path, err)
	}
	// One connection for ever: closing it would drop the lock.
	pool.SetMaxOpenConns(1)
	pool.SetMaxIdleConns(1)
	pool.SetConnMaxIdleTime(0)
	pool.SetConnMaxLifetime(0)

	db := &DB{pool: pool, path: path}
	if err := db.prepare(ctx, cfg.Kind, cfg.Schemas); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("database: %s: %w", path, explain(err))
	}
	return db, nil
}

// Path is the absolute path of the file.
func (db *DB) Path() string { return db.path }

// Close waits for the transaction that runs, folds the WAL back into the file
// and lets go of the lock.
func (db *DB) Close() error { return db.pool.Close() }

// Tx runs fn in a transaction and commits if fn returns nil. ctx limits the
// wait for the transaction's turn; once begun, a commit is not abandoned
// half-way. fn must use tx alone: asking db inside fn waits for ever, since
// there is one connection.
func (db *DB) Tx(ctx context.Context, fn func(tx *sql.Tx) error) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer func() { _ = conn.Close() }()
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return fmt.Errorf("database: begin: %w", explain(err))
	}
	// After a commit this reports ErrTxDone; after an error or a panic in fn it
	// is what gives the connection back clean.
	defer func() { _ = tx.Rollback() }()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("database: commit: %w", explain(err))
	}
	return nil
}

// checkEvery bounds what health pages cost: a write waits for the disk.
const checkEvery = 5 * time.Second

// Check reports whether the file can be read and written, for a health page: a
// disk that is full can still be read. What could be written within the last 5 s
// is only read.
func (db *DB) Check(ctx context.Context) error {
	last, now := db.written.Load(), time.Now().UnixMilli()
	if since := now - last; since >= 0 && since < checkEvery.Milliseconds() {
		return db.Tx(ctx, func(tx *sql.Tx) error {
			var n int
			return tx.QueryRowContext(ctx, `SELECT count(*) FROM database_kind`).Scan(&n)
		})
	}
	err := db.Tx(ctx, func(tx *sql.Tx) error {
		// SQLite does not write what is as it was; a row that comes and goes it does.
		_, err := tx.ExecContext(ctx, `INSERT INTO database_kind (kind) VALUES ('check'); DELETE FROM database_kind WHERE rowid = last_insert_rowid()`)
		return err
	})
	if err == nil {
		db.written.Store(now)
	}
	return err
}

// dsn sets everything in the connection string, because database/sql may
// replace a broken connection at any time. locking_mode comes before
// journal_mode: then the WAL's index stays in this process's memory and no
// shared-memory file is made.
func dsn(path string, busy time.Duration) string {
	q := url.Values{
		"_pragma": {
			"busy_timeout(" + strconv.FormatInt(busy.Milliseconds(), 10) + ")",
			"locking_mode(EXCLUSIVE)",
			"journal_mode(WAL)",
			"synchronous(FULL)",
			"foreign_keys(ON)",
		},
		// A transaction takes its write lock at once; upgrading later can fail.
		"_txlock": {"immediate"},
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/x becomes file:///C:/x
	}
	return "file://" + (&url.URL{Path: slashed}).EscapedPath() + "?" + q.Encode()
}

// makePrivate makes the file before SQLite does, with the mode that SQLite then
// gives the WAL too. An existing file is never opened here: closing it again
// would drop the POSIX locks that this process may hold on it.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case err == nil:
		return f.Close()
	case !errors.Is(err, fs.ErrExist):
		return fmt.Errorf("database: the file cannot be made; name a file in a folder that this user may write to: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return fmt.Errorf("database: the file holds secrets and cannot be made private to this user: %w", err)
	}
	return nil
}
