package approval_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// 200 alarms from 20 clients at once: all are accepted, each approver is asked
// or told by a digest, and nobody gets more than WeCom delivers, whenever the
// process dies.
func TestStorm(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		members := []string{"zhangsan", "lisi", "boss", "chief"}
		o.supers = members[2:]
		o.start()
		var wg sync.WaitGroup
		for client := range 20 {
			wg.Go(func() {
				for i := range 10 {
					o.push("reply", fmt.Sprintf("%d-%d", client, i))
				}
			})
		}
		wg.Wait()
		time.Sleep(3 * time.Second)
		seen := map[string][]arrival{}
		for _, m := range members {
			seen[m] = o.inbox(m)
		}
		o.close()
		o2 := openOffice(t, path) // what was sent before counts after a restart
		o2.supers = members[2:]
		o2.start()
		defer o2.close()
		o2.push("reply", "after")
		time.Sleep(2 * time.Minute)
		for _, m := range members {
			all := append(seen[m], o2.inbox(m)...)
			if n := busiest(all, time.Minute); n > 21 {
				t.Errorf("%s got %d messages in a minute", m, n)
			}
			d := digests(all)
			if len(d) == 0 || d[len(d)-1].Waiting != 201 {
				t.Errorf("%s: digests %+v, the last does not tell of all 201", m, d)
			}
			if one := len(all) - len(d); one != 20 {
				t.Errorf("%s was asked %d times one by one, want 20", m, one)
			}
		}
		counts, err := o2.desk.Counts(t.Context())
		if counts[approval.Waiting] != 201 || err != nil {
			t.Errorf("%v, %v", counts, err)
		}
	})
}

// WeCom is away for ten minutes: everything arrives afterwards, once and in
// order; what would be too much at once arrives as a digest.
func TestAway(t *testing.T) {
	t.Parallel()
	for name, alarms := range map[string]int{"few": 8, "many": 60} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := temp(t)
			synctest.Test(t, func(t *testing.T) {
				o := openOffice(t, path)
				o.away = true
				o.start()
				for i := range alarms {
					o.push("reply", fmt.Sprint(i))
					time.Sleep(5 * time.Second)
				}
				o.decide(1, "zhangsan", false)
				o.close()
				o = openOffice(t, path) // restarted while WeCom is away
				o.away = true
				o.start()
				defer o.close()
				time.Sleep(10*time.Minute - time.Duration(alarms)*5*time.Second - time.Second)
				if len(o.heard()) != 0 {
					t.Fatal("WeCom was not away")
				}
				o.set(func() { o.away = false })
				time.Sleep(3 * time.Minute)
				all := o.inbox("lisi")
				times := map[string]int{}
				for _, a := range all {
					if a.Event != approval.EventDigest && a.Event != approval.EventReminder {
						times[string(a.Event)+" "+a.Number]++
					}
				}
				for what, n := range times {
					if n != 1 {
						t.Errorf("%s arrived %d times", what, n)
					}
				}
				if times["asked 1_1"] != 1 {
					t.Error("the first alarm never arrived")
				}
				d := digests(all)
				switch {
				case alarms == 8 && (len(times) != 8+1 || len(d) != 0 || times["decided 1_1"] != 1):
					t.Errorf("%v, %d digests", times, len(d))
				case alarms == 60 && (len(times) < 20 || len(d) == 0 || d[len(d)-1].Waiting != 59):
					t.Errorf("%d one by one, digests %+v", len(times), d)
				}
				if n := busiest(all, time.Minute); n > 21 {
					t.Errorf("%d messages in a minute", n)
				}
				for i, a := range all {
					if a.Event == approval.EventDecided && !slices.ContainsFunc(all[:i], func(b arrival) bool {
						return b.Event == approval.EventAsked && b.Number == a.Number
					}) {
						t.Errorf("%s was told before it was asked", a.Number)
					}
				}
			})
		})
	}
}
