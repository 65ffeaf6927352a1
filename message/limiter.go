package message

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"time"
)

// Limiter keeps an app within what WeCom delivers to one member, 30 messages a minute and 1000 an
// hour: what is more is dropped, and answered as if it were sent. Set it as [Sender.Limiter], the
// same one for all Senders of an app. The zero value has the vendor's numbers; its fields must not
// be changed once it is used.
//
// No 60 s, and no hour, hold more than the limit, wherever between begin and end of a call the
// vendor counts: a message holds its place until so long after its call has ended. A send counts
// once however often it is repeated inside; one that certainly did not leave gives its place back.
// Giving the same Prepared to [Sender.SendPrepared] again counts again: whether the vendor counts
// the copies that it drops is not known.
//
// Messages to one member are let go in the order in which they were given. Members that are meant by a
// party, a tag or @all are not known here: such a message counts for the app only, so leave them
// room by smaller limits.
//
// A Limiter knows the sends of its own process. Processes that send for the same app need a share
// of the limits each. Nor does it know of a request that a network delivers after its call was given
// up: where calls often end so, smaller limits leave room for them.
//
// Source: vendor's document on frequency limits.
type Limiter struct {
	MemberPerMinute int // messages to one member; 0 is the vendor's limit, 30
	MemberPerHour   int // messages to one member; 0 is the vendor's limit, 1000
	// AppPerMinute is for all messages of the app together, each counted once whomever it goes to. 0
	// is 10,000, what the vendor gives a company for one API: it counts messages apart, and does not
	// tell how many a minute it takes.
	AppPerMinute int
	// MaxMembers bounds the memory, about 200 bytes for a member and 8 for each message of the last
	// hour; 0 is 100,000. Beyond it the quiet members with the fewest messages are forgotten, though
	// none within a minute of a message: a send that finds no room even so is refused.
	MaxMembers int

	mu      sync.Mutex
	epoch   time.Time // times are kept since it, in 8 bytes
	members map[string]*window
	app     window
	swept   time.Duration
	// fullUntil is when it is looked again for members to forget.
	fullUntil time.Duration
}

// admit waits until all users and the app have room, maxWait and ctx allowing. What was admitted
// must be ended by done.
func (l *Limiter) admit(ctx context.Context, users []string, maxWait time.Duration) (*pass, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, err := l.join(users)
	if err != nil {
		return nil, err
	}
	last := l.now() + min(max(maxWait, 0), math.MaxInt64/2)
	for {
		now := l.now()
		at, ready := l.look(p, now)
		if ready {
			p.enter()
			return p, nil
		}
		end, ends := ctx.Deadline()
		if at > last || now >= last || ends && l.since(end) <= at || ctx.Err() != nil {
			err := l.refusal(p, now, ctx.Err())
			p.leave()
			return nil, err
		}
		if at <= now { // others must move first, and will wake it
			at = last
		}
		l.wait(ctx, p, at-now)
	}
}

// wait gives the lock away until something may have changed for p.
func (l *Limiter) wait(ctx context.Context, p *pass, atMost time.Duration) {
	l.mu.Unlock()
	defer l.mu.Lock()
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.wake:
	case <-ctx.Done():
	}
}

// look returns when p may go, as far as is known, and whether that is now. A pass that has room at
// all its members keeps it, being the first there, and only then queues for the app: a member who
// has had too much must not hold up messages to others.
func (l *Limiter) look(p *pass, now time.Duration) (at time.Duration, ready bool) {
	at, ready = now, true
	limits := l.memberLimits()
	for _, w := range p.members {
		ahead := slices.Index(w.waiting, p)
		at = max(at, w.free(now, limits, ahead))
		ready = ready && ahead == 0
	}
	if !ready || at > now {
		return at, false
	}
	if p.app == nil {
		p.app = &l.app
		l.app.waiting = append(l.app.waiting, p)
	}
	at = l.app.free(now, l.appLimits(), slices.Index(l.app.waiting, p))
	return at, at <= now
}

// done ends a send that was admitted. One that cannot have reached the vendor leaves no trace.
func (l *Limiter) done(p *pass, reached bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for _, w := range p.windows() {
		w.flying--
		if reached {
			w.ends = append(w.ends, now)
		}
		w.wakeFirst()
	}
}

func (l *Limiter) now() time.Duration { return l.since(time.Now()) }

func (l *Limiter) since(t time.Time) time.Duration { return t.Sub(l.epoch) }

func (l *Limiter) memberLimits() []limit {
	return []limit{
		{cmp.Or(max(l.MemberPerHour, 0), 1000), time.Hour},
		{cmp.Or(max(l.MemberPerMinute, 0), 30), time.Minute},
	}
}

func (l *Limiter) appLimits() []limit {
	return []limit{{cmp.Or(max(l.AppPerMinute, 0), 10_000), time.Minute}}
}
