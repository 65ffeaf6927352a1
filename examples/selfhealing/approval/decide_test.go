package approval_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/google/go-cmp/cmp"
)

func TestApproveAndRun(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.supers = []string{"boss", "zhangSAN", "not a userid"}
		o.start()
		defer o.close()
		id := o.push("reply", "1")
		time.Sleep(time.Second)
		before := time.Now()
		out := o.decide(id, "lisi", true)
		if out.Kind != approval.OutcomeDecided || out.Alarm.DecidedBy != "LiSi" || !out.Alarm.Approved || !out.Success() {
			t.Errorf("%+v", out)
		}
		time.Sleep(time.Second)
		a, steps := o.get(id)
		if a.Status != approval.Succeeded || a.Reason != "看过了" || !a.DecidedAt.Equal(before) || a.AskedRow == 0 ||
			string(a.Context) != `{"disk":"/data"}` || a.Content != "磁盘满 <a>" || a.Deadline.Sub(a.Pushed) != 20*time.Minute {
			t.Errorf("%+v", a)
		}
		if diff := cmp.Diff([]approval.Step{"pushed", "asked", "approved", "run_started", "run_succeeded"}, steps); diff != "" {
			t.Error(diff)
		}
		want := []told{
			{Event: "asked", Number: "1_1", To: []string{"zhangsan", "LiSi", "boss"}},
			{Event: "decided", Number: "1_1", To: []string{"zhangsan", "boss"}, By: "LiSi"},
			{Event: "run_succeeded", Number: "1_1", To: []string{"LiSi"}, By: "LiSi"},
		}
		if diff := cmp.Diff(want, o.heard()); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if len(o.runs) != 1 {
			t.Fatalf("runs: %q", o.runs)
		}
		parts := strings.SplitN(o.runs[0], " ", 3)
		var body map[string]any
		if err := json.Unmarshal([]byte(parts[2]), &body); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any{"alarm_id": 1.0, "plan": "通知或审批", "ip": "10.0.0.1",
			"alarm_content": "磁盘满 <a>", "approver": "LiSi", "bk_username": ""}, body); diff != "" {
			t.Error(diff)
		}
		if parts[0] != a.RunID || len(a.RunID) < 20 || parts[1] != "http://hook/" {
			t.Errorf("webhook-id %q, stored %q, url %q", parts[0], a.RunID, parts[1])
		}
	})
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.supers = []string{"boss"}
		defer o.close()
		o.start()
		rejected, approved := o.push("reply", "1"), o.push("reply", "2")
		page, nobody := o.push("page", "3"), o.push("nobody", "4")
		for _, step := range []struct {
			when    string
			id      int64
			node    int
			by      string
			approve bool
			want    approval.OutcomeKind
			decided string
		}{
			{"a stranger", rejected, 1, "wangba", true, "not_allowed", ""},
			{"a stranger, no such alarm", 99, 1, "wangba", true, "not_allowed", ""},
			{"a stranger, no such node", rejected, 2, "wangba", true, "not_allowed", ""},
			{"no userid", rejected, 1, "", true, "not_allowed", ""},
			{"Kelvin sign", rejected, 1, "zhangſan", true, "not_allowed", ""},
			{"another plan's approver", rejected, 1, "wangwu", true, "not_allowed", ""},
			{"an approver, no such alarm", 99, 1, "zhangsan", true, "no_number", ""},
			{"an approver, no such node", rejected, 2, "zhangsan", true, "no_number", ""},
			{"a super approver, no such alarm", 0, 1, "boss", true, "no_number", ""},
			{"the first", rejected, 1, "zhangsan", false, "decided", "zhangsan"},
			{"the same again", rejected, 1, "ZHANGSAN", false, "repeated", "zhangsan"},
			{"another mind", rejected, 1, "zhangsan", true, "already", "zhangsan"},
			{"another member, same verdict", rejected, 1, "lisi", false, "already", "zhangsan"},
			{"a stranger, decided", rejected, 1, "wangba", false, "not_allowed", ""},
			{"a super approver", approved, 1, "boss", true, "decided", "boss"},
			{"after him", approved, 1, "lisi", false, "already", "boss"},
			{"empty list", nobody, 1, "zhangsan", true, "not_allowed", ""},
			{"empty list, super approver", nobody, 1, "boss", false, "decided", "boss"},
		} {
			out, err := o.desk.Decide(t.Context(), approval.Decision{Alarm: step.id, Node: step.node, By: step.by, Approve: step.approve})
			if err != nil || out.Kind != step.want || out.Alarm.DecidedBy != step.decided {
				t.Errorf("%s: %s by %q, %v; want %s by %q", step.when, out.Kind, out.Alarm.DecidedBy, err, step.want, step.decided)
			}
			if (out.Kind == "not_allowed" || out.Kind == "no_number") && out.Alarm.ID != 0 {
				t.Errorf("%s: the outcome tells about the alarm", step.when)
			}
			if out.Success() != (step.want == "decided" || step.want == "repeated") {
				t.Errorf("%s: Success is wrong", step.when)
			}
		}
		time.Sleep(2 * time.Minute)
		if out := o.decide(page, "wangwu", true); out.Kind != approval.OutcomeTimedOut {
			t.Errorf("after the timeout: %+v", out)
		}
		if a, _ := o.get(rejected); a.Status != approval.Rejected || a.RunID != "" {
			t.Errorf("%+v", a)
		}
		if len(o.runs) != 1 {
			t.Errorf("%d runs, want the approved one", len(o.runs))
		}
		counts, err := o.desk.Counts(t.Context())
		if diff := cmp.Diff(map[approval.Status]int{"rejected": 2, "succeeded": 1, "timed_out": 1}, counts); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

