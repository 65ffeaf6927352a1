package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/google/go-cmp/cmp"
)

// What a row is delivered as is settled once: repetitions carry the same bytes,
// after a restart too.
func TestFixOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		fixed := 0
		cfg := outbox.Config{Fix: func(_ context.Context, _ *sql.Tx, row outbox.Row) (outbox.Fixed, error) {
			fixed++
			return outbox.Fixed{Kind: "hook", Payload: fmt.Appendf(nil, "%s as %d", row.Payload, fixed)}, nil
		}}
		b := benchWith(t, path, func(outbox.Row) error { return errors.New("away") }, cfg)
		b.w.Start()
		id := b.add("a", "a1")[0]
		time.Sleep(4 * time.Second)
		if n := len(b.log()); n < 2 {
			t.Fatalf("%d attempts", n)
		}
		for _, line := range b.log() {
			if !strings.HasPrefix(line, "a a1 as 1 @") {
				t.Errorf("%s", line)
			}
		}
		b.close()

		b = benchWith(t, path, func(outbox.Row) error { return nil }, cfg)
		b.w.Start()
		time.Sleep(10 * time.Second)
		if row := b.row(id); row.State != outbox.Done || !row.Fixed || row.Kind != "hook" || string(row.Payload) != "a1 as 1" || fixed != 1 {
			t.Errorf("%+v, fixed %d times", row, fixed)
		}
		b.close()
	})
}

func TestFixOutcomes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		var final []string
		b := benchWith(t, path, func(outbox.Row) error { return nil }, outbox.Config{
			Fix: func(ctx context.Context, tx *sql.Tx, row outbox.Row) (outbox.Fixed, error) {
				switch string(row.Payload) {
				case "stale":
					return outbox.Fixed{}, nil
				case "refused":
					return outbox.Fixed{}, outbox.Permanent(errors.New("no template"))
				case "panic":
					panic("secret")
				case "later":
					// What a failed fix has written is undone.
					_, err := outbox.Add(ctx, tx, outbox.Draft{Group: "echo"}, func(int64) (string, []byte, error) {
						return "message", []byte("echo"), nil
					})
					if row.Attempts < 2 {
						err = errors.Join(err, errors.New("not set up"))
					}
					return outbox.Fixed{Kind: row.Kind, Payload: row.Payload}, err
				}
				return outbox.Fixed{Kind: row.Kind, Payload: row.Payload}, nil
			},
			Finished: func(_ context.Context, _ *sql.Tx, row outbox.Row) error {
				final = append(final, fmt.Sprintf("%s %s", row.Group, row.State))
				return nil
			}})
		b.w.Start()
		defer b.close()
		stale, refused, panics, later := b.add("stale", "stale")[0], b.add("refused", "refused")[0], b.add("panic", "panic")[0], b.add("later", "later")[0]
		synctest.Wait()
		if r := b.row(stale); r.State != outbox.Done || r.Kind != "" || r.Attempts != 0 || !r.Ended.Equal(b.start.Truncate(time.Millisecond)) {
			t.Errorf("%+v", r)
		}
		if r := b.row(refused); r.State != outbox.Failed || r.LastError != "no template" {
			t.Errorf("%+v", r)
		}
		if r := b.row(panics); r.State != outbox.Waiting || r.Fixed || r.Attempts != 1 || r.LastError != fmt.Sprintf("fixing row %d panicked: string", panics) {
			t.Errorf("%+v", r)
		}
		if r := b.row(later); r.State != outbox.Waiting || r.Fixed || r.LastError != "not set up" {
			t.Errorf("%+v", r)
		}
		time.Sleep(10 * time.Second)
		if r := b.row(later); r.State != outbox.Done || r.Attempts != 3 {
			t.Errorf("%+v", r)
		}
		count := map[string]int{}
		for _, line := range b.log() {
			count[strings.Fields(line)[0]]++
		}
		if diff := cmp.Diff(map[string]int{"later": 1, "echo": 1}, count); diff != "" {
			t.Error(diff)
		}
		want := []string{"echo done", "later done", "refused failed", "stale done"}
		slices.Sort(final)
		final = slices.Compact(final) // a hook may run again when its transaction is undone
		if diff := cmp.Diff(want, final); diff != "" {
			t.Error(diff)
		}
	})
}

// A row that nobody fixed in time ends without being fixed.
func TestFixNotAfterExpiry(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		fixed := 0
		b := benchWith(t, path, func(outbox.Row) error { return nil }, outbox.Config{
			Fix: func(_ context.Context, _ *sql.Tx, row outbox.Row) (outbox.Fixed, error) {
				fixed++
				return outbox.Fixed{Kind: row.Kind}, nil
			}})
		id := b.draft(outbox.Draft{Group: "a", Life: time.Minute, AtExpiry: outbox.Failed}, "message", "a1")[0]
		time.Sleep(time.Minute)
		b.w.Start()
		time.Sleep(time.Second)
		if r := b.row(id); r.State != outbox.Failed || fixed != 0 || len(b.log()) != 0 {
			t.Errorf("%+v, fixed %d times, %v", r, fixed, b.log())
		}
		b.close()
	})
}
