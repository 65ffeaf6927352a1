package approval_test

import (
	"database/sql"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func runRows(t *testing.T, o *office) (groups []string) {
	t.Helper()
	err := o.db.Tx(t.Context(), func(tx *sql.Tx) error {
		rows, err := tx.Query(`SELECT grp FROM outbox WHERE kind = 'run'`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var g string
			if err := rows.Scan(&g); err != nil {
				return err
			}
			groups = append(groups, g)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return groups
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		long := o.push("reply", "1") // 20 m
		time.Sleep(time.Second)
		short := o.push("page", "2") // 1 m: nearer than what the timer waits for
		time.Sleep(time.Minute - time.Millisecond)
		synctest.Wait()
		if a, _ := o.get(short); a.Status != approval.Waiting {
			t.Errorf("a millisecond early: %s", a.Status)
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		a, steps := o.get(short)
		if a.Status != approval.TimedOut || !a.Skipped() || a.DecidedBy != "" || a.Approved {
			t.Errorf("%+v", a)
		}
		if diff := cmp.Diff([]approval.Step{"pushed", "asked", "reminded", "timed_out"}, steps); diff != "" {
			t.Error(diff)
		}
		if a, _ := o.get(long); a.Status != approval.Waiting {
			t.Errorf("%s", a.Status)
		}
		o.close()

		// The deadline passes while no process runs.
		time.Sleep(time.Hour)
		o = openOffice(t, path)
		o.start()
		defer o.close()
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if a, _ := o.get(long); a.Status != approval.TimedOut || a.Skipped() || a.RunID != "" {
			t.Errorf("%+v", a)
		}
		time.Sleep(time.Second)
		want := []told{{Event: "timed_out", Number: "1_1", To: []string{"zhangsan", "LiSi"}}}
		if diff := cmp.Diff(want, o.heard()); diff != "" {
			t.Error(diff)
		}
	})
}

// The timer does not poll: it learns of a deadline nearer than its next look.
func TestTimerIsToldOfNearerDeadline(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		time.Sleep(7 * time.Second)
		id := o.push("quick", "1")
		time.Sleep(5*time.Second + time.Millisecond)
		synctest.Wait()
		if a, _ := o.get(id); a.Status != approval.TimedOut || a.Skipped() {
			t.Errorf("%s, skipped %v", a.Status, a.Skipped())
		}
	})
}

// The deadline counts, not the moment at which the timer gets round to it.
func TestDeadlineWithoutTimer(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.worker.Start()
		in, out := o.push("page", "1"), o.push("page", "2")
		time.Sleep(time.Minute - time.Millisecond)
		if got := o.decide(in, "wangwu", true); got.Kind != approval.OutcomeDecided {
			t.Errorf("a millisecond before the deadline: %+v", got)
		}
		time.Sleep(time.Millisecond)
		waiting, err := o.desk.Waiting(t.Context(), "wangwu", 10)
		if err != nil || len(waiting) != 0 {
			t.Errorf("listed although too late: %v, %v", waiting, err)
		}
		for range 2 {
			if got := o.decide(out, "wangwu", true); got.Kind != approval.OutcomeTimedOut || got.Alarm.Status != approval.TimedOut {
				t.Errorf("at the deadline: %+v", got)
			}
		}
		_, steps := o.get(out)
		if diff := cmp.Diff([]approval.Step{"pushed", "asked", "timed_out"}, steps); diff != "" {
			t.Error(diff)
		}
		// A plan without run succeeds with its decision.
		a, steps := o.get(in)
		if diff := cmp.Diff([]approval.Step{"pushed", "asked", "approved", "run_succeeded"}, steps); diff != "" || a.Status != approval.Succeeded {
			t.Error(diff, a.Status)
		}
		o.close() // the desk was never started
	})
}

func TestRunIsRepeatedUntilMax(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.hookDown = true
		o.start()
		defer o.close()
		id := o.push("reply", "1")
		synctest.Wait()
		o.decide(id, "zhangsan", true)
		time.Sleep(time.Second)
		if a, _ := o.get(id); a.Status != approval.Running {
			t.Errorf("while it is repeated: %s", a.Status)
		}
		if got := o.heard(); len(got) != 2 || got[1].Event != "decided" {
			t.Errorf("messages wait for the hook: %+v", got)
		}
		time.Sleep(10*time.Minute - 2*time.Second)
		if a, _ := o.get(id); a.Status != approval.Running {
			t.Errorf("a second before max: %s", a.Status)
		}
		time.Sleep(2 * time.Second)
		a, steps := o.get(id)
		if a.Status != approval.Failed || a.RunError != "connection refused" {
			t.Errorf("%+v", a)
		}
		if diff := cmp.Diff([]approval.Step{"pushed", "asked", "approved", "run_started", "run_failed"}, steps); diff != "" {
			t.Error(diff)
		}
		if len(o.runs) < 10 {
			t.Errorf("%d attempts in ten minutes", len(o.runs))
		}
		for _, r := range o.runs {
			if r != o.runs[0] {
				t.Errorf("a repetition differs: %q and %q", r, o.runs[0])
			}
		}
		time.Sleep(time.Second)
		if got := o.heard(); len(got) != 3 || got[2].Event != "run_failed" || len(got[2].To) != 2 {
			t.Errorf("%+v", got)
		}
	})
}

