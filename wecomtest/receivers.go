package wecomtest

import (
	"slices"
	"strconv"
	"strings"
)

// Limits of message/send.
const (
	maxUsers   = 1000
	maxParties = 100
	maxTags    = 100
)

// receivers is whom a message reaches, each once, and whom it does not.
type receivers struct {
	users          []User
	seen           map[string]bool
	invalidUsers   []string // lower-case, as the vendor gives them
	invalidParties []string
	invalidTags    []string
}

func (s *Server) receivers(o *outgoing) (*receivers, *refusal) {
	var lists [3][]string
	for i, field := range []struct {
		name string
		max  int
		code int
	}{{"touser", maxUsers, 40032}, {"toparty", maxParties, 82002}, {"totag", maxTags, 82003}} {
		text, ok := o.body.text(field.name)
		if !ok {
			return nil, refuse(40058, "%s is not a string", field.name)
		}
		lists[i] = split(text)
		if len(lists[i]) > field.max {
			return nil, refuse(field.code, "")
		}
	}
	users, parties, tags := lists[0], lists[1], lists[2]
	if len(users)+len(parties)+len(tags) == 0 {
		return nil, refuse(82001, "")
	}
	r := &receivers{seen: map[string]bool{}}
	if slices.Equal(users, []string{"@all"}) {
		o.everyone = true
		r.add(s.people.everyone()...)
	} else {
		r.addUsers(&s.people, users)
		r.invalidParties = r.addGroups(parties, s.people.department)
		r.invalidTags = r.addGroups(tags, s.people.tagged)
	}
	if len(r.users) == 0 {
		return nil, refuse(81013, "")
	}
	return r, nil
}

// split takes a|b|c apart; empty parts name nobody.
func split(joined string) []string {
	return slices.DeleteFunc(strings.Split(joined, "|"), func(s string) bool { return s == "" })
}

func (r *receivers) add(users ...User) {
	for _, u := range users {
		if key := strings.ToLower(u.ID); !r.seen[key] {
			r.seen[key] = true
			r.users = append(r.users, u)
		}
	}
}

func (r *receivers) addUsers(d *directory, ids []string) {
	for _, id := range ids {
		if u, ok := d.find(id); ok {
			r.add(u)
		} else if id = strings.ToLower(id); !slices.Contains(r.invalidUsers, id) {
			r.invalidUsers = append(r.invalidUsers, id)
		}
	}
}

// addGroups adds departments or tags and returns those that do not exist. One
// that exists and is empty is not invalid.
func (r *receivers) addGroups(ids []string, members func(id int) ([]User, bool)) (invalid []string) {
	for _, text := range ids {
		id, err := strconv.Atoi(text)
		if err == nil {
			if users, ok := members(id); ok {
				r.add(users...)
				continue
			}
		}
		if !slices.Contains(invalid, text) {
			invalid = append(invalid, text)
		}
	}
	return invalid
}
