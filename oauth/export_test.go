package oauth

import "time"

// Way shows the check of a way back.
func (g *Guard) Way(target string) (string, bool) { return g.core.way(target) }

// CookieName shows the session cookie's name.
func (g *Guard) CookieName() string { return g.core.name }

// MakeState makes a state that was issued then, without a browser.
func (g *Guard) MakeState(issued time.Time) string { return newState(false, issued).text(g.core.keys) }

// ReadState is parseState.
func (g *Guard) ReadState(text string) bool {
	_, ok := parseState(text, g.core.keys)
	return ok
}

// MakePending is the cookie of a state that MakeState made.
func (g *Guard) MakePending(text, way string) (name, value string) {
	s, _ := parseState(text, g.core.keys)
	ck := g.core.sealPending(s, way)
	return ck.Name, ck.Value
}

// OpenSession opens a session cookie's value.
func (g *Guard) OpenSession(value string) (Identity, bool) {
	return g.core.openSession(value, time.Now())
}

// SealSession seals any bytes as a session cookie's value.
func (g *Guard) SealSession(plain []byte) string { return g.core.keys.seal(sessions, plain, "") }

// MakeSession starts a session then.
func (g *Guard) MakeSession(id Identity, at time.Time) (value string) {
	_, ck, err := g.core.startSession(id, false, at)
	if err != nil {
		return ""
	}
	return ck.Value
}

// UsedStates counts the states that are remembered.
func (g *Guard) UsedStates() int {
	g.core.used.mu.Lock()
	defer g.core.used.mu.Unlock()
	return len(g.core.used.found)
}

// MaxUsed is the bound of UsedStates.
const MaxUsed = maxUsed
