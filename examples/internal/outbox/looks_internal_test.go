package outbox

import (
	"testing"
	"time"
)

// What reading costs is a tenth of the time at most, however often it is asked for.
func TestLooksShare(t *testing.T) {
	t.Parallel()
	for _, cost := range []time.Duration{0, 100 * time.Microsecond, 80 * time.Millisecond, 500 * time.Millisecond} {
		var l looks
		start := time.Unix(1700000000, 0)
		now, n, spent := start, 0, time.Duration(0)
		for now.Before(start.Add(10 * time.Minute)) {
			if l.wait(now) > 0 {
				now = now.Add(time.Millisecond) // asked again and again
				continue
			}
			n++
			now, spent = now.Add(max(cost, time.Microsecond)), spent+cost
			l.took(now, cost)
			if cost == 0 && n == 1000 {
				break
			}
		}
		if n < 29 || spent > now.Sub(start)/lookShare+cost {
			t.Errorf("%d readings of %v took %v of %v", n, cost, spent, now.Sub(start))
		}
	}
}

func TestLooksWait(t *testing.T) {
	t.Parallel()
	now := time.Unix(1700000000, 0)
	for _, tt := range []struct {
		name        string
		cost, since time.Duration
		want        time.Duration
	}{
		{"cheap", 0, 0, 0},
		{"at once", 80 * time.Millisecond, 0, 720 * time.Millisecond},
		{"soon", 80 * time.Millisecond, 700 * time.Millisecond, 20 * time.Millisecond},
		{"long ago", 80 * time.Millisecond, time.Second, 0},
		{"the clock was set back", 80 * time.Millisecond, -time.Hour, 0},
		{"a disk that stood still", 7 * time.Second, 0, 5 * time.Second},
		{"a machine that slept", time.Hour, 0, 5 * time.Second},
	} {
		l := looks{last: now, cost: tt.cost}
		if got := l.wait(now.Add(tt.since)); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if got := new(looks).wait(now); got != 0 {
		t.Errorf("before the first: %v", got)
	}
}
