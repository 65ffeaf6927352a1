package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// A try is one of the decisions that race.
type try struct {
	who     string
	channel approval.Channel
	approve bool

	success bool   // the member was told so
	told    string // else why not
}

// TestRace lets decisions race over reply, page and card: one winner, one run
// key, and every loser is told who it was.
func TestRace(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	rounds := 50
	if soak {
		rounds = 1000
	}
	browsers := map[string]*visit.Visit{}
	for _, member := range []string{"zhangsan", "lisi", super} {
		browsers[member] = s.phone(member)
		s.shows(s.open(browsers[member], todoPage), 200)
	}
	for round := range rounds {
		alarmType := []string{"api_card", "api_default", "api_defense"}[round%3]
		id := must[int64](t)(s.pushOn(t.Context(), fmt.Sprint(round), alarmType, fmt.Sprint(round), canary))
		task := ""
		if alarmType == "api_card" {
			task = s.card("zhangsan", id).TaskID
		}
		tries := make([]try, 9)
		var wg sync.WaitGroup
		for i := range tries {
			x := &tries[i]
			x.who = []string{"zhangsan", "lisi", super}[i%3]
			x.channel = []approval.Channel{approval.ChannelReply, approval.ChannelPage, approval.ChannelCard}[(i/3+i+round)%3]
			x.approve = (i+i/4+round/3)%2 == 0
			if x.channel == approval.ChannelCard && task == "" {
				x.channel = approval.ChannelReply
			}
			wg.Go(func() { s.race(x, browsers[x.who], id, task) })
		}
		wg.Wait()
		s.judge(id, tries)
		if t.Failed() {
			t.FailNow()
		}
	}
	s.until("the outbox is empty", s.drained)
	for id := int64(1); id <= int64(rounds); id++ {
		a, _, err := s.app.desk.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		runs := map[string]bool{}
		for _, run := range s.hook.log() {
			if run.AlarmID == id {
				runs[run.ID] = true
			}
		}
		if want := map[bool]int{true: 1, false: 0}[a.Approved]; len(runs) != want || s.count(id) != want {
			t.Errorf("alarm %d, approved %v: keys %v, %d runs", id, a.Approved, runs, s.count(id))
		}
	}
}

// race decides, and notes what the member was told.
func (s *stage) race(x *try, v *visit.Visit, id int64, task string) {
	verb := map[bool]string{true: "TY ", false: "BH "}[x.approve]
	switch x.channel {
	case approval.ChannelReply:
		x.told = s.says(x.who, verb+number(id))
		x.success = strings.Contains(x.told, "审批成功")
	case approval.ChannelCard:
		key := map[bool]string{true: keyApprove, false: keyReject}[x.approve]
		reply, err := s.agent.Deliver(s.t.Context(), s.tapXML(x.who, task, key))
		if err != nil {
			s.t.Errorf("%s taps: %v", x.who, err)
		}
		x.told = reply.ReplaceName
		x.success = strings.HasPrefix(x.told, x.who+" 已"+map[bool]string{true: "同意", false: "驳回"}[x.approve])
	case approval.ChannelPage:
		p := s.posts(v, flowForm(id, map[bool]string{true: "approved", false: "rejected"}[x.approve]))
		x.told, x.success = p.Body, p.Status == http.StatusOK
		if p.Status != http.StatusOK && p.Status != http.StatusConflict {
			s.t.Errorf("%s posts: %d %s", x.who, p.Status, p.Body)
		}
	}
}

// judge holds what the members were told against what was decided.
func (s *stage) judge(id int64, tries []try) {
	s.t.Helper()
	a, entries, err := s.app.desk.Get(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	if n := strings.Count(steps(entries), "approved ") + strings.Count(steps(entries), "rejected "); n != 1 || a.DecidedBy == "" {
		s.t.Errorf("alarm %d: %d decisions, by %q", id, n, a.DecidedBy)
	}
	won := false
	for _, x := range tries {
		mine := x.who == a.DecidedBy && x.approve == a.Approved
		won = won || mine && x.channel == a.Channel
		if x.success != mine {
			s.t.Errorf("alarm %d is of %s (%s): %s by %s was told %q", id, a.DecidedBy, verdict(a), x.who, x.channel, x.told)
		}
		if !mine && !strings.Contains(x.told, a.DecidedBy) {
			s.t.Errorf("alarm %d: %s by %s is not told who decided: %q", id, x.who, x.channel, x.told)
		}
	}
	if !won {
		s.t.Errorf("alarm %d was decided by %s over %s, who did not try", id, a.DecidedBy, a.Channel)
	}
}
