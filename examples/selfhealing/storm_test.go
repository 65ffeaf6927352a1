package main

import (
	"fmt"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
)

// TestStorm: forty alarms at once. Twenty messages reach a member one by one;
// the others are told by a digest, before WeCom would drop them.
func TestStorm(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.limits, c.budget = nil, 0 })
	s.wecom.Configure(func(r *wecomtest.Rules) { *r = wecomtest.DefaultRules() })
	for i := range 40 {
		s.alarm("api_default", fmt.Sprint(i), canary)
	}
	s.gets("zhangsan", "40 条待审批")
	if n := len(s.active("zhangsan")); n != 20+1 {
		t.Errorf("%d messages at once, want 20 and a digest", n)
	}
	for _, member := range []string{"zhangsan", "lisi", super} {
		if n := s.wecom.Dropped(member); n != 0 {
			t.Errorf("WeCom dropped %d messages to %s", n, member)
		}
	}
}
