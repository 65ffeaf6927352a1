package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/google/go-cmp/cmp"
)

func (b *bench) count(where string) (n int) {
	b.t.Helper()
	err := b.db.Tx(b.t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM outbox WHERE ` + where).Scan(&n)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func TestPrune(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 8, func(outbox.Row) error { return errors.New("away") }, nil)
		defer func() { b.close() }()
		const week, month = 7 * 24 * time.Hour, 30 * 24 * time.Hour
		last := b.add("away", "z")[0]
		err := b.db.Tx(t.Context(), func(tx *sql.Tx) error {
			for _, old := range []struct {
				n     int
				state outbox.State
				age   time.Duration
			}{
				{450, outbox.Done, week}, // more than two steps
				{1, outbox.Done, week - 30*time.Minute},
				{1, outbox.Done, week - 2*time.Hour},
				{1, outbox.Failed, month}, {1, outbox.Unknown, month},
				{1, outbox.Failed, month - 2*time.Hour}, {1, outbox.Unknown, month - 2*time.Hour},
			} {
				for range old.n {
					_, err := tx.Exec(`INSERT INTO outbox (grp, kind, payload, state, created_at, next_at, expires_at, at_expiry, ended_at)
						VALUES ('old', 'message', x'', ?1, 0, 0, 0, 'failed', ?2)`, old.state, database.Millis(time.Now().Add(-old.age)))
					if err != nil {
						return err
					}
					last++
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b.w.Start()
		counts := func() string {
			return fmt.Sprintf("%d %d %d %d", b.count(`state = 'done'`), b.count(`state = 'failed'`), b.count(`state = 'unknown'`), b.count(`state = 'waiting'`))
		}
		time.Sleep(time.Second)
		if got := counts(); got != "2 1 1 1" {
			t.Errorf("after the start: %s", got)
		}
		time.Sleep(time.Hour + time.Minute)
		if got := counts(); got != "1 1 1 1" {
			t.Errorf("after an hour: %s", got)
		}
		time.Sleep(2 * time.Hour)
		if got := counts(); got != "0 0 0 1" {
			t.Errorf("after three hours: %s", got)
		}
		if next := b.add("a", "next")[0]; next <= last {
			t.Errorf("number %d was given before", next)
		}
	})
}

func TestUndelivered(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 8, func(row outbox.Row) error {
			switch string(row.Payload) {
			case "lost":
				return outbox.Permanent(errors.New("no such member"))
			case "silent":
				return errors.New("no answer")
			}
			return nil
		}, nil)
		b.w.Start()
		defer b.close()
		ids := b.add("a", "lost", "fine", "lost")
		silent := b.draft(outbox.Draft{Group: "b", Life: time.Minute}, "message", "silent")
		b.draft(outbox.Draft{Group: "c"}, "message", "silent") // still tried
		time.Sleep(2 * time.Minute)
		for limit, want := range map[int][]int64{10: {silent[0], ids[2], ids[0]}, 2: {silent[0], ids[2]}} {
			err := b.db.Tx(t.Context(), func(tx *sql.Tx) error {
				rows, err := outbox.Undelivered(t.Context(), tx, limit)
				var got []int64
				for _, r := range rows {
					got = append(got, r.ID)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				if len(rows) == 3 && (rows[0].State != outbox.Unknown || rows[1].LastError != "no such member" || rows[1].Ended.IsZero()) {
					t.Errorf("%+v", rows)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestDelay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 8, func(outbox.Row) error { return nil }, nil)
		b.w.Start()
		defer b.close()
		b.draft(outbox.Draft{Group: "a", Delay: 5 * time.Second}, "message", "five")
		b.draft(outbox.Draft{Group: "b", Delay: time.Hour}, "message", "capped")
		b.add("c", "now")
		b.draft(outbox.Draft{Group: "c", Delay: 30 * time.Second}, "message", "then")
		time.Sleep(2 * time.Minute)
		if diff := cmp.Diff([]string{"c now @0", "a five @5", "c then @30", "b capped @60"}, b.log()); diff != "" {
			t.Error(diff)
		}
	})
}

// A worker that nobody wakes still looks once a minute, and not much more often.
func TestLooksAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 8, func(outbox.Row) error { return nil }, nil)
		b.w.Start()
		defer b.close()
		time.Sleep(time.Second)
		err := b.db.Tx(t.Context(), func(tx *sql.Tx) error { // without a Wake
			_, err := outbox.Add(t.Context(), tx, outbox.Draft{Group: "a"}, func(int64) (string, []byte, error) {
				return "message", []byte("quiet"), nil
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		if diff := cmp.Diff([]string{"a quiet @60"}, b.log()); diff != "" {
			t.Error(diff)
		}
	})
}

// The clock is set back: rows that were due stay due.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 8, func(outbox.Row) error { return nil }, nil)
		b.add("a", "a1", "a2")
		err := b.db.Tx(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.Exec(`UPDATE outbox SET next_at = next_at + 86400000`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.w.Start()
		defer b.close()
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"a a1 @0", "a a2 @0"}, b.log()); diff != "" {
			t.Error(diff)
		}
	})
}

// A file of the previous version: what was under way keeps its bytes, and what
// was done is removed in its time.
func TestPreviousVersion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		old := outbox.Schema
		old.Steps = old.Steps[:1]
		db, err := database.Open(t.Context(), database.Config{Path: path, Kind: "test", Schemas: []database.Schema{old}})
		if err != nil {
			t.Fatal(err)
		}
		now := database.Millis(time.Now())
		err = db.Tx(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.Exec(`INSERT INTO outbox (grp, kind, payload, state, attempts, created_at, next_at, expires_at, at_expiry) VALUES
				('a', 'message', x'7472696564', 'waiting', 2, ?1, ?1, ?2, 'unknown'),
				('b', 'message', x'6672657368', 'waiting', 0, ?1, ?1, ?2, 'unknown'),
				('c', 'message', x'', 'done', 1, ?1, ?1, ?2, 'unknown')`, now, now+60_000)
			return err
		})
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		var asked []string
		b := benchWith(t, path, func(outbox.Row) error { return nil }, outbox.Config{
			Fix: func(_ context.Context, _ *sql.Tx, row outbox.Row) (outbox.Fixed, error) {
				asked = append(asked, string(row.Payload))
				return outbox.Fixed{Kind: row.Kind, Payload: row.Payload}, nil
			}})
		b.w.Start()
		defer func() { b.close() }()
		time.Sleep(time.Second)
		got := b.log()
		slices.Sort(got)
		if diff := cmp.Diff([]string{"a tried @0", "b fresh @0"}, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"fresh"}, asked); diff != "" {
			t.Error(diff)
		}
		if n := b.count(`1`); n != 3 {
			t.Errorf("%d rows are left of three", n)
		}
		b.close()
		time.Sleep(8 * 24 * time.Hour)
		b = newBench(t, path, 8, func(outbox.Row) error { return nil }, nil)
		b.w.Start()
		time.Sleep(time.Second)
		if n := b.count(`1`); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}
