package approval_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// cards has every card answered with a code of its own.
func (o *office) cards() {
	o.result = func(m told) approval.Sent {
		if m.TaskID == "" || m.Event == approval.EventCardUpdate {
			return approval.Sent{MsgID: "m"}
		}
		return approval.Sent{MsgID: "m", ResponseCode: approval.Code("code of " + m.TaskID)}
	}
}

// of returns the messages of a kind.
func (o *office) of(kind approval.EventKind) (all []told) {
	for _, m := range o.heard() {
		if m.Event == kind {
			all = append(all, m)
		}
	}
	return all
}

func (o *office) tap(taskID, by string, approve bool) approval.Outcome {
	o.t.Helper()
	out, err := o.desk.Decide(o.t.Context(), approval.Decision{TaskID: taskID, Alarm: 99, Node: 99, By: by, Approve: approve,
		Channel: approval.ChannelCard})
	if err != nil {
		o.t.Error(err)
	}
	return out
}

func TestCards(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.cards()
		o.start()
		defer o.close()
		id := o.push("card", "1")
		time.Sleep(11 * time.Minute) // past the reminder
		o.push("reply", "2")
		time.Sleep(time.Second)
		asked, reminder := o.of(approval.EventAsked), o.of(approval.EventReminder)
		if len(asked) != 2 || len(reminder) != 1 || asked[0].TaskID == "" || reminder[0].TaskID == "" || asked[0].TaskID == reminder[0].TaskID {
			t.Fatalf("asked %+v, reminded %+v", asked, reminder)
		}
		if asked[1].TaskID != "" {
			t.Error("a plan by reply has a card")
		}
		if len(asked[0].TaskID) > 128 || strings.Trim(asked[0].TaskID, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-@") != "" {
			t.Errorf("task_id %q is none that WeCom takes", asked[0].TaskID)
		}
		if out := o.tap("fta-unknown", "zhangsan", true); out.Kind != approval.OutcomeNoNumber {
			t.Errorf("%+v", out)
		}
		if out := o.tap(reminder[0].TaskID, "wangba", true); out.Kind != approval.OutcomeNotAllowed {
			t.Errorf("%+v", out)
		}
		if got := o.of(approval.EventCardUpdate); got != nil {
			t.Errorf("cards are changed before a decision: %+v", got)
		}
		out := o.tap(reminder[0].TaskID, "lisi", true)
		if out.Kind != approval.OutcomeDecided || out.Alarm.ID != id || out.Alarm.Channel != approval.ChannelCard {
			t.Errorf("%+v", out)
		}
		if out := o.tap(asked[0].TaskID, "wangwu", false); out.Kind != approval.OutcomeAlready {
			t.Errorf("%+v", out)
		}
		time.Sleep(time.Second)
		// The card that was tapped is changed by the passive reply for who tapped it;
		// the other one of that member is not.
		want := []told{
			{Event: "card_update", Number: "1_1", By: "LiSi", To: []string{"zhangsan", "LiSi", "wangwu"},
				TaskID: asked[0].TaskID, Code: "code of " + asked[0].TaskID},
			{Event: "card_update", Number: "1_1", By: "LiSi", To: []string{"zhangsan", "wangwu"},
				TaskID: reminder[0].TaskID, Code: "code of " + reminder[0].TaskID},
		}
		byTask := cmpopts.SortSlices(func(a, b told) bool { return a.TaskID < b.TaskID })
		if diff := cmp.Diff(want, o.of(approval.EventCardUpdate), byTask); diff != "" {
			t.Error(diff)
		}
		_, steps := o.get(id)
		if n := len(slices.DeleteFunc(steps, func(s approval.Step) bool { return s != approval.StepCardUpdated })); n != 2 {
			t.Errorf("%d changes of cards are on record", n)
		}
	})
}

