package approval

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
)

// The conditions of the UPDATEs are the last word: whoever holds an alarm as it
// was read before somebody else changed it changes nothing. One writer makes
// that impossible from outside.
func TestStaleAlarmChangesNothing(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, err := database.Open(ctx, database.Config{Path: filepath.Join(t.TempDir(), "x.db"), Kind: "test",
		Schemas: []database.Schema{outbox.Schema, Schema}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	told := 0
	d, err := New(ctx, Config{DB: db, AuditKey: bytes.Repeat([]byte("k"), minAuditKey),
		Plans: Plans{{AlarmType: "a", Name: "n", Mode: ModeReply, Approvers: []string{"zhangsan"}, Timeout: time.Minute, Run: &Run{URL: "http://h/", Max: time.Minute}}},
		Notifier: func(Event, int64) (string, []byte, error) {
			told++
			return "", nil, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Push(ctx, Alarm{AppID: "app", SourceID: "1", SourceTime: time.Now(), IP: "h", Type: "a", Content: "c"})
	if err != nil {
		t.Fatal(err)
	}
	in := func(do func(tx *sql.Tx) error) {
		t.Helper()
		if err := db.Tx(ctx, do); err != nil {
			t.Fatal(err)
		}
	}
	var waiting Alarm
	in(func(tx *sql.Tx) (err error) { waiting, err = get(ctx, tx, r.Alarm); return err })
	now := time.Now()
	approve := verdict{status: Approved, step: StepApproved, event: EventDecided, actor: "zhangsan", at: now}
	late := approve
	late.at = waiting.Deadline
	early := verdict{status: TimedOut, step: StepTimedOut, event: EventTimedOut, actor: System, at: now}
	settle := func(v verdict) (won bool) {
		t.Helper()
		in(func(tx *sql.Tx) (err error) { _, won, err = d.settle(ctx, tx, waiting, v); return err })
		return won
	}
	rows := func() (n int) {
		in(func(tx *sql.Tx) error {
			return tx.QueryRow(`SELECT (SELECT count(*) FROM audit) + (SELECT count(*) FROM outbox)`).Scan(&n)
		})
		return n
	}
	end := func() {
		t.Helper()
		in(func(tx *sql.Tx) error { _, err := d.endRun(ctx, tx, waiting, "broken"); return err })
	}
	before, heard := rows(), told
	if settle(late) || settle(early) {
		t.Error("a member was too late, or the timer too early, and won")
	}
	end() // of what was never begun
	if rows() != before || told != heard {
		t.Error("what changed nothing left a trace")
	}
	if !settle(approve) {
		t.Fatal("the decision did not win")
	}
	before, heard = rows(), told
	reject := approve
	reject.status, reject.step = Rejected, StepRejected
	timedOut := early
	timedOut.at = waiting.Deadline
	if settle(reject) || settle(timedOut) {
		t.Error("decided twice")
	}
	if rows() != before || told != heard {
		t.Error("the second decision left a trace")
	}
	begin := func() { // twice, as after a crash in the first attempt
		t.Helper()
		if err := d.runBegins(ctx, runRow{Alarm: r.Alarm, ID: "run"}); err != nil {
			t.Fatal(err)
		}
	}
	begin()
	if n := rows(); n != before+1 {
		t.Errorf("%d rows for the beginning", n-before)
	}
	begin()
	if n := rows(); n != before+1 {
		t.Errorf("%d rows for the beginning", n-before)
	}
	end()
	before, heard = rows(), told
	end()
	begin()
	if rows() != before || told != heard {
		t.Error("the run ended twice, or began after its end")
	}
	in(func(tx *sql.Tx) error {
		a, err := get(ctx, tx, r.Alarm)
		if a.Status != Failed || a.RunError != "broken" || a.DecidedBy != "zhangsan" || a.Version != 4 {
			t.Errorf("%+v", a)
		}
		return err
	})
}

// A row that cannot be read delays its own delivery and nothing else.
func TestBrokenNotice(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db, err := database.Open(ctx, database.Config{Path: filepath.Join(t.TempDir(), "x.db"), Kind: "test",
		Schemas: []database.Schema{outbox.Schema, Schema}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	d := &Desk{cfg: Config{DB: db, Supers: func() []string { return nil }}}
	err = db.Tx(ctx, func(tx *sql.Tx) error {
		for row, members := range []string{`{`, `[]`, `{}`, `[1]`} {
			if _, err := tx.Exec(`INSERT INTO notice (row, event, wanted, reached) VALUES (?1, 'digest', ?2, ?2)`, row+1, members); err != nil {
				return err
			}
			if _, err := d.Fix(ctx, tx, outbox.Row{ID: int64(row + 1)}); err == nil && members != `[]` {
				t.Errorf("%s was read", members)
			}
		}
		return errors.New("undo")
	})
	if err == nil || err.Error() != "undo" {
		t.Error(err)
	}
}