func TestLostMessageIsOnRecord(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.mute = true
		o.start()
		defer o.close()
		id := o.push("reply", "1")
		time.Sleep(time.Second)
		_, entries, err := o.desk.Get(t.Context(), id)
		if err != nil || len(entries) != 2 || entries[1].Step != approval.StepMessageFailed || !strings.Contains(entries[1].Detail, "no such member") {
			t.Errorf("%+v, %v", entries, err)
		}
	})
}

func TestPushOnce(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t))
	o.start()
	defer o.close()
	var fresh atomic.Int32
	var ids sync.Map
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			r, err := o.desk.Push(t.Context(), alarm("reply", "one"))
			if err != nil {
				t.Error(err)
			}
			if !r.Again {
				fresh.Add(1)
			}
			ids.Store(r.Alarm, true)
		})
	}
	wg.Wait()
	n := 0
	ids.Range(func(any, any) bool { n++; return true })
	if n != 1 || fresh.Load() != 1 {
		t.Errorf("%d numbers, %d called new", n, fresh.Load())
	}
	other := alarm("reply", "one")
	other.AppID = "another"
	if r, err := o.desk.Push(t.Context(), other); err != nil || r.Again {
		t.Errorf("another app's source_id: %+v, %v", r, err)
	}
}

func TestPushRefuses(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t))
	o.start()
	defer o.close()
	for field, spoil := range map[string]func(*approval.Alarm){
		"app_id":        func(a *approval.Alarm) { a.AppID = "" },
		"ip":            func(a *approval.Alarm) { a.IP = "10.0.0.1\nTY 9_1" },
		"source_id":     func(a *approval.Alarm) { a.SourceID = strings.Repeat("x", 257) },
		"alarm_type":    func(a *approval.Alarm) { a.Type = " " },
		"alarm_content": func(a *approval.Alarm) { a.Content = "\xff" },
		"source_time":   func(a *approval.Alarm) { a.SourceTime = time.Now().Add(-25 * time.Hour) },
		"alarm_context": func(a *approval.Alarm) { a.Context = []byte(`[]`) },
	} {
		a := alarm("reply", "1")
		spoil(&a)
		var refused *approval.FieldError
		if _, err := o.desk.Push(t.Context(), a); !errors.As(err, &refused) || refused.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := o.desk.Push(t.Context(), alarm("other", "1")); !errors.Is(err, approval.ErrNoPlan) {
		t.Errorf("%v", err)
	}
	late := alarm("reply", "1")
	late.SourceTime = time.Now().Add(30 * time.Hour).In(time.FixedZone("CST", 8*3600))
	if _, err := o.desk.Push(t.Context(), late); err == nil || !strings.Contains(err.Error(), "+0800 CST") {
		t.Errorf("the server's time and zone are not told: %v", err)
	}
	if counts, err := o.desk.Counts(t.Context()); err != nil || len(counts) != 0 {
		t.Errorf("%v, %v", counts, err)
	}
	if _, _, err := o.desk.Get(t.Context(), 1); !errors.Is(err, approval.ErrNoAlarm) {
		t.Errorf("%v", err)
	}
}

func TestWaitingLists(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t))
	o.supers = []string{"Boss"}
	o.start()
	defer o.close()
	one, two, three := o.push("reply", "1"), o.push("page", "2"), o.push("reply", "3")
	o.decide(one, "zhangsan", false)
	for member, want := range map[string][]int64{"LISI": {three}, "wangwu": {two}, "boss": {two, three}, "wangba": nil, "": nil} {
		alarms, err := o.desk.Waiting(t.Context(), member, 10)
		var got []int64
		for _, a := range alarms {
			got = append(got, a.ID)
			if !o.desk.MayDecide(a, member) {
				t.Errorf("%s is shown %d and may not decide it", member, a.ID)
			}
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("%s: %v %s", member, err, diff)
		}
	}
	if alarms, err := o.desk.Waiting(t.Context(), "boss", 1); err != nil || len(alarms) != 1 {
		t.Errorf("limit: %v, %v", alarms, err)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"1_1": true, "1234_1": true, "9223372036854775807_2": true,
		"": false, "1": false, "_": false, "1_": false, "_1": false, "1_1_1": false, "01_1": false, "1_01": false, "+1_1": false,
		"-1_1": false, "0_1": false, "1_0": false, "１_1": false, " 1_1": false, "9223372036854775808_1": false,
	} {
		alarm, node, ok := approval.ParseNumber(s)
		if ok != want {
			t.Errorf("ParseNumber(%q) = %d, %d, %v", s, alarm, node, ok)
		}
		if a := (approval.Alarm{ID: alarm}); ok && node == 1 && a.Number() != s {
			t.Errorf("%q became %q", s, a.Number())
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t))
	o.start()
	defer o.close()
	notifier := func(approval.Event, int64) (string, []byte, error) { return "", nil, nil }
	for want, cfg := range map[string]approval.Config{
		"DB":        {Plans: plans, Notifier: notifier, AuditKey: auditKey},
		"Plans":     {DB: o.db, Notifier: notifier, AuditKey: auditKey},
		"Notifier":  {DB: o.db, Plans: plans, AuditKey: auditKey},
		"AuditKey":  {DB: o.db, Plans: plans, Notifier: notifier, AuditKey: auditKey[1:]},
		"PerMinute": {DB: o.db, Plans: plans, Notifier: notifier, AuditKey: auditKey, PerMinute: -1},
	} {
		if _, err := approval.New(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %s: %v", want, err)
		}
	}
}
