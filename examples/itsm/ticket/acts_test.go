package ticket_test

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/bkwecom/wecom/examples/itsm/ticket"
)

// Who may do what, when: every person, every act, every state.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	type row struct {
		person           string
		self             bool
		read             bool
		decide, handOver ticket.OutcomeKind // while it waits
		decided, handed  ticket.OutcomeKind // after lisi has approved
		approvals, todo  int                // in the lists while it waits
	}
	const (
		done, passed, already, notYours, unknown = ticket.OutcomeDecided, ticket.OutcomeHandedOver, ticket.OutcomeAlready,
			ticket.OutcomeNotYours, ticket.OutcomeUnknown
	)
	for _, r := range []row{
		{"creator", false, true, notYours, notYours, notYours, notYours, 0, 0},
		{"creator", true, true, done, passed, already, already, 1, 1},
		{"CREATOR", true, true, done, passed, already, already, 1, 1},
		{"lisi", false, true, done, passed, ticket.OutcomeRepeated, already, 1, 1},
		{"LISI", false, true, done, passed, ticket.OutcomeRepeated, already, 1, 1},
		{"zhangsan", false, true, done, passed, already, already, 1, 1},
		{"past", false, true, notYours, notYours, notYours, notYours, 0, 0},
		{"past", true, true, notYours, notYours, notYours, notYours, 0, 0},
		{"stranger", false, false, unknown, unknown, unknown, unknown, 0, 0},
		{"stranger", true, false, unknown, unknown, unknown, unknown, 0, 0},
		{"", false, false, unknown, unknown, unknown, unknown, 0, 0},
		{"lıſi", false, false, unknown, unknown, unknown, unknown, 0, 0},
	} {
		t.Run(fmt.Sprintf("%s self %v", r.person, r.self), func(t *testing.T) {
			t.Parallel()
			o := openOffice(t, temp(t), r.self)
			defer o.close()
			// Three tickets: one to decide, one to hand over, one that lisi decides.
			var ids []int64
			for range 3 {
				approvers := []string{"past", "lisi"}
				if r.self {
					approvers = append(approvers, "creator")
				}
				o.bind("past", "wx-past")
				id := o.submit(approvers...).ID
				if out := o.handOver(id, "past", "zhangsan"); out.Kind != passed {
					t.Fatalf("%+v", out)
				}
				ids = append(ids, id)
			}
			o.decide(ids[2], "lisi", true)

			for i, id := range ids {
				got, _, err := o.desk.Get(t.Context(), id, r.person)
				if r.read != (err == nil) || !r.read && (!errors.Is(err, ticket.ErrForbidden) || got.ID != 0) {
					t.Errorf("reading: %v", err)
				}
				if i < 2 && r.read {
					if may := o.desk.MayDecide(got, r.person); may != (r.decide == done) {
						t.Errorf("MayDecide %v", may)
					}
					if may := o.desk.MayHandOver(got, r.person); may != (r.handOver == passed) {
						t.Errorf("MayHandOver %v", may)
					}
				}
				if i == 2 && r.read && (o.desk.MayDecide(got, r.person) || o.desk.MayHandOver(got, r.person)) {
					t.Error("may act on a decided ticket")
				}
			}
			counts, err := o.desk.Counts(t.Context(), r.person)
			if err != nil || counts[ticket.MyApproval] != 2*r.approvals || counts[ticket.MyTodo] != 2*r.todo {
				t.Errorf("counts %v, %v", counts, err)
			}
			for what, act := range map[string]struct {
				got, want ticket.Outcome
			}{
				"decide":           {o.decide(ids[0], r.person, true), ticket.Outcome{ID: ids[0], Kind: r.decide}},
				"hand over":        {o.handOver(ids[1], r.person, "wangwu"), ticket.Outcome{ID: ids[1], Kind: r.handOver}},
				"decide late":      {o.decide(ids[2], r.person, true), ticket.Outcome{ID: ids[2], Kind: r.decided}},
				"hand over late":   {o.handOver(ids[2], r.person, "wangwu"), ticket.Outcome{ID: ids[2], Kind: r.handed}},
				"no such ticket":   {o.decide(99, r.person, false), ticket.Outcome{ID: 99, Kind: unknown}},
				"none to be given": {o.handOver(99, r.person, "wangwu"), ticket.Outcome{ID: 99, Kind: unknown}},
			} {
				if act.got.Kind != act.want.Kind || act.got.ID != act.want.ID {
					t.Errorf("%s: %d %s, want %d %s", what, act.got.ID, act.got.Kind, act.want.ID, act.want.Kind)
				}
				if shown := act.got.Ticket.ID != 0; shown != (act.want.Kind != unknown) {
					t.Errorf("%s: the outcome shows a ticket: %v", what, shown)
				}
				if act.got.Success() != (act.want.Kind == done || act.want.Kind == passed || act.want.Kind == ticket.OutcomeRepeated) {
					t.Errorf("%s: Success is wrong", what)
				}
			}
			last, _, err := o.desk.Get(t.Context(), ids[2], "creator")
			if err != nil || last.DecidedBy != "lisi" || last.Status != ticket.Approved {
				t.Errorf("the decision changed: %+v, %v", last, err)
			}
		})
	}
}

