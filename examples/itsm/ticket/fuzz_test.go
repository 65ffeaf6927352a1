package ticket_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bkwecom/wecom/examples/itsm/ticket"
)

// The rules, written a second time.
var (
	forbidden  = regexp.MustCompile(`[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}]`)
	lineEnd    = regexp.MustCompile(`\r\n|[\r\x{2028}\x{2029}]`)
	shown      = regexp.MustCompile(`[\pL\pM\pN\pP\pS]`)
	usernames  = regexp.MustCompile(`\A[0-9A-Za-z][0-9A-Za-z_.@-]{0,63}\z`)
	plainKey   = regexp.MustCompile(`\A[0-9A-Za-z_-]{0,64}\z`)
	manyInLine = regexp.MustCompile(`[\n\t]`)
)

// wrong says whether a text breaks the rules.
func wrong(s string, limit int, line, required bool) bool {
	s = strings.TrimSpace(lineEnd.ReplaceAllString(s, "\n"))
	return !utf8.ValidString(s) || forbidden.MatchString(s) || line && manyInLine.MatchString(s) ||
		required && !shown.MatchString(s) || utf8.RuneCountInString(s) > limit
}

// FuzzCheck holds Check against the second rules, field by field, and demands
// that what it returns is accepted unchanged.
func FuzzCheck(f *testing.F) {
	f.Add("标题", "内容\r\n", "zhangsan,LiSi", "key")
	f.Add("a\nb", "\x1b", "@all,zhangsan", "k/")
	f.Add("\u200b", "\u202e", "creator,Creator", strings.Repeat("k", 65))
	f.Add("a\u2028", "\xff\u2028b\r", "\u212aate,kate", "")
	f.Add("\u0085a", "\u00a0", "a|b", "\x00")
	desk, err := ticket.New(ticket.Config{DB: nonNilDB, Addresses: noAddresses, Notifier: noMessage})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, title, content, names, key string) {
		approvers := strings.Split(names, ",")
		got, err := desk.Check("creator", ticket.Draft{Title: title, Content: content, Approvers: approvers, Key: key})
		var refused ticket.FieldErrors
		if errors.As(err, &refused); (err == nil) != (len(refused) == 0) {
			t.Fatalf("error %v", err)
		}
		badNames, seen := false, map[string]bool{}
		for _, name := range approvers {
			name = strings.TrimSpace(name)
			switch {
			case name == "":
			case !usernames.MatchString(name), strings.ToLower(name) == "creator":
				badNames = true
			default:
				seen[strings.ToLower(name)] = true // ASCII alone, by the rule
			}
		}
		for field, bad := range map[string]bool{
			"title":     wrong(title, 120, true, true),
			"content":   wrong(content, 5000, false, false),
			"approvers": badNames || len(seen) == 0 || len(seen) > 20,
			"key":       !plainKey.MatchString(key),
		} {
			if found := refused.Of(field); (len(found) > 0) != bad {
				t.Fatalf("%s: refused %v, want %v (%q, %q, %q, %q)", field, found, bad, title, content, names, key)
			}
		}
		if err != nil {
			return
		}
		if len(got.Approvers) != len(seen) {
			t.Fatalf("approvers %q of %q", got.Approvers, names)
		}
		again, err := desk.Check("creator", got)
		if err != nil || again.Title != got.Title || again.Content != got.Content || strings.Join(again.Approvers, ",") != strings.Join(got.Approvers, ",") {
			t.Fatalf("%+v became %+v, %v", got, again, err)
		}
	})
}
