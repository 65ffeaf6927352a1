package message

import (
	"slices"
	"sort"
	"time"
)

// limit is n messages in every interval of a length.
type limit struct {
	n   int
	per time.Duration
}

// window is what a member, or the app, has had and will have.
type window struct {
	ends    []time.Duration // when the calls of the longest interval ended, oldest first
	flying  int             // calls that have not ended
	waiting []*pass         // in their order; the first one goes next
}

// free is when there is room behind so many others, as far as is known: calls that have not ended
// are taken to end now. limits begin with the longest.
func (w *window) free(now time.Duration, limits []limit, ahead int) time.Duration {
	w.trim(now - limits[0].per)
	at := now
	for _, l := range limits {
		rest := l.n - w.flying - ahead // how many that have ended may still be in the interval
		switch {
		case rest <= 0:
			at = max(at, now+l.per)
		case len(w.ends) >= rest:
			at = max(at, w.ends[len(w.ends)-rest]+l.per)
		}
	}
	return at
}

// trim forgets what ended until then.
func (w *window) trim(until time.Duration) {
	w.ends = w.ends[sort.Search(len(w.ends), func(i int) bool { return w.ends[i] > until }):]
}

func (w *window) idle() bool { return w.flying == 0 && len(w.waiting) == 0 }

func (w *window) wakeFirst() {
	if len(w.waiting) > 0 {
		select {
		case w.waiting[0].wake <- struct{}{}:
		default: // it is awake already
		}
	}
}

// pass is one send on its way through the limits.
type pass struct {
	users   []string
	members []*window     // of users
	app     *window       // nil until the members have room
	wake    chan struct{} // holds one
}

func (p *pass) windows() []*window {
	if p.app == nil {
		return p.members
	}
	return append(slices.Clip(p.members), p.app)
}

func (p *pass) enter() {
	for _, w := range p.windows() {
		w.flying++
	}
	p.leave()
}

// leave takes p out of the queues, and lets the next ones look.
func (p *pass) leave() {
	for _, w := range p.windows() {
		if i := slices.Index(w.waiting, p); i >= 0 {
			w.waiting = slices.Delete(w.waiting, i, i+1)
		}
		w.wakeFirst()
	}
}
