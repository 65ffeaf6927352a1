package wecomtest

import "time"

// The code exchange (vendor's document: 91023). The older path answers in its
// own spelling, with a device and the ticket's life.

func (s *Server) getUserInfo(c *call) (any, *refusal) {
	p, ticket, refused := s.exchange(c)
	switch {
	case refused != nil:
		return nil, refused
	case p.member():
		return struct {
			UserID string `json:"userid"`
			Ticket string `json:"user_ticket,omitempty"`
		}{p.userID, ticket}, nil
	}
	return struct {
		OpenID         string `json:"openid"`
		ExternalUserID string `json:"external_userid,omitempty"`
	}{p.OpenID, p.ExternalUserID}, nil
}

func (s *Server) oldGetUserInfo(c *call) (any, *refusal) {
	p, ticket, refused := s.exchange(c)
	if refused != nil {
		return nil, refused
	}
	if !p.member() {
		return struct {
			OpenID         string `json:"OpenId"`
			DeviceID       string `json:"DeviceId"`
			ExternalUserID string `json:"external_userid,omitempty"`
		}{p.OpenID, p.deviceID(), p.ExternalUserID}, nil
	}
	a := struct {
		UserID    string `json:"UserId"`
		DeviceID  string `json:"DeviceId"`
		Ticket    string `json:"user_ticket,omitempty"`
		ExpiresIn int    `json:"expires_in,omitempty"`
	}{UserID: p.userID, DeviceID: p.deviceID(), Ticket: ticket}
	if ticket != "" {
		a.ExpiresIn = int(ticketLife / time.Second)
	}
	return a, nil
}

// exchange uses the code up. A ticket is for snsapi_privateinfo and members in
// the app's visible range.
func (s *Server) exchange(c *call) (p person, ticket string, refused *refusal) {
	code, refused := s.signIn.find(c.query.Get("code"), "")
	if refused != nil {
		return p, "", refused
	}
	if code.agent != nil && code.agent != c.agent {
		return p, "", refuse(50001, "")
	}
	if refused := code.use(40029, s.rules); refused != nil {
		return p, "", refused
	}
	p, ok := s.people.person(code.person)
	if !ok {
		return p, "", refuse(40029, "") // cannot happen: nobody ever leaves
	}
	if code.scope == scopePrivateInfo && p.member() && p.user.reachable() {
		ticket = s.signIn.issueTicket(userTicket{userID: p.userID, agent: c.agent})
	}
	return p, ticket, nil
}

// getUserDetail plays auth/getuserdetail (vendor's document: 95833): what the
// member agreed to. A field that the member has not is left out.
func (s *Server) getUserDetail(c *call) (any, *refusal) {
	body, refused := s.object(c)
	if refused != nil {
		return nil, refused
	}
	value, _ := body.text("user_ticket")
	t := s.signIn.tickets[value]
	switch {
	case t == nil || t.agent != c.agent:
		return nil, refuse(84015, "")
	case time.Since(t.issued) >= ticketLife:
		return nil, refuse(84014, "")
	}
	p, ok := s.people.person(t.userID)
	if !ok {
		return nil, refuse(84015, "")
	}
	return struct {
		UserID string `json:"userid"`
		privateFields
	}{p.userID, p.user.private()}, nil
}

// privateFields are those that apps made since 2022-06-20 get only from the
// member.
type privateFields struct {
	Gender  string `json:"gender,omitempty"`
	Avatar  string `json:"avatar,omitempty"`
	QRCode  string `json:"qr_code,omitempty"`
	Mobile  string `json:"mobile,omitempty"`
	Email   string `json:"email,omitempty"`
	BizMail string `json:"biz_mail,omitempty"`
	Address string `json:"address,omitempty"`
}

func (u User) private() privateFields {
	return privateFields{Gender: u.Gender, Avatar: u.Avatar, QRCode: u.QRCode, Mobile: u.Mobile, Email: u.Email, BizMail: u.BizMail, Address: u.Address}
}
