package approval_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/google/go-cmp/cmp"
)

// Who × state × channel: what each hears who decides, and who is shown the page.
func TestRights(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.supers = []string{"boss"}
		o.cards()
		o.start()
		defer o.close()
		type key struct{ who, state string }
		members := map[string]string{"approver": "LISI", "super approver": "boss", "other plan's approver": "wangba", "other member": "zhaoliu", "nobody": ""}
		want := map[key]approval.OutcomeKind{}
		for who := range members {
			for state, kind := range map[string]approval.OutcomeKind{"waiting": approval.OutcomeDecided, "decided": approval.OutcomeAlready,
				"timed out": approval.OutcomeTimedOut, "unknown": approval.OutcomeNoNumber} {
				switch {
				case who == "approver" || who == "super approver":
				case who == "other plan's approver" && state == "unknown":
				default:
					kind = approval.OutcomeNotAllowed
				}
				want[key{who, state}] = kind
			}
		}
		const decisions = `audit WHERE step IN ('approved', 'rejected', 'timed_out')`
		source := 0
		fresh := func(mode string) int64 { source++; return o.push(mode, fmt.Sprint(source)) }
		// A former plan asked this member once: that makes him nobody's stranger.
		o.exec(`INSERT INTO alarm_approver (folded, alarm) VALUES ('wangba', ?)`, fresh("reply"))
		for _, mode := range []string{"reply", "card", "page4"} {
			decided, timedOut := fresh(mode), fresh(mode)
			synctest.Wait()
			o.decide(decided, "zhangsan", true)
			o.exec(`UPDATE alarm SET status = 'timed_out' WHERE id = ?`, timedOut)
			for k, outcome := range want {
				id := map[string]int64{"decided": decided, "timed out": timedOut, "unknown": 4711}[k.state]
				if k.state == "waiting" {
					id = fresh(mode)
					synctest.Wait()
				}
				name := fmt.Sprintf("%s, %s, %s", mode, k.who, k.state)
				view, err := o.desk.View(t.Context(), id, members[k.who])
				switch shown := err == nil; {
				case outcome == approval.OutcomeNotAllowed && !errors.Is(err, approval.ErrForbidden),
					outcome == approval.OutcomeNoNumber && !errors.Is(err, approval.ErrNoAlarm),
					shown != (outcome != approval.OutcomeNotAllowed && outcome != approval.OutcomeNoNumber),
					shown != (view.Alarm.ID == id), !shown && len(view.History) > 0:
					t.Errorf("%s: the page shows %+v, %v", name, view, err)
				}
				waiting, err := o.desk.Waiting(t.Context(), members[k.who], 1000)
				listed := slices.ContainsFunc(waiting, func(a approval.Alarm) bool { return a.ID == id })
				if err != nil || listed != (outcome == approval.OutcomeDecided) {
					t.Errorf("%s: listed %v, %v", name, listed, err)
				}
				before := o.count(decisions)
				d := approval.Decision{Alarm: id, Node: 1, By: members[k.who], Approve: false, Channel: approval.ChannelReply, Version: view.Alarm.Version}
				if mode == "card" {
					d.Channel, d.TaskID = approval.ChannelCard, o.task(id)
				}
				out, err := o.desk.Decide(t.Context(), d)
				if err != nil || out.Kind != outcome {
					t.Errorf("%s: %s, %v; want %s", name, out.Kind, err, outcome)
				}
				if rows := o.count(decisions) - before; (rows == 0) != (outcome != approval.OutcomeDecided) {
					t.Errorf("%s: %d rows in the audit", name, rows)
				}
			}
		}
	})
}

