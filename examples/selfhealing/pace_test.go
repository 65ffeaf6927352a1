package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/wecomtest"
)

func TestPace(t *testing.T) {
	t.Parallel()
	var p pace
	now := time.Unix(1700000000, 0)
	both := []string{"zhangsan", "lisi"}
	for i := range perMinute {
		if wait := p.take(both, now.Add(time.Duration(i)*time.Second)); wait != 0 {
			t.Fatalf("message %d waits %v", i, wait)
		}
	}
	full := now.Add(30 * time.Second)
	if wait := p.take(both, full); wait != 30*time.Second {
		t.Errorf("one too many waits %v", wait)
	}
	if wait := p.take([]string{"wangwu"}, full); wait != 0 {
		t.Errorf("another member waits %v", wait)
	}
	if wait := p.take(both, now.Add(time.Minute)); wait != 0 {
		t.Errorf("a minute later: %v", wait)
	}
	// No minute holds more than the limit, and no hour.
	var sent []time.Time
	var q pace
	for at := now; at.Before(now.Add(2 * time.Hour)); at = at.Add(time.Second) {
		if q.take(both, at) == 0 {
			sent = append(sent, at)
		}
	}
	for i := range sent {
		if j := i + perMinute; j < len(sent) && sent[j].Sub(sent[i]) < time.Minute {
			t.Fatalf("%d messages within %v", perMinute+1, sent[j].Sub(sent[i]))
		}
		if j := i + perHour; j < len(sent) && sent[j].Sub(sent[i]) < time.Hour {
			t.Fatalf("%d messages within %v", perHour+1, sent[j].Sub(sent[i]))
		}
	}
	if len(sent) < 2*perHour-1 {
		t.Errorf("only %d messages in two hours", len(sent))
	}
	if diff := cmp.Diff([]string{"zhangsan", "lisi"}, receivers([]byte(`{"touser":"ZhangSan|lisi"}`))); diff != "" {
		t.Error(diff)
	}
}

// TestStorm: forty alarms at once. What WeCom would drop waits in the outbox;
// nothing is lost without a word.
func TestStorm(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.wecom.Configure(func(r *wecomtest.Rules) { *r = wecomtest.DefaultRules() })
	for i := range 40 {
		s.alarm("api_default", fmt.Sprint(i), canary)
	}
	for end := time.Now().Add(20 * time.Second); len(s.active("zhangsan")) < perMinute && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(500 * time.Millisecond) // more would come now
	if n := len(s.active("zhangsan")); n != perMinute {
		t.Errorf("%d messages at once, want %d", n, perMinute)
	}
	for _, member := range []string{"zhangsan", "lisi", super} {
		if n := s.wecom.Dropped(member); n != 0 {
			t.Errorf("WeCom dropped %d messages to %s", n, member)
		}
	}
	var waiting int
	if err := s.app.outboxCounts(t.Context(), func(w, _, _ int) error { waiting = w; return nil }); err != nil || waiting != 40-perMinute {
		t.Errorf("%d wait in the outbox, %v", waiting, err)
	}
}
