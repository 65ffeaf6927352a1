package oauth

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	maxPending      = 8    // sign-ins under way in one browser
	maxPendingBytes = 4096 // of their cookies together: proxies take 8 KiB of header
	maxLookedAt     = 32   // cookies that somebody else may have planted
)

// pending is the browser's half of a state: a cookie that holds the way back.
type pending struct {
	state  state
	cookie *http.Cookie
	way    string
}

func (c *core) pendingName(s state) string { return c.name + "_" + s.suffix() }

func (c *core) sealPending(s state, way string) *http.Cookie {
	name := c.pendingName(s)
	return c.cookie(name, c.keys.seal(pendings, append(s[:], way...), name), signInTime)
}

func (c *core) openPending(ck *http.Cookie) (p pending, ok bool) {
	plain, ok := c.keys.open(pendings, ck.Value, ck.Name)
	if !ok || len(plain) < stateBody {
		return p, false
	}
	return pending{state(plain[:stateBody]), ck, string(plain[stateBody:])}, true
}

// findPending looks for the cookie that goes with s. Others of its name are somebody else's.
func (c *core) findPending(r *http.Request, s state) (pending, bool) {
	for i, ck := range r.CookiesNamed(c.pendingName(s)) {
		if i == maxLookedAt {
			break
		}
		if p, ok := c.openPending(ck); ok && subtle.ConstantTimeCompare(p.state[:], s[:]) == 1 {
			return p, true
		}
	}
	return pending{}, false
}

// prune drops what no longer serves, and the oldest sign-ins where a new cookie needs room.
func (c *core) prune(w http.ResponseWriter, r *http.Request, fresh *http.Cookie, now time.Time) {
	var alive []pending
	size := len(fresh.Name) + len(fresh.Value)
	for i, ck := range c.pendingCookies(r) {
		if i < maxLookedAt {
			if p, ok := c.openPending(ck); ok && !p.state.expired(now) {
				alive = append(alive, p)
				size += len(ck.Name) + len(ck.Value)
				continue
			}
		}
		c.drop(w, ck.Name)
	}
	slices.SortFunc(alive, func(a, b pending) int { return a.state.issued().Compare(b.state.issued()) })
	for len(alive) > 0 && (len(alive) >= maxPending || size > maxPendingBytes) {
		c.drop(w, alive[0].cookie.Name)
		size -= len(alive[0].cookie.Name) + len(alive[0].cookie.Value)
		alive = alive[1:]
	}
}

// pendingCookies are at most twice as many as are looked at. Cookies of the app whose names begin alike
// are none.
func (c *core) pendingCookies(r *http.Request) (found []*http.Cookie) {
	for _, ck := range r.Cookies() {
		suffix, ok := strings.CutPrefix(ck.Name, c.name+"_")
		if ok && len(suffix) == suffixText && len(found) < 2*maxLookedAt {
			found = append(found, ck)
		}
	}
	return found
}
