package approval

import (
	"fmt"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/userid"
)

// ValidUserID reports whether s is written as WeCom writes a userid:
// [0-9A-Za-z][0-9A-Za-z_.@-]{0,63} (vendor's document: user/create).
func ValidUserID(s string) bool { return userid.Valid(s) }

func fold(s string) string { return userid.Fold(s) }

// SameUser compares two userids as WeCom does: by ASCII case folding only.
func SameUser(a, b string) bool { return userid.Same(a, b) }

// ParseUserIDs reads a list separated by "," or "，". Spaces around an entry and
// empty entries are dropped, and of two spellings of one member the second.
func ParseUserIDs(list string) ([]string, error) {
	var ids []string
	for entry := range strings.SplitSeq(strings.ReplaceAll(list, "，", ","), ",") {
		id := strings.TrimSpace(entry)
		switch {
		case id == "":
		case !ValidUserID(id):
			return nil, fmt.Errorf("%q is not a userid: %s", id, userIDRule)
		default:
			ids = appendUser(ids, id)
		}
	}
	return ids, nil
}

const userIDRule = "1 to 64 of 0-9 A-Z a-z _ . @ -, beginning with a letter or digit"

// appendUser keeps the first spelling of each member.
func appendUser(ids []string, more ...string) []string {
	for _, id := range more {
		if findUser(ids, id) == "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// findUser returns id as the list spells it, or "".
func findUser(ids []string, id string) string {
	for _, have := range ids {
		if SameUser(have, id) {
			return have
		}
	}
	return ""
}

func withoutUser(ids []string, id string) (rest []string) {
	for _, have := range ids {
		if !SameUser(have, id) {
			rest = append(rest, have)
		}
	}
	return rest
}
