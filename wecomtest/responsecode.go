package wecomtest

import (
	"crypto/rand"
	"time"
)

// codeBook holds the response codes of template cards: each for one update.
type codeBook map[string]responseCode

type responseCode struct {
	agent *Agent
	msgID string // the card's message; "" for a tap on a card that was never sent
	until time.Time
}

func (b codeBook) issue(a *Agent, msgID string, life time.Duration) string {
	now := time.Now()
	for code, c := range b {
		if now.After(c.until) {
			delete(b, code)
		}
	}
	code := rand.Text() + rand.Text()
	b[code] = responseCode{a, msgID, now.Add(life)}
	return code
}

// check does not use the code up: an update that is refused leaves it valid,
// which is a guess.
func (b codeBook) check(code string, a *Agent) (responseCode, *refusal) {
	c, ok := b[code]
	switch {
	case !ok || time.Now().After(c.until):
		return c, refuse(60140, "")
	case c.agent != a:
		return c, refuse(42015, "")
	}
	return c, nil
}
