package message

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// breakLinks ends every construct that a client turns into something else than text. s has no line
// breaks and no invisible characters, which could hide one from it.
func breakLinks(s string) string {
	if !strings.ContainsAny(s, "<&$:：﹕.．。｡․﹒") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for len(s) > 0 {
		if n := hostLen(s); n > 0 {
			writeHost(&b, s[:n], s[n:])
			s = s[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		switch {
		case r == '<' && !lessThan(s), r == '&' && entity.MatchString(s), r == '$' && token.MatchString(s):
			r = wide(r)
		}
		b.WriteRune(r)
		if (r == ':' || r == '：' || r == '﹕') && slashes.MatchString(s) {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

var (
	// With the semicolon any name; without, those that browsers still take and that hide a mark.
	entity  = regexp.MustCompile(`^(?:#|[0-9A-Za-z]{1,32};|(?i:lt|gt|amp|quot))`)
	token   = regexp.MustCompile(`^[A-Za-z]+=`)
	slashes = regexp.MustCompile(`^[/\\／＼]{2}`)
)

// lessThan tells that a "<" before s is a comparison or an arrow, not a tag.
func lessThan(s string) bool {
	return s != "" && (strings.IndexByte(" =-", s[0]) >= 0 || isDigit(rune(s[0])))
}

// wide is the full-width form of an ASCII character, which looks alike and means nothing.
func wide(r rune) rune { return r + 0xFEE0 }

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// isDot has the dots that host names may be written with (IDNA), and U+2024 and U+FE52, which look
// like one.
func isDot(r rune) bool { return strings.ContainsRune(".．。｡․﹒", r) }

// isLabel has what stands between the dots: domains of letters in any script, and of emoji.
func isLabel(r rune) bool {
	return r == '-' || r == '_' || unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.So)
}

// hostLen is the length of the run at the start of s that could be a host name. The full stop of
// Chinese belongs to one only between ASCII letters: between Chinese words it ends a sentence.
func hostLen(s string) int {
	ascii := false // whether the character before is
	for i, r := range s {
		switch {
		case r == '。' || r == '｡':
			if next := i + utf8.RuneLen(r); !ascii || next == len(s) || s[next] >= utf8.RuneSelf {
				return i
			}
		case !isLabel(r) && !isDot(r):
			return i
		}
		ascii = r < utf8.RuneSelf
	}
	return len(s)
}
