package outbox

import "time"

// lookShare is which part of the time reading the heads may take.
const lookShare = 10

// looks spaces the readings of all heads. One costs what its heads are many, and
// the database does nothing else meanwhile: with thousands waiting and one after
// each alarm that comes, there would be no time left to deliver any.
type looks struct {
	last time.Time // the end of the last one
	cost time.Duration
}

func (l *looks) took(now time.Time, cost time.Duration) { l.last, l.cost = now, cost }

// wait is how long the next one has to wait, 0 if it may be now.
func (l *looks) wait(now time.Time) time.Duration {
	since := now.Sub(l.last)
	if since < 0 { // the clock was set back
		return 0
	}
	return max(min((lookShare-1)*l.cost, maxSleep)-since, 0)
}
