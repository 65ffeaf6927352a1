package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/courier"
	"github.com/bkwecom/wecom/wecomtest"
)

// TestStorm: forty alarms at once. What WeCom would drop waits in the outbox;
// nothing is lost without a word.
func TestStorm(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.limits = nil })
	s.wecom.Configure(func(r *wecomtest.Rules) { *r = wecomtest.DefaultRules() })
	for i := range 40 {
		s.alarm("api_default", fmt.Sprint(i), canary)
	}
	for end := time.Now().Add(20 * time.Second); len(s.active("zhangsan")) < courier.PerMinute && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(500 * time.Millisecond) // more would come now
	if n := len(s.active("zhangsan")); n != courier.PerMinute {
		t.Errorf("%d messages at once, want %d", n, courier.PerMinute)
	}
	for _, member := range []string{"zhangsan", "lisi", super} {
		if n := s.wecom.Dropped(member); n != 0 {
			t.Errorf("WeCom dropped %d messages to %s", n, member)
		}
	}
	var waiting int
	if err := s.app.outboxCounts(t.Context(), func(w, _, _ int) error { waiting = w; return nil }); err != nil || waiting != 40-courier.PerMinute {
		t.Errorf("%d wait in the outbox, %v", waiting, err)
	}
}
