package duplicates_test

import (
	"database/sql"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/duplicates"
)

var _ callback.Duplicates = (*duplicates.Store)(nil)

func open(t *testing.T, path string) (*database.DB, *duplicates.Store) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{Path: path, Kind: "test", Schemas: []database.Schema{duplicates.Schema}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := duplicates.New(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return db, s
}

type got struct {
	mine, done bool
	reply      string
}

func begin(t *testing.T, s *duplicates.Store, key string) got {
	t.Helper()
	mine, done, reply, err := s.Begin(t.Context(), key, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return got{mine, done, string(reply)}
}

func expect(t *testing.T, s *duplicates.Store, when, key string, want got) {
	t.Helper()
	if g := begin(t, s, key); g != want {
		t.Errorf("%s: %+v, want %+v", when, g, want)
	}
}

func TestLife(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		db, s := open(t, path)
		mine, busy, answered := got{mine: true}, got{}, got{done: true, reply: "ok"}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		expect(t, s, "first", "k", mine)
		expect(t, s, "while it runs", "k", busy)
		expect(t, s, "another key", "k2", mine)
		must(s.Fail(t.Context(), "k"))
		expect(t, s, "after a failure", "k", mine)
		time.Sleep(time.Minute)
		expect(t, s, "after the lease", "k", mine)
		must(s.Done(t.Context(), "k", []byte("ok"), 10*time.Minute))
		expect(t, s, "when done", "k", answered)
		must(s.Fail(t.Context(), "k")) // of the holder whose lease had ended
		expect(t, s, "a late failure", "k", answered)
		expect(t, s, "the lease of k2 has ended too", "k2", mine)
		if mine, _, _, err := s.Begin(t.Context(), "short", time.Second); !mine || err != nil {
			t.Error(mine, err)
		}
		time.Sleep(time.Second) // less than the purging needs
		expect(t, s, "after a short lease", "short", mine)

		must(db.Close())
		db, s = open(t, path)
		expect(t, s, "done, after a restart", "k", answered)
		expect(t, s, "a dead process's lease", "k2", mine)

		time.Sleep(10 * time.Minute)
		expect(t, s, "no longer kept", "k", mine)
		must(db.Tx(t.Context(), func(tx *sql.Tx) error {
			var n int
			err := tx.QueryRow(`SELECT count(*) FROM duplicate`).Scan(&n)
			if n != 1 {
				t.Errorf("%d rows: old ones were not purged", n)
			}
			return err
		}))
		must(db.Close())
		if _, _, _, err := s.Begin(t.Context(), "k", time.Minute); err == nil {
			t.Error("a store that is away reported no error")
		}
	})
}

func TestOneWinner(t *testing.T) {
	t.Parallel()
	db, s := open(t, filepath.Join(t.TempDir(), "x.db"))
	defer func() { _ = db.Close() }()
	var winners atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			mine, done, _, err := s.Begin(t.Context(), "k", time.Minute)
			if err != nil || done {
				t.Errorf("%v, %v", done, err)
			}
			if mine {
				winners.Add(1)
			}
		})
	}
	wg.Wait()
	if n := winners.Load(); n != 1 {
		t.Errorf("%d of 50 may handle it", n)
	}
	if _, err := duplicates.New(t.Context(), nil); err == nil {
		t.Error("nil was accepted")
	}
}