// task is the card of an alarm, one that nobody has for alarms without.
func (o *office) task(alarm int64) (id string) {
	o.t.Helper()
	err := o.db.Tx(o.t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT coalesce(max(task_id), 'fta-none') FROM notice WHERE alarm = ? AND task_id <> ''`, alarm).Scan(&id)
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

func TestView(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		leader := o.pushOn("a", "defense", "0").Alarm
		for i := range 101 {
			o.pushOn("a", "defense", fmt.Sprint(i+1))
		}
		synctest.Wait()
		v, err := o.desk.View(t.Context(), leader, "WangWu")
		if err != nil || v.Alarm.Joined != 101 || len(v.Joined) != 100 || v.Joined[0].ID != 2 || v.Joined[0].Incident != leader ||
			len(v.History) != 2 || v.History[0].Actor != "app" || v.History[1].Step != approval.StepAsked {
			t.Errorf("%+v, %v", v, err)
		}
		v, err = o.desk.View(t.Context(), 50, "wangwu")
		if err != nil || v.Alarm.Incident != leader || len(v.History) != 3 || len(v.Joined) != 0 || v.Alarm.Deadline.Sub(v.Alarm.Pushed) != 2*time.Hour {
			t.Errorf("%+v, %v", v, err)
		}
		o.set(func() { o.supers = []string{"boss"} })
		for _, member := range []string{"wangwu", "boss"} {
			if alarms, err := o.desk.Waiting(t.Context(), member, 1000); err != nil || len(alarms) != 1 {
				t.Errorf("%s: %d are listed, %v", member, len(alarms), err)
			}
		}
	})
}

// A page that shows an alarm as it no longer is decides nothing.
func TestVersion(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		id := o.push("reply", "1")
		by := func(userid string, version int64) approval.OutcomeKind {
			out, err := o.desk.Decide(t.Context(), approval.Decision{Alarm: id, Node: 1, By: userid, Approve: true, Version: version, Channel: approval.ChannelPage})
			if err != nil || out.Kind != approval.OutcomeNotAllowed && out.Alarm.ID != id {
				t.Errorf("%+v, %v", out, err)
			}
			return out.Kind
		}
		if got := by("zhangsan", 2); got != approval.OutcomeStale {
			t.Errorf("a version of the future: %s", got)
		}
		if got := by("wangba", 2); got != approval.OutcomeNotAllowed {
			t.Errorf("a stranger hears of versions: %s", got)
		}
		if a, _ := o.get(id); a.Status != approval.Waiting || a.Version != 1 {
			t.Errorf("%+v", a)
		}
		if got := by("zhangsan", 1); got != approval.OutcomeDecided {
			t.Errorf("%s", got)
		}
		if got := by("lisi", 1); got != approval.OutcomeAlready {
			t.Errorf("%s", got)
		}
		var seen []int64
		for range 3 {
			a, _ := o.get(id)
			seen = append(seen, a.Version)
			time.Sleep(time.Second)
		}
		if !slices.IsSorted(seen) || seen[2] != 4 { // decided, running, succeeded
			t.Errorf("versions %v", seen)
		}
	})
}

func TestUndelivered(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.hookDown = true
		o.start()
		defer o.close()
		o.set(func() {
			o.result = func(m told) approval.Sent {
				if m.Event == approval.EventAsked {
					return approval.Sent{InvalidUsers: []string{"lisi"}}
				}
				return approval.Sent{}
			}
		})
		partly := o.push("reply", "1")
		synctest.Wait()
		o.set(func() { o.mute = true })
		failed := o.push("page", "2")
		synctest.Wait()
		o.set(func() { o.mute, o.away = false, true })
		unknown := o.push("defense", "3")
		time.Sleep(10 * time.Second)
		o.decide(partly, "zhangsan", true) // its run fails too, and is no message
		time.Sleep(11 * time.Minute)       // the run's max is over
		o.exec(`UPDATE outbox SET expires_at = ? WHERE state = 'waiting'`, time.Now().Add(time.Minute).UnixMilli())
		time.Sleep(3 * time.Minute)
		all, err := o.desk.Undelivered(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, u := range all {
			if u.Event == approval.EventAsked {
				got = append(got, fmt.Sprintf("%d %s %s %q", u.Alarm, u.State, u.To, strings.SplitN(u.Reason, ":", 2)[0]))
			}
			if u.At.IsZero() || u.Row == 0 || u.Event == "" {
				t.Errorf("%+v", u)
			}
		}
		want := []string{
			fmt.Sprintf(`%d unknown [wangwu] "WeCom is away"`, unknown),
			fmt.Sprintf(`%d failed [wangwu] "no such member"`, failed),
			fmt.Sprintf(`%d done [lisi] "these members cannot see the app"`, partly),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if !slices.IsSortedFunc(all, func(a, b approval.Undelivered) int { return int(b.Row - a.Row) }) {
			t.Error("not the latest first")
		}
		for limit, n := range map[int]int{0: 0, 1: 1, 2: 2} {
			if few, err := o.desk.Undelivered(t.Context(), limit); err != nil || len(few) != n {
				t.Errorf("limit %d: %d, %v", limit, len(few), err)
			}
		}
		_, entries, err := o.desk.Get(t.Context(), partly)
		if err != nil || !slices.ContainsFunc(entries, func(e approval.Entry) bool {
			return e.Step == approval.StepUnreached && strings.Contains(e.Detail, "lisi")
		}) {
			t.Errorf("%+v, %v", entries, err)
		}
		if _, entries, err = o.desk.Get(t.Context(), unknown); err != nil || !slices.ContainsFunc(entries, func(e approval.Entry) bool {
			return e.Step == approval.StepMessageUnknown
		}) {
			t.Errorf("%+v, %v", entries, err)
		}
	})
}

// A message that an earlier version has stored is delivered and recorded.
func TestMessageWithoutNotice(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		id := o.push("reply", "1")
		synctest.Wait()
		for _, group := range []string{fmt.Sprintf("alarm/%d", id), "late/zhangsan"} {
			err := o.db.Tx(t.Context(), func(tx *sql.Tx) error {
				_, err := outbox.Add(t.Context(), tx, outbox.Draft{Group: group}, func(int64) (string, []byte, error) {
					return "message", []byte(`{}`), nil // refused by the deliverer
				})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		o.worker.Wake()
		time.Sleep(time.Second)
		if _, steps := o.get(id); !slices.Equal(steps, []approval.Step{"pushed", "asked", "message_failed"}) {
			t.Errorf("%v", steps)
		}
		all, err := o.desk.Undelivered(t.Context(), 9)
		if err != nil || len(all) != 2 || all[0].Alarm != 0 || all[1].Alarm != id {
			t.Errorf("%+v, %v", all, err)
		}
	})
}
