package wecomtest

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// rootDepartment is the company itself (vendor's document: department/list).
const rootDepartment = 1

// User is a member of the company.
type User struct {
	ID          string // userid: 1 to 64 of [0-9A-Za-z_.@-], the first a letter or digit; compared without regard to case
	Name        string
	Departments []int // none means the company's root department, 1
	Tags        []int
	Disabled    bool // disabled in the address book: gets nothing and can send nothing
	Hidden      bool // outside the visible range of every app, with the same effect

	Position string
	Alias    string
	OpenID   string // "" for a member without WeChat: has no openid and cannot open an official account's pages
	UnionID  string // see [Visitor.UnionID]

	// What auth/getuserdetail tells, and user/get only under [Rules.ContactFields]; a
	// field left empty is one that the member keeps back.
	Gender  string // "1" male, "2" female, "0" undefined
	Avatar  string
	QRCode  string
	Mobile  string
	Email   string
	BizMail string
	Address string
}

// Department is one below another; the root is 1 and always there.
type Department struct {
	ID       int
	ParentID int // 0 means the root
	Name     string
}

var validUserID = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_.@-]{0,63}$`)

type directory struct {
	users       map[string]User // by lower-case id
	departments map[int]Department
	visitors    map[string]Visitor // by openid
}

func (d *directory) init() {
	d.users = map[string]User{}
	d.visitors = map[string]Visitor{}
	d.departments = map[int]Department{rootDepartment: {ID: rootDepartment}}
}

// AddUser adds a member or replaces the one of that id. Departments that do not
// exist yet are made below the root. As it is meant for setting up tests, it
// panics on an id that WeCom would not allow, and on an OpenID that cannot be or
// is somebody else's.
func (s *Server) AddUser(u User) {
	if !validUserID.MatchString(u.ID) {
		panic(fmt.Sprintf("wecomtest: AddUser: userid %q is not 1 to 64 of [0-9A-Za-z_.@-] beginning with a letter or digit", u.ID))
	}
	u.Departments, u.Tags = slices.Clone(u.Departments), slices.Clone(u.Tags)
	if len(u.Departments) == 0 {
		u.Departments = []int{rootDepartment}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.OpenID != "" {
		p, taken := s.people.person(u.OpenID)
		if taken && !strings.EqualFold(p.userID, u.ID) || !validOpenID.MatchString(u.OpenID) {
			panic(fmt.Sprintf("wecomtest: AddUser: openid %q of %q is not 1 to 64 of [0-9A-Za-z_-], or somebody else's", u.OpenID, u.ID))
		}
	}
	s.people.users[strings.ToLower(u.ID)] = u
	for _, id := range u.Departments {
		if _, ok := s.people.departments[id]; !ok {
			s.people.departments[id] = Department{ID: id, ParentID: rootDepartment}
		}
	}
}

// AddDepartment adds a department or replaces the one of that id.
func (s *Server) AddDepartment(d Department) {
	if d.ParentID == 0 && d.ID != rootDepartment {
		d.ParentID = rootDepartment
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people.departments[d.ID] = d
}

// Users lists the members by userid.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.people.users), func(a, b User) int {
		return cmp.Compare(strings.ToLower(a.ID), strings.ToLower(b.ID))
	})
}

// reachable says whether apps can see the member.
func (u User) reachable() bool { return !u.Disabled && !u.Hidden }

func (d *directory) find(userid string) (User, bool) {
	u, ok := d.users[strings.ToLower(userid)]
	return u, ok && u.reachable()
}

// everyone is the visible range, in the order of the ids.
func (d *directory) everyone() []User {
	return d.matching(func(User) bool { return true })
}

func (d *directory) matching(match func(User) bool) []User {
	var found []User
	for _, key := range slices.Sorted(maps.Keys(d.users)) {
		if u := d.users[key]; u.reachable() && match(u) {
			found = append(found, u)
		}
	}
	return found
}

// department lists the members of a department and of all below it; ok is false
// if there is no such department.
func (d *directory) department(id int) (members []User, ok bool) {
	if _, ok := d.departments[id]; !ok {
		return nil, false
	}
	return d.matching(func(u User) bool {
		return slices.ContainsFunc(u.Departments, func(own int) bool { return d.below(own, id) })
	}), true
}

func (d *directory) below(id, top int) bool {
	for range len(d.departments) + 1 { // ends a ring of departments too
		if id == top {
			return true
		}
		parent, ok := d.departments[id]
		if !ok {
			return false
		}
		id = parent.ParentID
	}
	return false
}

// tagged lists the members with a tag; a tag that nobody has does not exist.
func (d *directory) tagged(id int) (members []User, ok bool) {
	for _, u := range d.users {
		ok = ok || slices.Contains(u.Tags, id)
	}
	return d.matching(func(u User) bool { return slices.Contains(u.Tags, id) }), ok
}
