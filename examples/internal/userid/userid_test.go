package userid_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bkwecom/wecom/examples/internal/userid"
)

// The rule as the contract writes it, and folding that touches nothing else.
func FuzzValid(f *testing.F) {
	for _, s := range []string{"zhangsan", "@all", "a|b", "a_b.c@d-E", "", "\u212a", "a\n", strings.Repeat("a", 64), strings.Repeat("a", 65)} {
		f.Add(s)
	}
	rule := regexp.MustCompile(`\A[0-9A-Za-z][0-9A-Za-z_.@-]{0,63}\z`)
	f.Fuzz(func(t *testing.T, s string) {
		if got := userid.Valid(s); got != rule.MatchString(s) {
			t.Fatalf("Valid(%q) = %v", s, got)
		}
		folded := userid.Fold(s)
		if !userid.Same(s, folded) || userid.Fold(folded) != folded || utf8.ValidString(s) && !strings.EqualFold(s, folded) {
			t.Fatalf("%q was folded to %q", s, folded)
		}
	})
}

func TestSame(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"zhangsan", "ZhangSan", true},
		{"lisi", "lisi2", false},
		{"kk", "\u212ak", false}, // Kelvin sign
		{"i", "\u0130", false},   // dotted I
	} {
		if got := userid.Same(tt.a, tt.b); got != tt.want {
			t.Errorf("Same(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}
