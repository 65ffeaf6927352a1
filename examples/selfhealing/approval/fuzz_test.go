package approval_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// A number that is read is written back as it was; what is refused does not
// look like one.
func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1_1", "1234_1", "01_1", "1_1_1", "１_1", "+1_1", ""} {
		f.Add(s)
	}
	canonical := regexp.MustCompile(`\A[1-9][0-9]{0,17}_[1-9][0-9]{0,8}\z`)
	f.Fuzz(func(t *testing.T, s string) {
		alarm, node, ok := approval.ParseNumber(s)
		if ok && fmt.Sprintf("%d_%d", alarm, node) != s {
			t.Fatalf("%q was read as %d, %d", s, alarm, node)
		}
		if !ok && canonical.MatchString(s) {
			t.Fatalf("%q was refused", s)
		}
	})
}

// The rule as the contract writes it.
func FuzzValidUserID(f *testing.F) {
	for _, s := range []string{"zhangsan", "@all", "a_b.c@d-e", "", "\u212a", "a\n"} {
		f.Add(s)
	}
	rule := regexp.MustCompile(`\A[0-9A-Za-z][0-9A-Za-z_.@-]{0,63}\z`)
	f.Fuzz(func(t *testing.T, s string) {
		if got := approval.ValidUserID(s); got != rule.MatchString(s) {
			t.Fatalf("ValidUserID(%q) = %v", s, got)
		}
		ids, err := approval.ParseUserIDs(s)
		for i, id := range ids {
			if err != nil || !rule.MatchString(id) {
				t.Fatalf("ParseUserIDs(%q) = %q, %v", s, ids, err)
			}
			for _, other := range ids[:i] {
				if approval.SameUser(id, other) {
					t.Fatalf("ParseUserIDs(%q) holds %q twice", s, id)
				}
			}
		}
	})
}
