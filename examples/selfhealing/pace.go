package main

import (
	"encoding/json"
	"strings"
	"sync"
	"time"
)

// WeCom drops what is over 30 messages a minute or 1000 an hour to one member,
// and says nothing (vendor's document: frequency limits). A few are left for
// passive replies and for the clocks' difference.
const (
	perMinute = 25
	perHour   = 900
)

// A pace remembers when each member was sent to. The outbox comes again with
// what has to wait.
type pace struct {
	mu   sync.Mutex
	sent map[string][]time.Time // of the last hour, by folded userid
}

// take counts a message to all of the members, or says how long to wait.
func (p *pace) take(members []string, now time.Time) (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sent == nil {
		p.sent = map[string][]time.Time{}
	}
	for _, m := range members {
		times := p.sent[m]
		for len(times) > 0 && now.Sub(times[0]) >= time.Hour {
			times = times[1:]
		}
		p.sent[m] = times
		for _, limit := range []struct {
			n    int
			span time.Duration
		}{{perMinute, time.Minute}, {perHour, time.Hour}} {
			if len(times) >= limit.n {
				wait = max(wait, times[len(times)-limit.n].Add(limit.span).Sub(now))
			}
		}
	}
	if wait > 0 {
		return wait
	}
	for _, m := range members {
		p.sent[m] = append(p.sent[m], now)
	}
	return 0
}

// receivers are the members that a stored message goes to.
func receivers(payload []byte) []string {
	var to struct {
		Users string `json:"touser"`
	}
	if json.Unmarshal(payload, &to) != nil || to.Users == "" {
		return nil
	}
	return strings.Split(strings.ToLower(to.Users), "|")
}
