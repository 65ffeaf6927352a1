package wecomtest

import (
	"crypto/rand"
	"time"
)

const (
	codeLife   = 5 * time.Minute    // of a code (vendor's documents: 91022, 91023)
	ticketLife = 1800 * time.Second // of a user_ticket (vendor's document: 91023)
	keptOver   = 24 * time.Hour     // for so long what has expired is told from what never was
)

const (
	scopeBase        = "snsapi_base"
	scopePrivateInfo = "snsapi_privateinfo"
	scopeUserInfo    = "snsapi_userinfo"
)

// signInBook is what sign-in has to remember.
type signInBook struct {
	codes    map[string]*authCode
	tickets  map[string]*userTicket
	accounts map[string]OfficialAccount // by appid
	grants   map[string]*userGrant      // of official accounts, by access token
	renewals map[string]*userGrant      // the same, by refresh token
	refusing map[string]bool            // by person
}

func (b *signInBook) init() {
	b.codes = map[string]*authCode{}
	b.tickets = map[string]*userTicket{}
	b.accounts = map[string]OfficialAccount{}
	b.grants = map[string]*userGrant{}
	b.renewals = map[string]*userGrant{}
	b.refusing = map[string]bool{}
}

// authCode is what a browser carries back to the app.
type authCode struct {
	person  string
	agent   *Agent // whose agentid the address named; nil if none
	account string // appid of an official account; "" is the company
	scope   string // "" of a web login
	issued  time.Time
	used    bool
}

type userTicket struct {
	userID string
	agent  *Agent
	issued time.Time
}

func (b *signInBook) issue(c authCode) string {
	c.issued = time.Now()
	for value, old := range b.codes {
		if c.issued.Sub(old.issued) > keptOver {
			delete(b.codes, value)
		}
	}
	value := rand.Text() + rand.Text()
	b.codes[value] = &c
	return value
}

// find does not use the code up.
func (b *signInBook) find(value, account string) (*authCode, *refusal) {
	if value == "" {
		return nil, refuse(41008, "")
	}
	c := b.codes[value]
	if c == nil || c.account != account {
		return nil, refuse(40029, "")
	}
	return c, nil
}

// use lets a code pass once, for five minutes.
func (c *authCode) use(again int, rules Rules) *refusal {
	switch {
	case c.used:
		return refuse(again, "")
	case time.Since(c.issued) >= codeLife && rules.ExpiredCode42003:
		return refuse(42003, "")
	case time.Since(c.issued) >= codeLife:
		return refuse(40029, "")
	}
	c.used = true
	return nil
}

func (b *signInBook) issueTicket(t userTicket) string {
	t.issued = time.Now()
	for value, old := range b.tickets {
		if t.issued.Sub(old.issued) > keptOver {
			delete(b.tickets, value)
		}
	}
	value := rand.Text() + rand.Text() + rand.Text()
	b.tickets[value] = &t
	return value
}
