package message

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// EscapeMarkdown makes text of others harmless in [Markdown]. It changes what [EscapeText] changes,
// and replaces by their full-width look-alikes the characters that could be marks:
//
//   - [ ] * ` ~ and < everywhere, except < before a space or "=";
//   - _ except within a word: disk_used stays, __init__ does not;
//   - \ before punctuation, a space or the end;
//   - at the start, where the text may begin a line of the message: # > = and the mark of a list.
//
// The result may stand anywhere in a message, also within **bold** and as the label of a link, but
// not within a URL. Escaping it again changes nothing.
func EscapeMarkdown(s string) string {
	s = EscapeText(s)
	if !strings.ContainsAny(s, "[]*`~<_\\#>=-+.)") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	block := blockMark(s)
	prev := utf8.RuneError // a word character would make the first _ look harmless
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		rest := s[i+n:]
		if r == '_' {
			n += len(rest) - len(strings.TrimLeft(rest, "_"))
			writeUnderscores(&b, n, prev, s[i+n:])
		} else if i == block || isMark(r, rest) {
			b.WriteRune(wide(r))
		} else {
			b.WriteRune(r)
		}
		prev = r
		i += n
	}
	return b.String()
}

// isMark tells whether r before rest could be markup, wherever it stands.
func isMark(r rune, rest string) bool {
	switch r {
	case '[', ']', '*', '`', '~':
		return true
	case '<':
		return rest == "" || rest[0] != ' ' && rest[0] != '='
	case '\\':
		next, _ := utf8.DecodeRuneInString(rest)
		return rest == "" || next < utf8.RuneSelf && !unicode.In(next, unicode.L, unicode.N)
	}
	return false
}

// writeUnderscores writes n of them, as they are when they join a word: then they mark nothing.
func writeUnderscores(b *strings.Builder, n int, prev rune, rest string) {
	next, _ := utf8.DecodeRuneInString(rest)
	r := '＿'
	if unicode.In(prev, unicode.L, unicode.N) && unicode.In(next, unicode.L, unicode.N) {
		r = '_'
	}
	for range n {
		b.WriteRune(r)
	}
}

var blockStart = regexp.MustCompile(`^[\s\pZ]*(?:\d+([.)])(?:\s|$)|([-+])(?:[\s-]|$)|([#>=]))`)

// blockMark is the index of the character that would make a heading, a quote, a list or a rule of
// s at the start of a line, or -1.
func blockMark(s string) int {
	m := blockStart.FindStringSubmatchIndex(s)
	for i := 2; i < len(m); i += 2 {
		if m[i] >= 0 {
			return m[i]
		}
	}
	return -1
}
