package message

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	minChat     = 2
	maxChat     = 2000
	maxChatID   = 32
	maxChatName = 50 // characters
)

// checkNewChatID is for ids that the caller makes; the vendor's own may look different.
func checkNewChatID(f *fields, id string) {
	f.maxBytes("chatid", id, maxChatID, "shorten it, or leave it empty")
	for i := range len(id) {
		if !alphanumeric(id[i]) {
			f.bad("chatid", "byte %d is not allowed: it has letters and digits only", i)
			return
		}
	}
}

func checkChatName(f *fields, name string) {
	f.text("name", name)
	if n := utf8.RuneCountInString(name); n > maxChatName {
		f.refuse(&LimitError{Field: "name", Limit: maxChatName, Size: n, Unit: "characters", hint: "shorten it"})
	}
}

func checkMember(f *fields, field, id string) {
	if problem := badUserID(id); problem != "" {
		f.bad(field, "%s", problem)
	}
}

// members leaves out who stands twice; letter case does not matter in userids.
func members(f *fields, field string, ids []string) []string {
	unique := make([]string, 0, len(ids))
	seen := make(map[string]bool, len(ids))
	for i, id := range ids {
		checkMember(f, fmt.Sprintf("%s[%d]", field, i), id)
		if key := strings.ToLower(id); !seen[key] {
			seen[key] = true
			unique = append(unique, id)
		}
	}
	if len(unique) > maxChat {
		f.refuse(&LimitError{Field: field, Limit: maxChat, Size: len(unique), Unit: "users"})
	}
	return unique
}

func checkOwner(f *fields, owner string, users []string) {
	if owner == "" {
		return
	}
	checkMember(f, "owner", owner)
	if !folded(users)[strings.ToLower(owner)] {
		f.bad("owner", "is not in the list of members: add it")
	}
}

func checkDisjoint(f *fields, add, del []string) {
	added := folded(add)
	for i, id := range del {
		if added[strings.ToLower(id)] {
			f.bad(fmt.Sprintf("del_user_list[%d]", i), "is to be added as well: leave one out")
		}
	}
}

func folded(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[strings.ToLower(id)] = true
	}
	return set
}