// A creator who was named while the switch was on decides nothing after it is
// off, but may hand over.
func TestSelfApprovalSwitchedOff(t *testing.T) {
	t.Parallel()
	path := temp(t)
	o := openOffice(t, path, true)
	o.bind("creator", "")
	id := o.submit("Creator").ID
	o.close()
	o = openOffice(t, path, false)
	defer o.close()
	o.bind("Creator", "wx-creator")
	err := o.db.Tx(t.Context(), func(tx *sql.Tx) error {
		asked, err := o.desk.Bound(t.Context(), tx, "creator")
		if asked != 0 {
			t.Error("asked to decide what they may not")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	got, _, err := o.desk.Get(t.Context(), id, "creator")
	if err != nil || o.desk.MayDecide(got, "creator") || !o.desk.MayHandOver(got, "creator") || o.desk.SelfApproval() {
		t.Errorf("%+v, %v", got, err)
	}
	if out := o.decide(id, "creator", true); out.Kind != ticket.OutcomeNotYours {
		t.Errorf("%+v", out)
	}
	counts, err := o.desk.Counts(t.Context(), "creator")
	if err != nil || counts[ticket.MyApproval] != 0 || counts[ticket.MyTodo] != 1 {
		t.Errorf("%v, %v", counts, err)
	}
	if out := o.handOver(id, "creator", "lisi"); out.Kind != ticket.OutcomeHandedOver {
		t.Errorf("%+v", out)
	}
	if out := o.decide(id, "lisi", false); out.Kind != ticket.OutcomeDecided || out.Ticket.Status != ticket.Refused {
		t.Errorf("%+v", out)
	}
}

func TestOutcomesAfterADecision(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t), false)
	defer o.close()
	id := o.submit("zhangsan", "lisi").ID
	for _, step := range []struct {
		actor   string
		approve bool
		want    ticket.OutcomeKind
	}{
		{"zhangsan", false, ticket.OutcomeDecided},
		{"ZHANGSAN", false, ticket.OutcomeRepeated},
		{"zhangsan", true, ticket.OutcomeAlready}, // another mind
		{"lisi", false, ticket.OutcomeAlready},
		{"lisi", true, ticket.OutcomeAlready},
	} {
		out := o.decide(id, step.actor, step.approve)
		if out.Kind != step.want || out.Ticket.DecidedBy != "zhangsan" || out.Ticket.Status != ticket.Refused || out.Ticket.Opinion != "看过了" {
			t.Errorf("%s %v: %+v", step.actor, step.approve, out)
		}
	}
	if acts := o.acts(id); len(acts) != 2 {
		t.Errorf("%q", acts)
	}
}
