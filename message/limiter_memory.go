package message

import (
	"cmp"
	"strings"
	"time"
)

// join puts a send behind those that wait for its members already.
func (l *Limiter) join(users []string) (*pass, error) {
	if l.members == nil {
		l.epoch, l.members = time.Now(), map[string]*window{}
	}
	p := &pass{users: uniqueBy(users, strings.ToLower), wake: make(chan struct{}, 1)}
	if strangers := l.sweep(p.users); len(strangers) > 0 {
		return nil, noRoom(strangers)
	}
	for _, id := range p.users {
		key := strings.ToLower(id)
		w := l.members[key]
		if w == nil {
			w = &window{}
			l.members[key] = w
		}
		w.waiting = append(w.waiting, p)
		p.members = append(p.members, w)
	}
	return p, nil
}

// sweep forgets, once a minute, whom nothing was sent to within the hour; when users need more
// memory than there is, also those who are far from their limits. It returns the users that are not
// known and find no room.
func (l *Limiter) sweep(users []string) []string {
	now := l.now()
	if now-l.swept >= time.Minute {
		l.forget(now-time.Hour, l.memberLimits()[0].n)
		l.swept = now
	}
	strangers := l.strangers(users)
	most := cmp.Or(max(l.MaxMembers, 0), 100_000)
	if len(l.members)+len(strangers) <= most {
		return nil
	}
	if now < l.fullUntil {
		return strangers
	}
	// A quarter is made free, so that not every send comes here.
	for few := 1; len(l.members) > most*3/4 && few <= 1<<20; few *= 2 {
		l.forget(now-time.Minute, few)
	}
	if strangers = l.strangers(users); len(l.members)+len(strangers) <= most {
		return nil
	}
	l.fullUntil = now + time.Second // looking took long, and holds everybody up
	return strangers
}

func (l *Limiter) strangers(users []string) (out []string) {
	for _, id := range users {
		if l.members[strings.ToLower(id)] == nil {
			out = append(out, id)
		}
	}
	return out
}

// forget those whose few messages all ended until then.
func (l *Limiter) forget(until time.Duration, few int) {
	for key, w := range l.members {
		if n := len(w.ends); w.idle() && n <= few && (n == 0 || w.ends[n-1] <= until) {
			delete(l.members, key)
		}
	}
}
