package approval_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/google/go-cmp/cmp"
)

// reminders are the numbers that were reminded of, and when after start.
func (o *office) reminders(start time.Time) (all []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, m := range o.messages {
		if m.Event == approval.EventReminder {
			all = append(all, m.Number+" "+o.at[i].Sub(start).Round(time.Second).String())
		}
	}
	return all
}

func TestReminder(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.supers = []string{"boss"}
		o.start()
		start := time.Now()
		reminded, decided := o.push("reply", "1"), o.push("reply", "2") // 20 m
		o.decide(decided, "lisi", true)
		time.Sleep(9 * time.Minute)
		o.close()

		o = openOffice(t, path) // before half of the time is over
		o.supers = []string{"chief"}
		o.start()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if diff := cmp.Diff([]string{"1_1 10m0s"}, o.reminders(start)); diff != "" {
			t.Error(diff)
		}
		if got := o.heard()[0]; !slices.Equal(got.To, []string{"zhangsan", "LiSi", "chief"}) {
			t.Errorf("reminded %v", got.To)
		}
		if _, steps := o.get(reminded); !slices.Contains(steps, approval.StepReminded) {
			t.Errorf("%v", steps)
		}
		o.close()

		o = openOffice(t, path) // and after it
		o.start()
		time.Sleep(8 * time.Minute)
		if got := o.reminders(start); got != nil {
			t.Errorf("reminded again: %v", got)
		}
		o.close()
	})
}

// Half of the time passes while no process runs: the reminder is late, not lost.
// After the deadline there is none.
func TestReminderAfterDowntime(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		start := time.Now()
		o.push("reply", "1")        // 20 m
		over := o.push("page", "2") // 1 m
		synctest.Wait()
		o.close()
		time.Sleep(15 * time.Minute)
		o = openOffice(t, path)
		o.start()
		defer o.close()
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"1_1 15m0s"}, o.reminders(start)); diff != "" {
			t.Error(diff)
		}
		if _, steps := o.get(over); !slices.Equal(steps, []approval.Step{"pushed", "asked", "timed_out"}) {
			t.Errorf("%v", steps)
		}
	})
}

// More than one transaction's worth of alarms is over: none of them is reminded
// of before its turn to be timed out comes.
func TestManyOverdue(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		for i := range 150 {
			o.push("page", fmt.Sprint(i))
		}
		time.Sleep(15 * time.Minute)
		start := time.Now()
		o.start()
		defer o.close()
		time.Sleep(time.Second)
		if counts, err := o.desk.Counts(t.Context()); err != nil || counts[approval.TimedOut] != 150 {
			t.Errorf("%v, %v", counts, err)
		}
		if n := o.count("notice WHERE event = 'reminder'"); n != 0 || len(o.reminders(start)) != 0 {
			t.Errorf("%d reminders of what is over", n)
		}
	})
}

// A reminder that WeCom takes only after the decision is not sent.
func TestReminderOfDecided(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		start := time.Now()
		id := o.push("reply", "1")
		time.Sleep(time.Second)
		o.mu.Lock()
		o.late = func(m told) { // the reminder's row is waiting behind this one
			if m.Event == approval.EventAsked {
				time.Sleep(15 * time.Minute)
			}
		}
		o.mu.Unlock()
		held := o.push("reply", "2")
		time.Sleep(12 * time.Minute)
		o.decide(held, "zhangsan", false)
		time.Sleep(5 * time.Minute)
		if diff := cmp.Diff([]string{"1_1 10m0s"}, o.reminders(start)); diff != "" {
			t.Error(diff)
		}
		if _, steps := o.get(held); slices.Contains(steps, approval.StepReminded) {
			t.Errorf("%v", steps)
		}
		_ = id
	})
}

// A timer that nobody tells of a nearer time still looks once a minute.
func TestTimerLooksAgain(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		id := o.push("defense", "1") // 2 h
		time.Sleep(time.Second)
		o.exec(`UPDATE alarm SET deadline_at = 1`)
		time.Sleep(58 * time.Second)
		if a, _ := o.get(id); a.Status != approval.Waiting {
			t.Errorf("%s: the timer polls", a.Status)
		}
		time.Sleep(2 * time.Second)
		if a, _ := o.get(id); a.Status != approval.TimedOut {
			t.Errorf("%s: the timer sleeps", a.Status)
		}
	})
}

// After Stop nothing is timed out, and Stop waits for what is.
func TestStop(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		id := o.push("page", "1")
		if err := o.desk.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		heads := len(o.toldHeads())
		time.Sleep(2 * time.Hour)
		if a, _ := o.get(id); a.Status != approval.Waiting {
			t.Errorf("%s after the stop", a.Status)
		}
		if heads != 2 || len(o.toldHeads()) != heads {
			t.Errorf("%d heads at the stop, want one of the start and one of the end; %d later", heads, len(o.toldHeads()))
		}
		o.close() // again
	})
}
