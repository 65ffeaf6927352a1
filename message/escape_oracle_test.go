package message_test

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// harms lists what a client could make of s besides text. It looks for the dangers, and knows
// nothing of how they are removed.
func harms(s string) []string {
	var found []string
	for _, r := range s {
		if name := unseen(r); name != "" {
			found = append(found, name)
		}
	}
	// A client may decode HTML entities, and may take other dots, colons and slashes for the usual.
	for range 3 {
		for name, re := range constructs {
			if re.MatchString(usual.Replace(s)) {
				found = append(found, name)
			}
		}
		if slices.ContainsFunc(names.FindAllString(chineseStop.ReplaceAllString(usual.Replace(s), "$1.$2"), -1), isDomain) {
			found = append(found, "domain")
		}
		s = html.UnescapeString(s)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func unseen(r rune) string {
	switch {
	case strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r):
		return "line break"
	case strings.ContainsRune("\u200e\u200f\u061c", r), '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
		return "bidi"
	case strings.ContainsRune("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\ufeff\uffa0", r),
		'\u200b' <= r && r <= '\u200d', '\u2060' <= r && r <= '\u2065', '\ufe00' <= r && r <= '\ufe0f', 0xE0000 <= r && r <= 0xE0FFF:
		return "invisible"
	case unicode.In(r, unicode.Cc, unicode.Cf):
		return "control"
	}
	return ""
}

var (
	usual       = strings.NewReplacer("．", ".", "․", ".", "：", ":", "／", "/", "＼", `\`)
	chineseStop = regexp.MustCompile(`([0-9A-Za-z])[。｡]([A-Za-z])`)
	constructs  = map[string]*regexp.Regexp{
		"url":      regexp.MustCompile(`:[/\\]{2}`),
		"www":      regexp.MustCompile(`(?i)www\.[^\s\pZ.。｡\x{2800}]`),
		"tag":      regexp.MustCompile(`<(?:[/!?]|\pL)`),
		"mention":  regexp.MustCompile(`<@`),
		"id token": regexp.MustCompile(`(?i)\$(?:userName|departmentName|userAlias|userAliasOrName)=`),
		"address":  regexp.MustCompile(`\d\.\d+\.\d+\.\d+(?::\d+)?/[A-Za-z?~%]`),
		"padding":  regexp.MustCompile(`[\s\pZ\x{2800}]{2}`),
	}
	names = regexp.MustCompile(`[\pL\pM\pN\p{So}._-]+`)
	// Endings that are no top-level domain; all else that is letters may be one, now or later.
	noDomain  = regexp.MustCompile(`^(?i:log|txt|out|err|conf|cfg|ini|json|yml|yaml|xml|csv|sql|tar|gz|tgz|xz|bz2|bak|tmp|pid|sock|jar|war|class|exe|dll)(?:$|[^\x00-\x7f])`)
	domainEnd = regexp.MustCompile(`^[\pL\p{So}\pM]`)
)

// isDomain takes every name for a domain that has a dot between two labels, and letters after it.
func isDomain(name string) bool {
	labels := strings.Split(name, ".")
	for i := 1; i < len(labels); i++ {
		if labels[i-1] != "" && domainEnd.MatchString(labels[i]) && !noDomain.MatchString(labels[i]) {
			return true
		}
	}
	return false
}

// markdownHarms lists, besides, the marks of any common Markdown, also of the start of a line.
func markdownHarms(s string) []string {
	found := harms(s)
	for name, re := range marks {
		if re.MatchString(s) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

var marks = map[string]*regexp.Regexp{
	"bracket":   regexp.MustCompile(`[\[\]]`),
	"emphasis":  regexp.MustCompile(`\*|(?:^|[^\pL\pN_])_|_(?:$|[^\pL\pN_])`),
	"code":      regexp.MustCompile("`"),
	"strike":    regexp.MustCompile(`~`),
	"escape":    regexp.MustCompile(`\\(?:$|[!-/:-@\[-` + "`" + `{-~\s])`),
	"heading":   regexp.MustCompile(`^\s*#`),
	"quote":     regexp.MustCompile(`^\s*>`),
	"list":      regexp.MustCompile(`^\s*(?:[-+]|\d+[.)])(?:\s|$)`),
	"rule":      regexp.MustCompile(`^\s*(?:--|=)`),
	"autolink":  regexp.MustCompile(`<[^\s<>=][^\s<>]*>`),
	"character": regexp.MustCompile(`&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);`),
}

// skeleton is what a reader sees of s, white space and width apart. An escaper must not change it.
func skeleton(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\u2800', unseen(r) != "", unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		case '！' <= r && r <= '～':
			return r - '！' + '!'
		}
		return r
	}, string([]rune(s)))
}
