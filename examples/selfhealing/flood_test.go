package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/wecomtest"
)

// TestFlood: 500 alarms pushed by 20 clients at once are all accepted, and every
// approver is asked for each or shown it in a digest, before WeCom would drop
// anything.
func TestFlood(t *testing.T) {
	t.Parallel()
	const clients, each = 20, 25
	s := newStage(t, func(c *config) { c.limits, c.budget = nil, 0 })
	s.wecom.Configure(func(r *wecomtest.Rules) { *r = wecomtest.DefaultRules() })
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids := map[int64]bool{}
	for client := range clients {
		wg.Go(func() {
			for i := range each {
				id, err := s.push(t.Context(), []string{"api_default", "api_card"}[i%2], fmt.Sprintf("%d/%d", client, i), canary)
				if err != nil {
					t.Errorf("client %d: %v", client, err)
					continue
				}
				mu.Lock()
				ids[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	counts, err := s.app.desk.Counts(t.Context())
	if err != nil || len(ids) != clients*each || counts[approval.Waiting] != clients*each {
		t.Fatalf("%d numbers, %v, %v", len(ids), counts, err)
	}
	// A digest that was sent before the last push is followed by another one, a
	// minute later at most.
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	for _, member := range []string{"zhangsan", "lisi", super} {
		_, err := s.wecom.WaitInbox(ctx, member, func(m wecomtest.Message) bool {
			return strings.Contains(m.Content, fmt.Sprintf("%d 条待审批", clients*each)) && strings.Contains(m.Content, s.address()+todoPage)
		})
		if err != nil {
			t.Errorf("%s is not shown all: %v", member, err)
		}
		if n := s.wecom.Dropped(member); n != 0 {
			t.Errorf("WeCom dropped %d messages to %s", n, member)
		}
	}
	page := s.shows(s.open(s.phone("lisi"), todoPage), http.StatusOK, "最先到期的 100 条")
	if n := strings.Count(page.Body, "<li><a"); n != maxTodo {
		t.Errorf("%d alarms on the list", n)
	}
}
