package wecomtest

import (
	"crypto/rand"
	"time"
)

// Tickets for pages (vendor's document: 90506): one of the company for wx.config,
// one of each app for wx.agentConfig.

type jsTicket struct {
	value   string
	agent   *Agent // who fetched it
	forApp  bool   // good for wx.agentConfig of that app, else for wx.config of the company
	expires time.Time
}

type jsTicketBook struct {
	issued  map[string]*jsTicket
	corp    *jsTicket            // the company's latest
	apps    map[*Agent]*jsTicket // the apps' latest
	ofCorp  pace                 // requests of the last hour
	ofAgent map[*Agent]*pace
}

func (b *jsTicketBook) init() {
	b.issued = map[string]*jsTicket{}
	b.apps = map[*Agent]*jsTicket{}
	b.ofAgent = map[*Agent]*pace{}
}

// getJSAPITicket plays get_jsapi_ticket.
func (s *Server) getJSAPITicket(c *call) (any, *refusal) {
	if !s.jsTickets.take(c.agent, s.rules) {
		return nil, refuse(45009, "")
	}
	return s.jsTickets.issue(&s.jsTickets.corp, jsTicket{agent: c.agent}, s.rules), nil
}

// getAgentTicket plays ticket/get, which knows one type.
func (s *Server) getAgentTicket(c *call) (any, *refusal) {
	if c.query.Get("type") != "agent_config" {
		return nil, refuse(91040, "")
	}
	if !s.jsTickets.take(c.agent, s.rules) {
		return nil, refuse(45009, "")
	}
	latest := s.jsTickets.apps[c.agent]
	answer := s.jsTickets.issue(&latest, jsTicket{agent: c.agent, forApp: true}, s.rules)
	s.jsTickets.apps[c.agent] = latest
	return answer, nil
}

// take counts both calls together, the strictest reading of "400 per hour and
// company, 100 per hour and app".
func (b *jsTicketBook) take(a *Agent, rules Rules) bool {
	mine := b.ofAgent[a]
	if mine == nil {
		mine = new(pace)
		b.ofAgent[a] = mine
	}
	return mine.take(time.Hour, rules.TicketsPerApp) && b.ofCorp.take(time.Hour, rules.TicketsPerCompany)
}

type ticketAnswer struct {
	Ticket    string `json:"ticket"`
	ExpiresIn int    `json:"expires_in"`
}

func (b *jsTicketBook) issue(latest **jsTicket, fresh jsTicket, rules Rules) ticketAnswer {
	now := time.Now()
	if t := *latest; t != nil && !rules.NewTicketEachTime && t.expires.Sub(now) >= time.Second {
		if rules.RepeatExpiresIn {
			return ticketAnswer{t.value, int(rules.TicketLife / time.Second)}
		}
		return ticketAnswer{t.value, int(t.expires.Sub(now) / time.Second)}
	}
	for value, t := range b.issued {
		if !now.Before(t.expires) {
			delete(b.issued, value)
		}
	}
	fresh.value, fresh.expires = rand.Text()+rand.Text()+rand.Text(), now.Add(rules.TicketLife)
	b.issued[fresh.value], *latest = &fresh, &fresh
	return ticketAnswer{fresh.value, int(rules.TicketLife / time.Second)}
}

// ExpireTickets ends the JS-SDK tickets of all apps: pages signed with them are
// 40093, and the next request issues new ones.
func (s *Server) ExpireTickets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.jsTickets.issued {
		t.expires = time.Time{}
	}
}
