package oauth

import (
	"sync"
	"time"
)

// maxUsed states are remembered. Forgetting one does no harm: its cookie is gone, and its code is used.
const maxUsed = 1 << 14

// usedStates remembers the states that came back, until they expire.
type usedStates struct {
	mu    sync.Mutex
	found map[state]*flight
	order []usedAt // oldest first
}

type usedAt struct {
	state state
	at    time.Time
}

// flight is one sign-in: webviews are known to request the callback twice at once, and the second one
// must neither use the code again nor show a failure.
type flight struct {
	done   chan struct{}
	failed Reason // "" is none; read after done
}

func newUsedStates() *usedStates { return &usedStates{found: make(map[state]*flight)} }

// take uses a state up. Whose it is not gets the flight of the one before.
func (u *usedStates) take(s state, now time.Time) (f *flight, mine bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for len(u.order) > 0 && (len(u.order) >= maxUsed || now.Sub(u.order[0].at) > signInTime+2*clockSkew) {
		delete(u.found, u.order[0].state)
		u.order = u.order[1:]
	}
	if f, ok := u.found[s]; ok {
		return f, false
	}
	f = &flight{done: make(chan struct{})}
	u.found[s] = f
	u.order = append(u.order, usedAt{s, now})
	return f, true
}

func (u *usedStates) has(s state) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, ok := u.found[s]
	return ok
}

func (f *flight) over() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}
