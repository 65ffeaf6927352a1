package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseCommand(t *testing.T) {
	t.Parallel()
	approve := func(reason string) *replyCommand { return &replyCommand{true, "1234_1", reason} }
	reject := func(reason string) *replyCommand { return &replyCommand{false, "1234_1", reason} }
	for text, want := range map[string]*replyCommand{
		"TY 1234_1":              approve(""),
		"BH 1234_1":              reject(""),
		"ty 1234_1":              approve(""),
		"Bh 1234_1":              reject(""),
		"  TY   1234_1  ":        approve(""),
		"ＴＹ　１２３４＿１":              approve(""),
		"ｂｈ 1234_1":              reject(""),
		"TY 1234_1\n":            approve(""),
		"TY 1234_1 确认过了":         approve("确认过了"),
		"TY 1234_1，确认过了":         approve("确认过了"),
		"TY 1234_1同意":            approve("同意"),
		"TY 1234_1\n已确认\n可以":     approve("已确认\n可以"),
		"BH 1234_1 不要在白天重启":      reject("不要在白天重启"),
		"BH 1234_1 no":           reject("no"),
		"TY 1234_1 empty party":  approve("empty party"),
		"TY 1234_1 see 99_1":     approve("see 99_1"),
		"TY 007_1":               {true, "007_1", ""}, // well-formed; that there is no such alarm is found out later
		"":                       nil,
		"TY":                     nil,
		"TY ":                    nil,
		"TY1234_1":               nil,
		"TY 1234":                nil,
		"TY 1234_":               nil,
		"TY _1":                  nil,
		"TY 1234-1":              nil,
		"TY 1234 _1":             nil,
		"TY 1234_1_2":            nil,
		"TY 1234_1a":             nil,
		"TY\t1234_1":             nil,
		"TY\n1234_1":             nil,
		"TYY 1234_1":             nil,
		"同意 1234_1":              nil,
		"请 TY 1234_1":            nil,
		"> TY 1234_1":            nil,
		"\u200bTY 1234_1":        nil,
		"\u202eTY 1234_1":        nil,
		"ТУ 1234_1":              nil, // Cyrillic
		"TY ١٢٣٤_١":              nil, // other digits
		"TY 1234\u005f\u03011":   nil,
		"TY 1234_1 BH 1234_1":    nil,
		"TY 1234_1 TY 1235_1":    nil,
		"TY 1234_1\nTY 1235_1":   nil,
		"TY 1234_1 bh":           nil,
		"TY 1234_1，ＢＨ１２３５＿１":     nil,
		"BH 1234_1 请TY1235_1":    nil,
		"BH 1234_1 TY":           nil,
		"TY 1234_1 不":            nil,
		"TY 1234_1 不行":           nil,
		"TY 1234_1，别执行":          nil,
		"TY 1234_1 No way":       nil,
		"TY 1234_1 ｎｏ":           nil,
		"TY 1234_1 - no":         nil,
		"TY 1234_1（不要执行）":        nil,
		"TY 1234_1【不】":           nil,
		"TY 1234_1 (no)":         nil,
		"TY 1234_1“不要”":          nil,
		"TY 1234_1 ＂不＂":          nil,
		"TY 1234_1…不要":           nil,
		"TY 1234_1——不要":          nil,
		"TY 1234_1 *不要*":         nil,
		"TY 1234_1 /no":          nil,
		"TY 1234_1 🙅不要":          nil,
		"TY 1234_1\u00a0不要":      nil,
		"TY 1234_1\u200b不要":      nil,
		"TY 1234_1\u000b别":       nil,
		"TY 1234_1 xBH 1234_1":   nil,
		"TY 1234_1 1BH 1234_1":   nil,
		"TY 1234_1 B H 1234_1":   nil,
		"TY 1234_1 已通知BH1235_1":  nil,
		"\u00a0TY 1234_1":        nil,
		"\u2028TY 1234_1":        nil,
		"\nTY 1234_1":            nil,
		"TY 1234_1（已确认）":         approve("(已确认)"),
		"TY BH 1234_1":           nil,
		"TY 1234_1 or BH 1234_1": nil,
	} {
		got, ok := parseCommand(text)
		if want == nil {
			if ok {
				t.Errorf("%q is taken for %+v", text, got)
			}
			continue
		}
		if diff := cmp.Diff(*want, got, cmp.AllowUnexported(replyCommand{})); !ok || diff != "" {
			t.Errorf("%q: ok %v (-want +got):\n%s", text, ok, diff)
		}
	}
}

// FuzzParseCommand: whatever is a command says it at its very start, once, and
// reads the same when written plainly.
func FuzzParseCommand(f *testing.F) {
	for _, s := range []string{"TY 1_1", "ＢＨ　２＿１ 原因", "TY 1_1 BH 1_1", "ty 1_1 no", "x TY 1_1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := parseCommand(text)
		if !ok {
			return
		}
		verb := "BH"
		if c.approve {
			verb = "TY"
		}
		plain := strings.ToUpper(strings.Map(foldWidth, text))
		if !strings.HasPrefix(strings.TrimSpace(plain), verb+" ") {
			t.Fatalf("%q does not begin with %s", text, verb)
		}
		// The other verb as a word of its own would be a contradiction.
		for _, word := range strings.FieldsFunc(plain, func(c rune) bool { return c < 'A' || c > 'Z' })[1:] {
			if (word == "TY" || word == "BH") && !strings.Contains(plain, "_"+word) && !digitBefore(plain, word) {
				t.Fatalf("%q has a second verb", text)
			}
		}
		again, ok := parseCommand(verb + " " + c.number + " " + c.reason)
		if !ok || again.approve != c.approve || again.number != c.number {
			t.Fatalf("%q reads %+v, written plainly %+v", text, c, again)
		}
	})
}

// digitBefore: a verb that ends a longer word, such as 12TY, is none.
func digitBefore(s, word string) bool {
	for i := strings.Index(s, word); i >= 0; {
		if i > 0 && s[i-1] >= '0' && s[i-1] <= '9' {
			return true
		}
		next := strings.Index(s[i+1:], word)
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}
