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
)

func (b *bench) saw(text string) bool {
	return slices.ContainsFunc(b.log(), func(line string) bool { return strings.Contains(line, " "+text+" @") })
}

// Hooks that hang until their timeout, more than there are slots, hold no
// message up.
func TestKindsDoNotShareSlots(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 2, func(row outbox.Row) error {
			if row.Kind == "hook" {
				time.Sleep(30 * time.Second)
				return errors.New("away")
			}
			return nil
		}, nil)
		b.w.Start()
		defer b.close()
		for i := range 10 {
			b.draft(outbox.Draft{Group: fmt.Sprint("run", i)}, "hook", "h")
		}
		time.Sleep(time.Second)
		b.add("m", "m1")
		time.Sleep(time.Second)
		if !b.saw("m1") {
			t.Errorf("the message waits: %v", b.log())
		}
	})
}

// A row that a final state has added is seen although another kind has its slots
// full and a queue behind them.
func TestAddedWhileOthersWait(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 2, func(row outbox.Row) error {
			if row.Kind == "hook" {
				time.Sleep(30 * time.Second)
			}
			return nil
		}, func(ctx context.Context, tx *sql.Tx, row outbox.Row) error {
			if string(row.Payload) != "m1" {
				return nil
			}
			_, err := outbox.Add(ctx, tx, outbox.Draft{Group: "other"}, func(int64) (string, []byte, error) {
				return "message", []byte("m2"), nil
			})
			return err
		})
		b.w.Start()
		defer b.close()
		for i := range 10 {
			b.draft(outbox.Draft{Group: fmt.Sprint("run", i)}, "hook", "h")
		}
		time.Sleep(time.Second)
		b.add("m", "m1")
		time.Sleep(time.Second)
		if !b.saw("m2") {
			t.Errorf("%v", b.log())
		}
	})
}

// Messages that hang again and again leave room for others.
func TestRetriesLeaveRoom(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, path, 4, func(row outbox.Row) error {
			if strings.HasPrefix(row.Group, "stuck") {
				time.Sleep(30 * time.Second)
				return errors.New("away")
			}
			return nil
		}, nil)
		b.w.Start()
		defer b.close()
		for i := range 40 {
			b.add(fmt.Sprint("stuck", i), "s")
		}
		time.Sleep(6 * time.Minute) // every one has had its first attempt
		for i := range 5 {
			text := fmt.Sprint("m", i)
			b.add(text, text)
			time.Sleep(time.Second)
			if !b.saw(text) {
				t.Errorf("%s waits behind rows that hang", text)
			}
			time.Sleep(13 * time.Second)
		}
	})
}
