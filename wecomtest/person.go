package wecomtest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// Visitor is somebody who is not a member of the company. Apps know them by
// their openid alone.
type Visitor struct {
	OpenID         string // 1 to 64 of [0-9A-Za-z_-]; the same towards every app and official account, which the vendor's are not
	ExternalUserID string // answered beside the openid; of an external contact (客户) whom the app may see
	UnionID        string // answered by an official account that is bound to the Open Platform
	Nickname       string // as an official account gets it
	Avatar         string
	Snapshot       bool // a virtual account, as WeChat gives it to pages in snapshot mode (快照页)
}

var validOpenID = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// AddVisitor adds somebody who is not a member, or replaces the one of that
// openid. As it is meant for setting up tests, it panics on an openid that
// cannot be or is a member's.
func (s *Server) AddVisitor(v Visitor) {
	if !validOpenID.MatchString(v.OpenID) {
		panic(fmt.Sprintf("wecomtest: AddVisitor: openid %q is not 1 to 64 of [0-9A-Za-z_-]", v.OpenID))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.people.person(v.OpenID); ok && p.userID != "" {
		panic(fmt.Sprintf("wecomtest: AddVisitor: %q is a member", v.OpenID))
	}
	s.people.visitors[v.OpenID] = v
}

// Refuse decides what a person does where WeCom asks them: at snsapi_privateinfo,
// at web login, and at an official account's snsapi_userinfo. snsapi_base asks
// nobody. It panics if there is nobody of that userid or openid.
func (s *Server) Refuse(id string, refuse bool) {
	p := s.mustKnow("Refuse", id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signIn.refusing[p.key()] = refuse
}

func (s *Server) mustKnow(caller, id string) person {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people.person(id)
	if !ok {
		panic(fmt.Sprintf("wecomtest: %s: nobody has the userid or openid %q: call AddUser or AddVisitor first", caller, id))
	}
	return p
}

// person is a member or a visitor, as sign-in sees them.
type person struct {
	userID string // "" of a visitor
	user   User   // of a member
	Visitor
}

// person finds a member by userid or openid, or a visitor by openid.
func (d *directory) person(id string) (person, bool) {
	if u, ok := d.users[strings.ToLower(id)]; ok {
		return u.person(), true
	}
	if u, ok := d.byOpenID(id); ok {
		return u.person(), true
	}
	v, ok := d.visitors[id]
	return person{Visitor: v}, ok
}

func (d *directory) byOpenID(openID string) (User, bool) {
	for _, u := range d.users {
		if u.OpenID == openID && openID != "" {
			return u, true
		}
	}
	return User{}, false
}

func (u User) person() person {
	return person{userID: u.ID, user: u, Visitor: Visitor{OpenID: u.OpenID, UnionID: u.UnionID, Nickname: u.Name, Avatar: u.Avatar}}
}

func (p person) member() bool { return p.userID != "" }

// key is how books name the person; [directory.person] finds it again.
func (p person) key() string {
	if p.member() {
		return strings.ToLower(p.userID)
	}
	return p.OpenID
}

// name is for pages.
func (p person) name() string {
	id := cmp.Or(p.userID, p.OpenID)
	if p.Nickname == "" || p.Nickname == id {
		return id
	}
	return p.Nickname + "(" + id + ")"
}

// deviceID stands for the phone, one for each person.
func (p person) deviceID() string {
	sum := sha256.Sum256([]byte(p.key()))
	return hex.EncodeToString(sum[:8])
}
