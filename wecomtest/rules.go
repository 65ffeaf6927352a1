package wecomtest

import "time"

// Rules are the numbers of the vendor that a test may want otherwise, and the
// points where the vendor's documents can be read in two ways.
type Rules struct {
	// TokenLife is how long an access token is valid; 7200 s at the vendor.
	TokenLife time.Duration
	// NewTokenEachTime: gettoken issues a new token on every call, the earlier ones
	// stay valid to their end. Otherwise it repeats one token until that expires.
	NewTokenEachTime bool
	// RepeatExpiresIn: a repeated token is answered with the expires_in of a fresh
	// one. Otherwise with what is left of it.
	RepeatExpiresIn bool
	// WrongSecrets is how many wrong secrets one address may send to gettoken within
	// an hour; after them every gettoken from there is 45009, until the hour is over.
	WrongSecrets int

	// CutMarkdown: markdown over 2048 bytes is cut. Otherwise it is 45002.
	CutMarkdown bool
	// RefuseEscapes: a body with a \u escape that JSON does not need is 40033.
	RefuseEscapes bool
	// MemberPerMinute and MemberPerHour: messages of one app to one member beyond
	// them are dropped in silence and counted by [Server.Dropped]. 0 is no limit.
	MemberPerMinute, MemberPerHour int

	// VerifyTimeout limits [Agent.Verify], 1 s at the vendor.
	VerifyTimeout time.Duration
	// CallbackTimeout limits each attempt of a callback, 5 s at the vendor.
	CallbackTimeout time.Duration
	// Retries are made after the first attempt of a callback failed. The vendor's
	// "three times in total" is read as three retries.
	Retries int
	// RetryPause lies between the attempts; the vendor documents none.
	RetryPause time.Duration
}

// DefaultRules are the rules of a new server.
func DefaultRules() Rules {
	return Rules{
		TokenLife:       7200 * time.Second,
		WrongSecrets:    2000,
		MemberPerMinute: 30,
		MemberPerHour:   1000,
		VerifyTimeout:   time.Second,
		CallbackTimeout: 5 * time.Second,
		Retries:         3,
	}
}

// Configure changes the rules from now on:
//
//	srv.Configure(func(r *wecomtest.Rules) { r.TokenLife = time.Minute })
func (s *Server) Configure(change func(*Rules)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.rules)
}

func (s *Server) currentRules() Rules {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rules
}
