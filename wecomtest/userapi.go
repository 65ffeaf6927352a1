package wecomtest

import (
	"cmp"
	"strings"
)

type userAnswer struct {
	UserID         string   `json:"userid"`
	Name           string   `json:"name"`
	Department     []int    `json:"department"`
	Order          []int    `json:"order"`
	Position       string   `json:"position"`
	IsLeader       []int    `json:"is_leader_in_dept"`
	DirectLeader   []string `json:"direct_leader"`
	Telephone      string   `json:"telephone"`
	Alias          string   `json:"alias"`
	MainDepartment int      `json:"main_department"`
	ExtAttr        struct {
		Attrs []any `json:"attrs"`
	} `json:"extattr"`
	Status int `json:"status"`
	*privateFields
	ThumbAvatar string `json:"thumb_avatar,omitempty"`
}

// getUser plays user/get (vendor's document: 90196).
func (s *Server) getUser(c *call) (any, *refusal) {
	u, refused := s.userNamed(c.query.Get("userid"))
	if refused != nil {
		return nil, refused
	}
	a := userAnswer{
		UserID: u.ID, Name: cmp.Or(u.Name, u.ID), Position: u.Position, Alias: u.Alias,
		Department: u.Departments, MainDepartment: u.Departments[0],
		Order: make([]int, len(u.Departments)), IsLeader: make([]int, len(u.Departments)),
		DirectLeader: []string{}, Status: 1,
	}
	a.ExtAttr.Attrs = []any{}
	if u.Disabled {
		a.Status = 2
	}
	if s.rules.ContactFields {
		fields := u.private()
		fields.Gender = cmp.Or(fields.Gender, "0")
		a.privateFields, a.ThumbAvatar = &fields, u.Avatar
	}
	return a, nil
}

// userNamed finds a member in the visible range; a disabled one is there too.
func (s *Server) userNamed(userID string) (User, *refusal) {
	if userID == "" {
		return User{}, refuse(41009, "")
	}
	if !validUserID.MatchString(userID) {
		return User{}, refuse(40003, "")
	}
	u, ok := s.people.users[strings.ToLower(userID)]
	if !ok || u.Hidden {
		return User{}, refuse(60111, "")
	}
	return u, nil
}

// convertToOpenID plays user/convert_to_openid (vendor's document: 90202).
func (s *Server) convertToOpenID(c *call) (any, *refusal) {
	body, refused := s.object(c)
	if refused != nil {
		return nil, refused
	}
	userID, _ := body.text("userid")
	u, refused := s.userNamed(userID)
	switch {
	case refused != nil:
		return nil, refused
	case u.OpenID == "":
		return nil, refuse(43004, "")
	}
	return struct {
		OpenID string `json:"openid"`
	}{u.OpenID}, nil
}

func (s *Server) convertToUserID(c *call) (any, *refusal) {
	body, refused := s.object(c)
	if refused != nil {
		return nil, refused
	}
	openID, ok := body.text("openid")
	if !ok || openID == "" {
		return nil, refuse(40058, "openid missing")
	}
	u, ok := s.people.byOpenID(openID)
	switch {
	case ok && !u.Hidden:
	case s.rules.UnknownOpenID40003:
		return nil, refuse(40003, "")
	default:
		return nil, refuse(43004, "")
	}
	return struct {
		UserID string `json:"userid"`
	}{u.ID}, nil
}
