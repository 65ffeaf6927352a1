package approval_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/google/go-cmp/cmp"
)

// pushOn pushes an alarm of a dimension.
func (o *office) pushOn(ip, alarmType, source string) approval.Receipt {
	o.t.Helper()
	a := alarm(alarmType, source)
	a.IP = ip
	r, err := o.desk.Push(o.t.Context(), a)
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

func TestIncident(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		for i, step := range []struct {
			ip, alarmType, source string
			after                 time.Duration
			want                  approval.Receipt
		}{
			{"a", "defense", "1", 0, approval.Receipt{Alarm: 1}},
			{"a", "defense", "2", time.Minute, approval.Receipt{Alarm: 2, Incident: 1}},
			{"a", "defense", "2", 0, approval.Receipt{Alarm: 2, Incident: 1, Again: true}},
			{"b", "defense", "3", 0, approval.Receipt{Alarm: 3}},                                 // another host
			{"a", "page", "4", 0, approval.Receipt{Alarm: 4}},                                    // another type
			{"a", "reply", "5", 0, approval.Receipt{Alarm: 5}},                                   // a mode that
			{"a", "reply", "6", 0, approval.Receipt{Alarm: 6}},                                   // gathers nothing
			{"a", "defense", "7", 29*time.Minute - 1e6, approval.Receipt{Alarm: 7, Incident: 1}}, // the last moment
			{"a", "defense", "8", 1e6, approval.Receipt{Alarm: 8}},                               // half an hour
			{"a", "defense", "9", time.Minute, approval.Receipt{Alarm: 9, Incident: 8}},          // of the newer
		} {
			time.Sleep(step.after)
			if diff := cmp.Diff(step.want, o.pushOn(step.ip, step.alarmType, step.source)); diff != "" {
				t.Errorf("step %d: %s", i, diff)
			}
		}
		synctest.Wait()
		asked := map[string]int{}
		for _, m := range o.heard() {
			if m.Event == approval.EventAsked {
				asked[m.Number]++
			}
		}
		if diff := cmp.Diff(map[string]int{"1_1": 1, "3_1": 1, "4_1": 1, "5_1": 1, "6_1": 1, "8_1": 1}, asked); diff != "" {
			t.Error(diff)
		}
		counts, err := o.desk.Counts(t.Context())
		want := map[approval.Status]int{"waiting": 3, "timed_out": 3, "joined": 3} // the page and reply plans' time is over
		if diff := cmp.Diff(want, counts); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if a, steps := o.get(7); a.Incident != 1 || a.Status != approval.Waiting || a.Number() != "7_1" ||
			!cmp.Equal(steps, []approval.Step{"pushed", "asked", "joined"}) {
			t.Errorf("%+v, %v", a, steps)
		}

		// Any number of the incident decides it, and there is one run.
		out := o.decide(7, "wangwu", true)
		if out.Kind != approval.OutcomeDecided || out.Alarm.ID != 1 || out.Alarm.Joined != 2 {
			t.Errorf("%+v", out)
		}
		if out := o.decide(2, "wangwu", true); out.Kind != approval.OutcomeRepeated || out.Alarm.ID != 1 {
			t.Errorf("%+v", out)
		}
		time.Sleep(time.Second)
		for _, id := range []int64{1, 2, 7} {
			if a, _ := o.get(id); a.Status != approval.Succeeded || a.DecidedBy != "wangwu" || a.RunID == "" || a.Version != 4 {
				t.Errorf("%+v", a)
			}
		}
		if len(o.runs) != 1 {
			t.Errorf("runs %q", o.runs)
		}
		if r := o.pushOn("a", "defense", "10"); r.Incident != 8 {
			t.Errorf("%+v", r)
		}
		o.decide(8, "wangwu", false)
		if r := o.pushOn("a", "defense", "11"); r.Incident != 0 {
			t.Errorf("joined what is decided: %+v", r)
		}
	})
}

// What is over its time takes nothing in, whether or not the timer has run.
func TestIncidentEndsAtDeadline(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.worker.Start() // no timer
		defer o.close()
		first := o.pushOn("a", "page", "1")
		time.Sleep(time.Minute - time.Millisecond)
		if r := o.pushOn("a", "page", "2"); r.Incident != first.Alarm {
			t.Errorf("%+v", r)
		}
		time.Sleep(time.Millisecond)
		third := o.pushOn("a", "page", "3")
		if third.Incident != 0 {
			t.Errorf("%+v", third)
		}
		o.desk.Start()
		time.Sleep(time.Millisecond)
		synctest.Wait()
		for id, want := range map[int64]approval.Status{1: approval.TimedOut, 2: approval.TimedOut, 3: approval.Waiting} {
			if a, _ := o.get(id); a.Status != want || a.Skipped() != (want == approval.TimedOut) {
				t.Errorf("%d is %s", id, a.Status)
			}
		}
	})
}

// An incident is reminded of once, however many have joined it.
func TestIncidentReminder(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		start := time.Now()
		for i := range 5 {
			o.pushOn("a", "defense", fmt.Sprint(i))
		}
		time.Sleep(119 * time.Minute)
		if diff := cmp.Diff([]string{"1_1 1h0m0s"}, o.reminders(start)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestIncidentRace(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t))
	o.start()
	defer o.close()
	var mu sync.Mutex
	leaders := map[int64]int{}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			r := o.pushOn("a", "defense", fmt.Sprint(i))
			mu.Lock()
			defer mu.Unlock()
			leaders[r.Incident]++
		})
	}
	wg.Wait()
	if len(leaders) != 2 || leaders[0] != 1 {
		t.Errorf("incidents and who joined them: %v, want one alone and 39 with it", leaders)
	}
}
