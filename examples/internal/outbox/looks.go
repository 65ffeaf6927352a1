package outbox

import "time"

// lookShare is which part of the time reading the heads may take. A single slow one,
// of a disk that stood still, must not hold up what comes next for longer than
// lookPause.
const (
	lookShare = 10
	lookPause = 5 * time.Second
)

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
	return max(min((lookShare-1)*l.cost, lookPause)-since, 0)
}
