package database_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/database"
)

var notes = database.Schema{Name: "notes", Steps: []string{`CREATE TABLE note (text TEXT NOT NULL)`}}

func config(path string) database.Config {
	return database.Config{Path: path, Kind: "test", Schemas: []database.Schema{notes}, BusyTimeout: 1}
}

func open(t *testing.T, path string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), config(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func count(t *testing.T, db *database.DB) (n int) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM note`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func add(tx *sql.Tx) error {
	_, err := tx.Exec(`INSERT INTO note (text) VALUES ('x')`)
	return err
}

func TestPragmas(t *testing.T) {
	t.Parallel()
	// A name that would end the path or be decoded if it were not escaped.
	path := filepath.Join(t.TempDir(), "a%20b#c?d.db")
	if runtime.GOOS == "windows" {
		path = filepath.Join(t.TempDir(), "a%20b#c.db")
	}
	db := open(t, path)
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "locking_mode": "exclusive",
	} {
		var got string
		err := db.Tx(t.Context(), func(tx *sql.Tx) error {
			return tx.QueryRow("PRAGMA " + pragma).Scan(&got)
		})
		if err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", pragma, got, err, want)
		}
	}
	for _, suffix := range []string{"", "-wal"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("mode of %q is %o, want 600", suffix, info.Mode().Perm())
		}
	}
}

func TestExistingFileIsMadePrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no file modes on windows")
	}
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
}

func TestTxRollsBack(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	failure := errors.New("no")
	err := db.Tx(t.Context(), func(tx *sql.Tx) error { return errors.Join(add(tx), failure) })
	if !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.Tx(t.Context(), func(tx *sql.Tx) error { _ = add(tx); panic("no") })
	}()
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows were left behind", n)
	}
	if err := db.Tx(t.Context(), add); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

// A caller who leaves in the middle neither wedges the one connection nor
// leaves a transaction open on it.
func TestCancelledInside(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Tx(ctx, func(tx *sql.Tx) error {
			if err := add(tx); err != nil {
				return err
			}
			cancel()
			_, err := tx.ExecContext(ctx, `INSERT INTO note (text) VALUES ('y')`)
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows were left behind", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Tx(ctx, func(tx *sql.Tx) error { defer cancel(); return add(tx) })
	if n := count(t, db); err != nil || n != 1 {
		t.Errorf("cancelled before the commit: %v, %d rows; what is complete is committed", err, n)
	}
	if err := db.Tx(ctx, add); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
}

func TestKind(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	db := open(t, path)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	other := config(path)
	other.Kind = "test sim"
	_, err := database.Open(t.Context(), other)
	if !errors.Is(err, database.ErrKind) || !strings.Contains(err.Error(), `it is "test", "test sim" is wanted`) {
		t.Errorf("got %v", err)
	}
	open(t, path) // the refusal changed nothing
}

func TestForeignFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := database.Open(t.Context(), config(text)); !errors.Is(err, database.ErrNotDatabase) {
		t.Errorf("text file: %v", err)
	}
	foreign := filepath.Join(dir, "foreign.db")
	pool, err := sql.Open("sqlite", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(`CREATE TABLE theirs (x)`); err != nil {
		t.Fatal(err)
	}
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := database.Open(t.Context(), config(foreign)); !errors.Is(err, database.ErrKind) {
		t.Errorf("other program's database: %v", err)
	}
	if _, err := database.Open(t.Context(), config(filepath.Join(dir, "no", "such", "x.db"))); err == nil {
		t.Error("a file in a missing folder was opened")
	}
	for _, cfg := range []database.Config{{Kind: "test"}, {Path: filepath.Join(dir, "y.db")}} {
		if _, err := database.Open(t.Context(), cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	db := open(t, path)
	if err := db.Tx(t.Context(), add); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()

	broken := config(path)
	broken.Schemas = []database.Schema{{Name: "notes", Steps: append(notes.Steps[:1:1],
		`ALTER TABLE note ADD COLUMN author TEXT`, `no SQL at all`)}}
	if _, err := database.Open(t.Context(), broken); err == nil || !strings.Contains(err.Error(), "schema notes: step 3") {
		t.Errorf("got %v", err)
	}

	newer := config(path)
	newer.Schemas = []database.Schema{{Name: "notes", Steps: append(notes.Steps[:1:1],
		`ALTER TABLE note ADD COLUMN author TEXT NOT NULL DEFAULT 'zhangsan'; UPDATE note SET text = 'z'`)}}
	db, err := database.Open(t.Context(), newer) // step 2 of the broken attempt was undone with step 3
	if err != nil {
		t.Fatal(err)
	}
	var author string
	err = db.Tx(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT author FROM note WHERE text = 'z'`).Scan(&author)
	})
	if err != nil || author != "zhangsan" {
		t.Errorf("%q, %v", author, err)
	}
	_ = db.Close()

	if _, err := database.Open(t.Context(), config(path)); !errors.Is(err, database.ErrNewer) {
		t.Errorf("the old program opened the newer file: %v", err)
	}
}
