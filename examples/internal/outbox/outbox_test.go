package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/google/go-cmp/cmp"
)

// bench is an outbox whose deliveries the test answers.
type bench struct {
	t  *testing.T
	db *database.DB
	w  *outbox.Worker

	mu    sync.Mutex
	seen  []string // "group payload @seconds since the start"
	start time.Time
}

type answer func(row outbox.Row) error

func newBench(t *testing.T, path string, groups int, reply answer, finished func(context.Context, *sql.Tx, outbox.Row) error) *bench {
	t.Helper()
	return benchWith(t, path, reply, outbox.Config{Groups: groups, Finished: finished})
}

func benchWith(t *testing.T, path string, reply answer, cfg outbox.Config) *bench {
	t.Helper()
	b := &bench{t: t, start: time.Now()}
	var err error
	b.db, err = database.Open(t.Context(), database.Config{Path: path, Kind: "test",
		Schemas: []database.Schema{outbox.Schema}, BusyTimeout: 1})
	if err != nil {
		t.Fatal(err)
	}
	deliver := func(_ context.Context, row outbox.Row) ([]byte, error) {
		b.mu.Lock()
		b.seen = append(b.seen, fmt.Sprintf("%s %s @%.0f", row.Group, row.Payload, time.Since(b.start).Seconds()))
		b.mu.Unlock()
		err := reply(row)
		if err != nil {
			return nil, err
		}
		return []byte("got it"), nil
	}
	cfg.DB, cfg.Log = b.db, slog.New(slog.DiscardHandler)
	cfg.Deliver = map[string]outbox.Deliver{"message": deliver, "hook": deliver}
	b.w, err = outbox.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) add(group string, texts ...string) (ids []int64) {
	b.t.Helper()
	return b.draft(outbox.Draft{Group: group}, "message", texts...)
}

