package database_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// A disk that is full can still be read: Check has to write, but not for every
// page that asks.
func TestCheckWrites(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := database.Open(t.Context(), config(path))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for _, step := range []struct {
			name  string
			after time.Duration
			ctx   context.Context
			fails bool
			grows bool // the WAL
		}{
			{name: "given up", ctx: gone, fails: true},
			{name: "after a failure", ctx: t.Context(), grows: true},
			{name: "at once", ctx: t.Context()},
			{name: "a little later", after: 4 * time.Second, ctx: t.Context()},
			{name: "five seconds later", after: time.Second, ctx: t.Context(), grows: true},
		} {
			time.Sleep(step.after)
			before := size(t, path+"-wal")
			if err := db.Check(step.ctx); (err != nil) != step.fails {
				t.Errorf("%s: %v", step.name, err)
			}
			if after := size(t, path+"-wal"); (after > before) != step.grows {
				t.Errorf("%s: the WAL went from %d to %d bytes", step.name, before, after)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := database.Open(t.Context(), config(path)) // its kind is as it was
		if err != nil {
			t.Fatal(err)
		}
		_ = again.Close()
	})
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
