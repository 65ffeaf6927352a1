package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/google/go-cmp/cmp"
)

// A hook that fails must neither lose the final state nor cause a second
// delivery, and must not undo the rows that are marked with it.
func TestFinishedFails(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		failures := 3
		b := newBench(t, path, 8, func(outbox.Row) error { return nil }, func(ctx context.Context, tx *sql.Tx, row outbox.Row) error {
			if string(row.Payload) == "a1" && failures > 0 {
				failures--
				return errors.New("not now")
			}
			_, err := outbox.Add(ctx, tx, outbox.Draft{Group: "log"}, func(int64) (string, []byte, error) {
				if row.Group == "log" {
					return "", nil, nil
				}
				return "message", fmt.Appendf(nil, "%s is %s", row.Payload, row.State), nil
			})
			return err
		})
		b.w.Start()
		defer b.close()
		id := b.add("a", "a1")[0]
		others := append(b.add("b", "b1"), b.add("c", "c1")...)
		time.Sleep(100 * time.Millisecond)
		for _, other := range others {
			if s := b.row(other).State; s != outbox.Done {
				t.Errorf("row %d, which nothing is wrong with, is %s", other, s)
			}
		}
		if s := b.row(id).State; s != outbox.Waiting {
			t.Errorf("the state was stored without its hook: %s", s)
		}
		time.Sleep(30 * time.Second)
		if s := b.row(id).State; s != outbox.Done {
			t.Errorf("%s", s)
		}
		count := map[string]int{}
		for _, line := range b.log() {
			count[line[:strings.LastIndex(line, " @")]]++
		}
		want := map[string]int{"a a1": 1, "b b1": 1, "c c1": 1, "log a1 is done": 1, "log b1 is done": 1, "log c1 is done": 1}
		if diff := cmp.Diff(want, count); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestStopWaitsAndStartGoesOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 8, func(outbox.Row) error { time.Sleep(3 * time.Second); return nil }, nil)
		b.w.Start()
		ids := b.add("a", "a1", "a2")
		time.Sleep(time.Second)
		b.close() // while a1 is on its way
		if got := time.Since(b.start); got < 3*time.Second {
			t.Errorf("stopped after %v: the running delivery was cut", got)
		}

		b = newBench(t, path, 8, func(outbox.Row) error { return nil }, nil)
		if s := b.row(ids[0]).State; s != outbox.Done {
			t.Errorf("the delivery that was waited for is %s", s)
		}
		b.w.Start() // nobody wakes it
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"a a2 @0"}, b.log()); diff != "" {
			t.Error(diff)
		}
		b.close()
	})
}

func TestStopCutsShort(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := database.Open(t.Context(), database.Config{Path: path, Kind: "test", Schemas: []database.Schema{outbox.Schema}})
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{t: t, db: db, start: time.Now()}
		b.w, err = outbox.New(outbox.Config{DB: db, Timeout: time.Minute, Deliver: map[string]outbox.Deliver{
			"message": func(ctx context.Context, _ outbox.Row) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() },
		}})
		if err != nil {
			t.Fatal(err)
		}
		b.w.Start()
		id := b.add("a", "a1")[0]
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := b.w.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(b.start); took > 7*time.Second {
			t.Errorf("took %v", took)
		}
		if r := b.row(id); r.State != outbox.Waiting || r.Attempts != 1 {
			t.Errorf("%+v", r)
		}
		_ = db.Close()
	})
}

// As many groups run beside each other as configured, and no more.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 3, func(outbox.Row) error { time.Sleep(10 * time.Second); return nil }, nil)
		b.w.Start()
		for _, g := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			b.add(g, g+"1")
		}
		time.Sleep(35 * time.Second)
		at := map[string]int{}
		for _, line := range b.log() {
			at[line[strings.LastIndex(line, "@"):]]++
		}
		if diff := cmp.Diff(map[string]int{"@0": 3, "@10": 3, "@20": 1}, at); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		b.close()
	})
}

func TestDrain(t *testing.T) {
	t.Parallel()
	b := newBench(t, filepath.Join(t.TempDir(), "x.db"), 8, func(outbox.Row) error { return nil }, nil)
	const groups, each = 200, 3
	for g := range groups {
		var texts []string
		for i := range each {
			texts = append(texts, fmt.Sprint(i))
		}
		b.add(fmt.Sprint(g), texts...)
	}
	b.w.Start()
	deadline := time.Now().Add(2 * time.Minute) // of a hang; it takes seconds
	for len(b.log()) < groups*each && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	b.close()
	last := map[string]string{}
	for _, line := range b.log() {
		f := strings.Fields(line)
		if want := map[string]string{"": "0", "0": "1", "1": "2"}[last[f[0]]]; f[1] != want {
			t.Fatalf("group %s: %s after %q", f[0], f[1], last[f[0]])
		}
		last[f[0]] = f[1]
	}
	if n := len(b.log()); n != groups*each {
		t.Errorf("%d deliveries, want %d", n, groups*each)
	}
	t.Logf("%d rows in %v", groups*each, time.Since(b.start).Round(time.Millisecond))
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	db := new(database.DB)
	deliver := func(context.Context, outbox.Row) ([]byte, error) { return nil, nil }
	for name, cfg := range map[string]outbox.Config{
		"no database":    {Deliver: map[string]outbox.Deliver{"a": deliver}},
		"no deliverer":   {DB: db},
		"nil deliverer":  {DB: db, Deliver: map[string]outbox.Deliver{"a": nil}},
		"kind is empty":  {DB: db, Deliver: map[string]outbox.Deliver{"": deliver}},
		"negative width": {DB: db, Deliver: map[string]outbox.Deliver{"a": deliver}, Groups: -1},
		"negative keep":  {DB: db, Deliver: map[string]outbox.Deliver{"a": deliver}, Keep: -1},
	} {
		if _, err := outbox.New(cfg); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
