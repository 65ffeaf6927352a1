package ticket_test

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/bkwecom/wecom/examples/itsm/ticket"
)

// Many decide, and hand over, at the same moment: one wins, all hear who.
func TestRace(t *testing.T) {
	t.Parallel()
	deciders := 100
	if os.Getenv("SOAK") != "" {
		deciders = 1000
	}
	o := openOffice(t, temp(t), false)
	o.worker.Start()
	defer o.close()
	var approvers []string
	for i := range ticket.MaxApprovers {
		approvers = append(approvers, fmt.Sprintf("approver%d", i))
	}
	for round := range 3 {
		id := o.submit(approvers...).ID
		var mu sync.Mutex
		var winners []ticket.Outcome
		var wg sync.WaitGroup
		for i := range deciders {
			wg.Go(func() {
				actor := approvers[i%len(approvers)]
				var out ticket.Outcome
				if i%10 == 9 {
					out = o.handOver(id, actor, fmt.Sprintf("colleague%d", i))
				} else {
					out = o.decide(id, actor, i%2 == 0)
				}
				mu.Lock()
				defer mu.Unlock()
				switch out.Kind {
				case ticket.OutcomeDecided:
					winners = append(winners, out)
				case ticket.OutcomeHandedOver, ticket.OutcomeNotYours:
				case ticket.OutcomeRepeated, ticket.OutcomeAlready:
					if out.Ticket.DecidedBy == "" {
						t.Error("who decided is not told")
					}
				default:
					t.Errorf("%+v", out)
				}
			})
		}
		wg.Wait()
		got, entries, err := o.desk.Get(t.Context(), id, "creator")
		if err != nil || len(winners) != 1 || winners[0].Ticket.DecidedBy != got.DecidedBy || winners[0].Ticket.Status != got.Status {
			t.Fatalf("round %d: %d winners, %v, stored %+v", round, len(winners), err, got)
		}
		decisions, passed := 0, 0
		for _, e := range entries {
			switch e.Act {
			case ticket.ActApproved, ticket.ActRefused:
				decisions++
			case ticket.ActHandedOver:
				passed++
				if decisions > 0 {
					t.Error("handed over after the decision")
				}
			}
		}
		present := 0
		for _, a := range got.Approvers {
			if !a.Past() {
				present++
			}
		}
		if decisions != 1 || present != len(approvers) || len(got.Approvers) != len(approvers)+passed {
			t.Errorf("%d decisions, %d present of %d approvers, %d hand-overs", decisions, present, len(got.Approvers), passed)
		}
	}
}

// A form that is submitted by many taps at once is one ticket.
func TestRaceOfOneForm(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t), false)
	defer o.close()
	var mu sync.Mutex
	first := 0
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			got, again, err := o.desk.Submit(t.Context(), "creator", ticket.Draft{Title: "x", Approvers: []string{"zhangsan"}, Key: "k"})
			mu.Lock()
			defer mu.Unlock()
			if !again {
				first++
			}
			if err != nil || got.ID != 1 {
				t.Errorf("ticket %d, %v", got.ID, err)
			}
		})
	}
	wg.Wait()
	if first != 1 || o.left() != 1 {
		t.Errorf("%d tickets, %d messages", first, o.left())
	}
}
