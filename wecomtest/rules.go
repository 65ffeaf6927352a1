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

	// TicketLife is how long a JS-SDK ticket is valid; 7200 s at the vendor.
	TicketLife time.Duration
	// NewTicketEachTime: each request issues a new ticket, the earlier ones stay
	// valid to their end. Otherwise one is repeated until it expires; RepeatExpiresIn
	// counts for it too. Neither is verified.
	NewTicketEachTime bool
	// TicketsPerCompany and TicketsPerApp are how many tickets an hour gives, both
	// kinds together; more are 45009. 0 is no limit.
	TicketsPerCompany, TicketsPerApp int

	// CutMarkdown: markdown over 2048 bytes is cut. Otherwise it is 45002.
	CutMarkdown bool
	// ImageLimit is the largest image that media/upload takes, in bytes: 10 MiB;
	// older documents say 2 MB, and the text of 45001 says 5 MB.
	ImageLimit int
	// ResponseCodeLife is how long a response_code is valid: 72 h; older documents
	// say 24 h.
	ResponseCodeLife time.Duration
	// MisspeltOptionIDs: card events write OpitonIds and OpitonId, as some documents
	// print them. Otherwise OptionIds and OptionId.
	MisspeltOptionIDs bool
	// NoChats: appchat is refused with 48002, as for an app whose visible range is
	// not the whole company.
	NoChats bool
	// ChatMemberPerMinute and ChatMemberPerDay: messages in chats to one member
	// beyond them are dropped in silence, as by MemberPerMinute.
	ChatMemberPerMinute, ChatMemberPerDay int
	// RobotText is the most bytes in a robot's text: 2048 as documented; 5120 was
	// seen as the enforced limit.
	RobotText int
	// RobotPerMinute is how many messages a robot may send in a minute; more are
	// 45009.
	RobotPerMinute int
	// RobotTooLong93000: a robot's over-long content is 93000, as was seen in 2019.
	// Otherwise it is 40058.
	RobotTooLong93000 bool
	// MenuNeedsCallback: a menu with a button that sends an event is 43012 for an app
	// that receives no callbacks; unverified, and off.
	MenuNeedsCallback bool
	// MenuName40058: too long a button name is 40058, as was seen once. Otherwise it
	// is 40018 or 40025, as documented.
	MenuName40058 bool
	// RefuseEscapes: a body with a \u escape that JSON does not need is 40033.
	RefuseEscapes bool
	// MemberPerMinute and MemberPerHour: messages of one app to one member beyond
	// them are dropped in silence and counted by [Server.Dropped]. 0 is no limit.
	MemberPerMinute, MemberPerHour int

	// AnyBrowser: web authorization and web login take every browser, for a
	// simulation that people use in an ordinary one. Otherwise the first wants the
	// User-Agent of WeCom or WeChat, and the second neither.
	AnyBrowser bool
	// AnyParameterOrder: the parameters of an authorize address may come in any
	// order. Otherwise in the documented one, which old clients check.
	AnyParameterOrder bool
	// NoAgentIDIsBase: snsapi_privateinfo without agentid is handled as snsapi_base,
	// as older documents have it. Otherwise it is refused.
	NoAgentIDIsBase bool
	// RefusedIsBase: who refuses snsapi_privateinfo comes back with a code of
	// snsapi_base. Otherwise without a code. Neither is verified.
	RefusedIsBase bool
	// RefusedLoginReturns: who refuses a web login comes back without a code, as
	// older documents have it. Otherwise they do not come back.
	RefusedLoginReturns bool
	// ExpiredCode42003: a code after its five minutes is 42003, which is rare.
	// Otherwise it is 40029.
	ExpiredCode42003 bool
	// ContactFields: user/get tells avatar, gender, mobile and the like, as to apps
	// from before 2022-06-20.
	ContactFields bool
	// UnknownOpenID40003: user/convert_to_userid answers 40003 to an openid of no
	// member. Otherwise 43004. Neither is verified.
	UnknownOpenID40003 bool

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
		TokenLife:           7200 * time.Second,
		TicketLife:          7200 * time.Second,
		TicketsPerCompany:   400,
		TicketsPerApp:       100,
		ImageLimit:          10 << 20,
		ResponseCodeLife:    72 * time.Hour,
		ChatMemberPerMinute: 200,
		ChatMemberPerDay:    10_000,
		RobotText:           2048,
		RobotPerMinute:      20,
		WrongSecrets:        2000,
		MemberPerMinute:     30,
		MemberPerHour:       1000,
		VerifyTimeout:       time.Second,
		CallbackTimeout:     5 * time.Second,
		Retries:             3,
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