// Super approvers count as they are now, the plan's approvers as they were.
func TestSupersChange(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.supers = []string{"boss"}
		o.start()
		defer o.close()
		id := o.push("reply", "1")
		o.mu.Lock()
		o.supers = []string{"chief"}
		o.mu.Unlock()
		if out := o.decide(id, "boss", true); out.Kind != approval.OutcomeNotAllowed {
			t.Errorf("the former super approver: %+v", out)
		}
		if out := o.decide(id, "chief", true); out.Kind != approval.OutcomeDecided {
			t.Errorf("the new super approver: %+v", out)
		}
	})
}

func TestRaces(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		by      []string
		verdict func(i int) bool
		n       int
	}{
		"20 approvals by one": {[]string{"zhangsan"}, func(int) bool { return true }, 20},
		"12 mixed by four":    {[]string{"zhangsan", "lisi", "boss", "chief"}, func(i int) bool { return i%2 == 0 }, 12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openOffice(t, temp(t))
			o.supers = []string{"boss", "chief"}
			o.start()
			defer o.close()
			for round := range 5 {
				id := o.push("reply", fmt.Sprint(round))
				var mu sync.Mutex
				var winners []string
				var wg sync.WaitGroup
				for i := range tt.n {
					wg.Go(func() {
						by := tt.by[i%len(tt.by)]
						out := o.decide(id, by, tt.verdict(i))
						mu.Lock()
						defer mu.Unlock()
						switch out.Kind {
						case approval.OutcomeDecided:
							winners = append(winners, out.Alarm.DecidedBy)
						case approval.OutcomeRepeated, approval.OutcomeAlready:
							if out.Alarm.DecidedBy == "" {
								t.Error("who decided is not told")
							}
						default:
							t.Errorf("%+v", out)
						}
					})
				}
				wg.Wait()
				a, steps := o.get(id)
				if len(winners) != 1 || !approval.SameUser(winners[0], a.DecidedBy) {
					t.Fatalf("winners %q, stored %q", winners, a.DecidedBy)
				}
				decided := 0
				for _, s := range steps {
					if s == approval.StepApproved || s == approval.StepRejected {
						decided++
					}
				}
				if decided != 1 {
					t.Errorf("audit: %v", steps)
				}
				if (a.RunID != "") != a.Approved {
					t.Errorf("approved %v, run %q", a.Approved, a.RunID)
				}
				counted := 0
				rows := runRows(t, o)
				for _, group := range rows {
					if group == fmt.Sprintf("run/%d", id) {
						counted++
					}
				}
				if want := map[bool]int{true: 1, false: 0}[a.Approved]; counted != want {
					t.Errorf("%d run rows, want %d", counted, want)
				}
			}
		})
	}
}

// What cannot be told is not decided.
func TestOneTransaction(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t))
	failing := false
	desk, err := approval.New(t.Context(), approval.Config{DB: o.db, Plans: plans, AuditKey: auditKey, Notifier: func(e approval.Event, _ int64) (string, []byte, error) {
		if failing {
			return "", nil, errors.New("no template")
		}
		return "", nil, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.db.Close() }()
	first, err := desk.Push(t.Context(), alarm("reply", "1"))
	if err != nil {
		t.Fatal(err)
	}
	failing = true
	if _, err := desk.Decide(t.Context(), approval.Decision{Alarm: first.Alarm, Node: 1, Approve: true, By: "zhangsan"}); err == nil {
		t.Error("no error")
	}
	if _, err := desk.Push(t.Context(), alarm("reply", "2")); err == nil {
		t.Error("no error")
	}
	a, steps := o.get(first.Alarm)
	if a.Status != approval.Waiting || len(steps) != 1 || len(runRows(t, o)) != 0 {
		t.Errorf("%s, %v, %v", a.Status, steps, runRows(t, o))
	}
	failing = false
	if r, err := desk.Push(t.Context(), alarm("reply", "2")); err != nil || r.Again || r.Alarm == 0 {
		t.Errorf("the push that failed was half stored: %+v, %v", r, err)
	}
}
