package wecomtest

import (
	"crypto/rand"
	"net/url"
	"time"
)

// banned is how long gettoken stays blocked after too many wrong secrets, and
// the time over which they are counted (vendor's document: 91039).
const banned = time.Hour

type token struct {
	value   string
	agent   *Agent
	expires time.Time
	stale   bool // answers 42001 although its time is not over
}

func (t *token) valid() bool { return !t.stale && time.Now().Before(t.expires) }

type tokenBook struct {
	issued  map[string]*token
	current map[*Agent]*token
	wrong   map[string]*wrongSecrets // by caller's address
}

type wrongSecrets struct {
	count int
	since time.Time
}

func (b *tokenBook) init() {
	b.issued = map[string]*token{}
	b.current = map[*Agent]*token{}
	b.wrong = map[string]*wrongSecrets{}
}

// getToken plays the documented order: secret missing, corpid missing, corpid
// wrong, address banned, secret wrong.
func (s *Server) getToken(c *call) (any, *refusal) {
	secret := c.query.Get("corpsecret")
	switch corpID := c.query.Get("corpid"); {
	case secret == "":
		return nil, refuse(41004, "")
	case corpID == "":
		return nil, refuse(41002, "")
	case corpID != s.CorpID:
		return nil, refuse(40013, "")
	}
	if s.tokens.isBanned(c.ip, s.rules.WrongSecrets) {
		return nil, refuse(45009, "")
	}
	for _, a := range s.agents {
		if a.secret == secret {
			t, left := s.tokens.issue(a, s.rules)
			return struct {
				AccessToken string `json:"access_token"`
				ExpiresIn   int    `json:"expires_in"`
			}{t.value, int(left / time.Second)}, nil
		}
	}
	s.tokens.countWrong(c.ip)
	return nil, refuse(40001, "")
}

func (b *tokenBook) isBanned(ip string, limit int) bool {
	w := b.wrong[ip]
	if w != nil && time.Since(w.since) >= banned {
		delete(b.wrong, ip)
		return false
	}
	return w != nil && w.count >= limit
}

func (b *tokenBook) countWrong(ip string) {
	w := b.wrong[ip]
	if w == nil {
		w = &wrongSecrets{since: time.Now()}
		b.wrong[ip] = w
	}
	w.count++
}

func (b *tokenBook) issue(a *Agent, rules Rules) (t *token, left time.Duration) {
	now := time.Now()
	t = b.current[a]
	// A token with less than a second to go would be answered with expires_in 0.
	if t != nil && t.valid() && !rules.NewTokenEachTime && t.expires.Sub(now) >= time.Second {
		if rules.RepeatExpiresIn {
			return t, rules.TokenLife
		}
		return t, t.expires.Sub(now)
	}
	b.sweep(now)
	t = &token{value: rand.Text() + rand.Text(), agent: a, expires: now.Add(rules.TokenLife)}
	b.issued[t.value], b.current[a] = t, t
	return t, rules.TokenLife
}

// sweep forgets tokens a day after their end: 42001 becomes 40014.
func (b *tokenBook) sweep(now time.Time) {
	for value, t := range b.issued {
		if now.Sub(t.expires) > 24*time.Hour {
			delete(b.issued, value)
		}
	}
}

// check finds whose token it is. Only the query counts: a token in a header or
// in the body is missing.
func (b *tokenBook) check(query url.Values) (*Agent, *refusal) {
	value := query.Get("access_token")
	if value == "" {
		return nil, refuse(41001, "")
	}
	t := b.issued[value]
	switch {
	case t == nil:
		return nil, refuse(40014, "")
	case !t.valid():
		return nil, refuse(42001, "")
	}
	return t.agent, nil
}

// ExpireTokens ends all access tokens: their next use is 42001, and gettoken
// issues new ones.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens.issued {
		t.stale = true
	}
}

// RevokeTokens takes all access tokens back, as the vendor may at any time:
// their next use is 40014, and gettoken issues new ones.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens.issued)
	clear(s.tokens.current)
}

// revoke takes back the tokens of one app.
func (b *tokenBook) revoke(a *Agent) {
	delete(b.current, a)
	for value, t := range b.issued {
		if t.agent == a {
			delete(b.issued, value)
		}
	}
}