func (b *bench) draft(d outbox.Draft, kind string, texts ...string) (ids []int64) {
	b.t.Helper()
	err := b.db.Tx(b.t.Context(), func(tx *sql.Tx) error {
		for _, text := range texts {
			id, err := outbox.Add(b.t.Context(), tx, d, func(int64) (string, []byte, error) {
				return kind, []byte(text), nil
			})
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.w.Wake()
	return ids
}

func (b *bench) row(id int64) (row outbox.Row) {
	b.t.Helper()
	err := b.db.Tx(b.t.Context(), func(tx *sql.Tx) (err error) {
		row, err = outbox.Get(b.t.Context(), tx, id)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return row
}

// close ends worker and file inside the bubble.
func (b *bench) close() {
	b.t.Helper()
	if err := b.w.Stop(b.t.Context()); err != nil {
		b.t.Error(err)
	}
	if err := b.db.Close(); err != nil {
		b.t.Error(err)
	}
}

func (b *bench) log() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.seen...)
}

func TestOrderWithinGroup(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		stuck := errors.New("away")
		failures := 2
		b := newBench(t, path, 8, func(row outbox.Row) error {
			if string(row.Payload) == "a1" && failures > 0 {
				failures--
				return stuck
			}
			return nil
		}, nil)
		b.w.Start()
		defer b.close()
		ids := b.add("a", "a1", "a2", "a3")
		synctest.Wait()
		b.add("b", "b1", "b2")
		time.Sleep(10 * time.Second)
		want := []string{"a a1 @0", "b b1 @0", "b b2 @0", "a a1 @1", "a a1 @2", "a a2 @2", "a a3 @2"}
		// The jitter moves a1's second and third attempt within [0.5,1] and [1,2] s.
		got := b.log()
		for i := range got {
			got[i] = got[i][:4]
		}
		for i := range want {
			want[i] = want[i][:4]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		row := b.row(ids[0])
		if row.State != outbox.Done || row.Attempts != 3 || row.LastError != "" || string(row.Result) != "got it" {
			t.Errorf("%+v", row)
		}
	})
}

func TestBackoffAndExpiry(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		var final []outbox.State
		b := newBench(t, path, 8, func(outbox.Row) error {
			at = append(at, time.Now())
			return errors.New("away")
		}, func(_ context.Context, _ *sql.Tx, row outbox.Row) error {
			final = append(final, row.State)
			return nil
		})
		b.w.Start()
		id := b.add("a", "a1")[0]
		time.Sleep(outbox.DuplicateWindow - time.Second)
		synctest.Wait()
		if s := b.row(id).State; s != outbox.Waiting {
			t.Errorf("before the window ends: %s", s)
		}
		time.Sleep(2 * time.Second)
		b.close()
		for i := 1; i < len(at); i++ {
			most := min(time.Second<<(min(i, 10)-1), time.Minute)
			// The stored time is cut to milliseconds.
			if gap := at[i].Sub(at[i-1]); gap < most/2-time.Millisecond || gap > most+time.Millisecond {
				t.Errorf("gap %d is %v, want %v to %v", i, gap, most/2, most)
			}
		}
		if n := len(at); n < 4*60 {
			t.Errorf("only %d attempts in four hours", n)
		}
		if last := at[len(at)-1].Sub(b.start); last >= outbox.DuplicateWindow {
			t.Errorf("an attempt after %v: the receiver could not tell it from a new message", last)
		}
		if diff := cmp.Diff([]outbox.State{outbox.Unknown}, final); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPermanentAndOtherKinds(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 8, func(row outbox.Row) error {
			switch string(row.Payload) {
			case "never":
				return fmt.Errorf("refused: %w", outbox.Permanent(errors.New("no such member")))
			case "panic":
				panic("secret")
			}
			return nil
		}, nil)
		b.w.Start()
		defer b.close()
		ids := b.add("a", "never", "after")
		panics := b.add("b", "panic")[0]
		var foreign int64
		err := b.db.Tx(t.Context(), func(tx *sql.Tx) (err error) {
			foreign, err = outbox.Add(t.Context(), tx, outbox.Draft{Group: "c", Life: time.Minute, AtExpiry: outbox.Failed},
				func(int64) (string, []byte, error) { return "pigeon", nil, nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.w.Wake()
		time.Sleep(100 * time.Millisecond)
		if r := b.row(ids[0]); r.State != outbox.Failed || r.LastError != "refused: no such member" || r.Attempts != 1 {
			t.Errorf("%+v", r)
		}
		if r := b.row(ids[1]); r.State != outbox.Done {
			t.Errorf("the row after a failed one: %+v", r)
		}
		if r := b.row(panics); r.State != outbox.Waiting || r.LastError != `the deliverer of "message" panicked: string` {
			t.Errorf("%+v", r)
		}
		if r := b.row(foreign); r.State != outbox.Waiting {
			t.Errorf("%+v", r)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if r := b.row(foreign); r.State != outbox.Failed || r.LastError == "" {
			t.Errorf("after its life of a minute: %+v", r)
		}
	})
}

func TestAdd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 8, func(outbox.Row) error { return nil }, nil)
		b.w.Start()
		defer b.close()
		undo := errors.New("undo")
		var lost, none, kept, handed int64
		for _, step := range []func(tx *sql.Tx) error{
			func(tx *sql.Tx) (err error) {
				lost, err = outbox.Add(t.Context(), tx, outbox.Draft{Group: "a"}, func(int64) (string, []byte, error) {
					return "message", []byte("lost"), nil
				})
				return errors.Join(err, undo)
			},
			func(tx *sql.Tx) (err error) {
				none, err = outbox.Add(t.Context(), tx, outbox.Draft{Group: "a"}, func(int64) (string, []byte, error) {
					return "", nil, nil
				})
				return err
			},
			func(tx *sql.Tx) (err error) {
				kept, err = outbox.Add(t.Context(), tx, outbox.Draft{Group: "a"}, func(id int64) (string, []byte, error) {
					handed = id
					return "message", fmt.Appendf(nil, "[%d]", id), nil
				})
				return err
			},
			func(tx *sql.Tx) error {
				_, err := outbox.Add(t.Context(), tx, outbox.Draft{Group: "a"}, func(int64) (string, []byte, error) {
					return "", nil, undo
				})
				return err
			},
		} {
			if err := b.db.Tx(t.Context(), step); err != nil && !errors.Is(err, undo) {
				t.Fatal(err)
			}
		}
		b.w.Wake()
		synctest.Wait()
		time.Sleep(time.Second)
		if none != 0 || kept == 0 || kept != handed {
			t.Errorf("lost %d, none %d, kept %d, handed to build %d", lost, none, kept, handed)
		}
		if diff := cmp.Diff([]string{fmt.Sprintf("a [%d] @0", kept)}, b.log()); diff != "" {
			t.Error(diff)
		}
		if err := b.db.Tx(t.Context(), func(tx *sql.Tx) error {
			counts, err := outbox.Counts(t.Context(), tx)
			if diff := cmp.Diff(map[outbox.State]int{}, counts); diff != "" {
				t.Error(diff)
			}
			if _, err := outbox.Get(t.Context(), tx, 999); !errors.Is(err, outbox.ErrNoRow) {
				t.Errorf("got %v", err)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