// Cards change too when a reply decides, when nobody does, and when the decision
// comes while the card is on its way.
func TestCardsFollow(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.cards()
		o.start()
		defer o.close()
		all := []string{"zhangsan", "LiSi", "wangwu"}
		for i, step := range []struct {
			what string
			do   func(id int64)
			by   string
		}{
			{"reply", func(id int64) { o.decide(id, "lisi", false) }, "LiSi"},
			{"timeout", func(int64) { time.Sleep(20 * time.Minute) }, ""},
			{"tap", func(int64) { o.tap(o.of(approval.EventAsked)[2].TaskID, "zhangsan", true) }, "zhangsan"},
		} {
			id := o.push("card", fmt.Sprint(i))
			time.Sleep(time.Second)
			before := len(o.of(approval.EventCardUpdate))
			step.do(id)
			time.Sleep(time.Second)
			got := o.of(approval.EventCardUpdate)[before:]
			want := all
			if step.what == "tap" {
				want = all[1:]
			}
			for _, m := range got {
				if !slices.Equal(m.To, want) || m.By != step.by {
					t.Errorf("%s: %+v", step.what, m)
				}
			}
			if n := map[string]int{"reply": 1, "timeout": 2, "tap": 1}[step.what]; len(got) != n {
				t.Errorf("%s: %d cards changed, want %d", step.what, len(got), n)
			}
		}

		before := len(o.of(approval.EventCardUpdate))
		o.mu.Lock()
		o.late = func(m told) { // WeCom has shown the card; its answer is on the way
			if m.Event == approval.EventAsked {
				o.tap(m.TaskID, "wangwu", true)
			}
		}
		o.mu.Unlock()
		id := o.push("card", "9")
		time.Sleep(time.Second)
		got := o.of(approval.EventCardUpdate)[before:]
		if len(got) != 1 || !slices.Equal(got[0].To, all) || got[0].Code == "" {
			t.Errorf("%+v", got)
		}
		if a, _ := o.get(id); a.Status != approval.Succeeded {
			t.Errorf("%s", a.Status)
		}
	})
}

// A reminder that arrives after the decision changes its own card, not the first
// one again: a code works once.
func TestCardsOnce(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.cards()
		o.late = func(m told) {
			if m.Event == approval.EventReminder {
				time.Sleep(time.Minute)
			}
		}
		o.start()
		defer o.close()
		id := o.push("card", "1")
		time.Sleep(10*time.Minute + time.Second)
		o.decide(id, "zhangsan", false)
		time.Sleep(2 * time.Minute)
		tasks := map[string]int{}
		for _, m := range o.of(approval.EventCardUpdate) {
			tasks[m.TaskID]++
		}
		want := map[string]int{o.of(approval.EventAsked)[0].TaskID: 1, o.of(approval.EventReminder)[0].TaskID: 1}
		if diff := cmp.Diff(want, tasks); diff != "" {
			t.Error(diff)
		}
		if n := o.count("notice WHERE code <> ''"); n != 0 {
			t.Errorf("%d codes are kept although they are used", n)
		}
	})
}

// A card is changed for those who have it: not for members who cannot see the
// app, nor where no card has arrived.
func TestCardsOfFew(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.set(func() {
			o.result = func(told) approval.Sent {
				return approval.Sent{InvalidUsers: []string{"wangwu", "lisi"}, ResponseCode: "rc"}
			}
		})
		o.start()
		defer o.close()
		id := o.push("card", "1")
		time.Sleep(time.Second)
		o.decide(id, "wangwu", true)
		alone := o.push("card", "2")
		time.Sleep(time.Second)
		o.tap(o.of(approval.EventAsked)[1].TaskID, "zhangsan", true)
		time.Sleep(time.Second)
		got := o.of(approval.EventCardUpdate)
		if len(got) != 1 || !slices.Equal(got[0].To, []string{"zhangsan"}) {
			t.Errorf("%+v", got)
		}
		o.set(func() { o.result = nil }) // an answer without a code
		id = o.push("card", "3")
		time.Sleep(time.Second)
		o.decide(id, "zhangsan", true)
		time.Sleep(time.Second)
		if n := len(o.of(approval.EventCardUpdate)); n != 1 {
			t.Errorf("%d changes", n)
		}
		_ = alone
	})
}

func TestCardPlanTimeout(t *testing.T) {
	t.Parallel()
	file := `[{"alarm_type":"a","name":"n","approval":%q,"approvers":[],"timeout":%q}]`
	for _, tt := range []struct {
		mode, timeout string
		ok            bool
	}{
		{"card", "24h", true}, {"card", "24h0m0.001s", false}, {"reply", "168h", true}, {"page", "25h", true},
	} {
		_, err := approval.ParsePlans(fmt.Appendf(nil, file, tt.mode, tt.timeout))
		if tt.ok != (err == nil) || err != nil && !strings.HasPrefix(err.Error(), "plans[0].timeout: is longer than 24h") {
			t.Errorf("%s %s: %v", tt.mode, tt.timeout, err)
		}
	}
}

func TestCodeIsHidden(t *testing.T) {
	t.Parallel()
	e := approval.Event{ResponseCode: "hunter2"}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "code", e.ResponseCode)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&b, verb, e.ResponseCode)
		fmt.Fprintf(&b, verb, e)
	}
	if strings.Contains(b.String(), "hunter2") || strings.Contains(b.String(), "68756e74657232") {
		t.Errorf("%s", b.String())
	}
	if e.ResponseCode.Reveal() != "hunter2" || approval.Code("").String() != "" {
		t.Error("Reveal or String is wrong")
	}
}
