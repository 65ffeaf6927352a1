package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/message"
)

// unhurried is the program as a child that sends without the limits of real
// phones, and tells at /drained what it has left to send.
const unhurried = "unhurried"

func runUnhurried() int {
	return runTelling(func(c *config) {
		c.limits, c.budget = &message.Limiter{MemberPerMinute: 1e6, MemberPerHour: 1e6}, 1e6
	}, "/drained", func(a *app, w http.ResponseWriter, r *http.Request) {
		_ = a.outboxCounts(r.Context(), func(waiting, unknown, failed int) error {
			fmt.Fprint(w, waiting, unknown, failed)
			return nil
		})
	})
}

// An acknowledged decision is one that a member was told is taken.
type acknowledged struct {
	alarm   int64
	who     string
	approve bool
}

// TestKill kills the program at random moments while alarms are pushed and
// decided over reply, card and page. What was acknowledged stands after the
// restart, no alarm has a second run key, and the outbox drains.
func TestKill(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	r.env[0] = childVariable + "=" + unhurried
	rounds := 10
	if soak {
		rounds = 200
	}
	r.wecom.AddRoute("mycompany.com", roundTrip(func(req *http.Request) (*http.Response, error) {
		out := req.Clone(req.Context())
		out.URL.Host, out.Host = r.addr, "mycompany.com"
		resp, err := http.DefaultTransport.RoundTrip(out)
		if err == nil {
			resp.Request = req // what the browser asked for
		}
		return resp, err
	}))
	browsers := map[string]*visit.Visit{}
	for _, member := range approvers {
		browsers[member] = &visit.Visit{Client: r.wecom.Browser(member), Site: "http://mycompany.com/o/bk_fta_solutions/wechat"}
	}
	var slowest time.Duration
	for round := range rounds {
		r.start()
		for _, member := range approvers { // the sessions of before the kill are good
			if p, err := browsers[member].Get(t.Context(), "/"+todoPage); err != nil || p.Status != http.StatusOK {
				t.Fatalf("%s's list: %+v, %v\n%s", member, p, err, r.log)
			}
		}
		pushed, acks := r.load(round, browsers)
		restart := time.Now()
		r.start()
		for _, a := range acks {
			verb := map[bool]string{true: "TY ", false: "BH "}[a.approve]
			if reply, err := r.agent.SendText(t.Context(), a.who, verb+number(a.alarm)); err != nil || !strings.Contains(reply.Content, "审批成功") {
				t.Errorf("round %d: the decision %+v is lost: %q, %v\n%s", round, a, reply.Content, err, r.log)
			}
		}
		r.drain()
		slowest = max(slowest, time.Since(restart))
		for _, a := range acks {
			if n := len(r.keys(a.alarm)); n != map[bool]int{true: 1, false: 0}[a.approve] {
				t.Errorf("round %d: %+v has %d run keys", round, a, n)
			}
		}
		for _, id := range pushed {
			if keys := r.keys(id); len(keys) > 1 {
				t.Errorf("round %d: alarm %d has the run keys %v", round, id, keys)
			}
		}
		r.kill()
		if t.Failed() {
			return
		}
	}
	t.Logf("the slowest restart had drained its outbox after %v", slowest)
	if soak && slowest > 10*time.Second {
		t.Errorf("a restart took %v to drain its outbox", slowest)
	}
}

// load pushes and decides until the program is killed under it.
func (r *real) load(round int, browsers map[string]*visit.Visit) (pushed []int64, acks []acknowledged) {
	ctx, cancel := context.WithCancel(r.t.Context())
	var mu sync.Mutex
	var wg sync.WaitGroup
	th := r.theatre()
	for worker := range 4 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				name := fmt.Sprintf("%d/%d/%d", round, worker, i) // and a host of its own: no incidents
				id, err := th.pushOn(ctx, name, []string{"api_default", "api_card", "api_defense"}[(i+worker)%3], name, "磁盘只读")
				if err != nil {
					continue
				}
				a := acknowledged{id, approvers[(i+worker)%2], i%3 != 0}
				ok := r.decides(ctx, a, (i+worker/2)%3, browsers[a.who])
				mu.Lock()
				pushed = append(pushed, id)
				if ok {
					acks = append(acks, a)
				}
				mu.Unlock()
			}
		})
	}
	time.Sleep(time.Duration(50+rand.IntN(350)) * time.Millisecond)
	r.kill()
	cancel()
	wg.Wait()
	return pushed, acks
}

// decides reports whether the member was told that the decision is taken.
func (r *real) decides(ctx context.Context, a acknowledged, way int, v *visit.Visit) bool {
	text := map[bool]string{true: "TY ", false: "BH "}[a.approve] + number(a.alarm)
	switch way {
	case 0:
		for _, m := range r.wecom.Inbox(a.who) {
			if cardOf(m, a.alarm) && m.Replaced == "" {
				key := map[bool]string{true: keyApprove, false: keyReject}[a.approve]
				reply, err := r.agent.TapCard(ctx, a.who, m.TaskID, key)
				return err == nil && strings.HasPrefix(reply.ReplaceName, a.who)
			}
		}
	case 1:
		p, err := v.Get(ctx, "/"+alarmPage(a.alarm))
		if err == nil {
			p, err = v.Send(ctx, p, flowPage, map[string][]string{"message": {map[bool]string{true: "approved", false: "rejected"}[a.approve]}})
			return err == nil && p.Status == http.StatusOK && p.Shows(200, a.who) == nil
		}
	}
	reply, err := r.agent.SendText(ctx, a.who, text)
	return err == nil && strings.Contains(reply.Content, "审批成功")
}

// drain waits until nothing is left to send.
func (r *real) drain() {
	r.t.Helper()
	v := &visit.Visit{Client: http.DefaultClient, Site: "http://" + r.addr}
	var p visit.Page
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var err error
		if p, err = v.Get(r.t.Context(), "/drained"); err == nil && p.Body == "0 0 0" {
			return
		}
	}
	r.t.Fatalf("the outbox does not drain: waiting, unknown, failed: %s\n%s", p.Body, r.log)
}
