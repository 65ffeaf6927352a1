package message

import (
	"fmt"
	"strconv"
	"strings"
)

// Recipients names who gets a message: members, departments with all below them, and tags. At least
// one must be named. A name that stands twice is sent once.
//
// Departments and tags are numbers, as in every answer of the contacts API; only this call joins
// them into a string, and a number cannot smuggle a separator into it.
type Recipients struct {
	Users   []string // userids, at most 1000, letter case does not matter
	Parties []int    // department ids, at most 100
	Tags    []int    // tag ids, at most 100
}

// Everyone is all members who can see the app. It cannot be combined with others.
var Everyone = Recipients{Users: []string{everyone}}

const everyone = "@all"

const (
	maxUsers  = 1000
	maxGroups = 100
)

// receivers are Recipients as the request holds them.
type receivers struct{ users, parties, tags string }

func (r Recipients) check(f *fields) receivers {
	out := receivers{
		users:   joinUsers(f, r.Users),
		parties: joinIDs(f, "toparty", "parties", r.Parties),
		tags:    joinIDs(f, "totag", "tags", r.Tags),
	}
	if out == (receivers{}) {
		f.bad("touser", "there is no recipient: name users, parties or tags, or use Everyone")
	}
	if out.users == everyone && out.parties+out.tags != "" {
		f.bad("touser", "the vendor ignores toparty and totag beside @all: leave them empty, or name users")
	}
	return out
}

func joinUsers(f *fields, users []string) string {
	if len(users) == 1 && users[0] == everyone {
		return everyone
	}
	unique := make([]string, 0, len(users))
	seen := make(map[string]bool, len(users))
	for i, id := range users {
		if problem := badUserID(id); problem != "" {
			f.bad(fmt.Sprintf("touser[%d]", i), "%s", problem)
			return ""
		}
		if key := strings.ToLower(id); !seen[key] {
			seen[key] = true
			unique = append(unique, id)
		}
	}
	f.maxCount("touser", "users", len(unique), maxUsers)
	return strings.Join(unique, "|")
}

// badUserID applies the rule of the contacts: 1 to 64 bytes of [0-9A-Za-z_-@.], a letter or digit
// first. It keeps the separator | out, and "@all" from hiding between others.
func badUserID(id string) string {
	switch {
	case id == "":
		return "is empty"
	case id == everyone:
		return "@all must stand alone: use Everyone"
	case len(id) > 64:
		return fmt.Sprintf("is %d bytes long, a userid has at most 64", len(id))
	case !alphanumeric(id[0]):
		return "a userid begins with a letter or a digit"
	}
	for i := range len(id) {
		if !alphanumeric(id[i]) && !strings.ContainsRune("_-@.", rune(id[i])) {
			return fmt.Sprintf("byte %d is not allowed: a userid has letters, digits and _ - @ . only", i)
		}
	}
	return ""
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

func joinIDs(f *fields, field, unit string, ids []int) string {
	if len(ids) == 0 {
		return ""
	}
	unique := make([]string, 0, len(ids))
	seen := make(map[int]bool, len(ids))
	for i, id := range ids {
		if id <= 0 {
			f.bad(fmt.Sprintf("%s[%d]", field, i), "%d is no id: ids are positive", id)
			return ""
		}
		if !seen[id] {
			seen[id] = true
			unique = append(unique, strconv.Itoa(id))
		}
	}
	f.maxCount(field, unit, len(unique), maxGroups)
	return strings.Join(unique, "|")
}
