package message

import (
	"regexp"
	"unicode/utf8"
)

// indivisible is what turns into visible debris when it is cut: a link, and an id token.
var indivisible = regexp.MustCompile(`(?is)<a\b[^>]*>.*?</a\s*>|\$[a-z]+=[^$\n]*\$`)

// truncate returns the longest prefix of s, at most limit bytes, that ends with a whole character
// and outside of a link or token. A link that alone is longer than limit cannot be saved.
func truncate(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	for _, span := range indivisible.FindAllStringIndex(s, -1) {
		if span[0] < cut && cut < span[1] {
			return s[:span[0]]
		}
	}
	return s[:cut]
}
