package message

import (
	"regexp"
	"unicode/utf8"
)

// idToken is what enable_id_trans replaces by a name of unknown length.
var idToken = regexp.MustCompile(`\$[a-zA-Z]+=[^$\n]*\$`)

// hanzi checks a length that the vendor gives in Chinese characters (汉字). It refuses what is wrong
// whether a letter counts as a whole one or, being half as wide, as half, and advises about the rest.
func (f *fields) hanzi(field, s string, least, most int) {
	plain := idToken.ReplaceAllString(s, "")
	whole := utf8.RuneCountInString(plain)
	halves := 0
	for _, r := range plain {
		halves++
		if r >= utf8.RuneSelf {
			halves++
		}
	}
	narrow := (halves + 1) / 2
	switch {
	case narrow > most:
		f.refuse(&LimitError{Field: field, Limit: most, Size: narrow, Unit: "Chinese characters", hint: "shorten it"})
	case whole < least && plain == s:
		f.bad(field, "has %d characters: at least %d Chinese ones are needed", whole, least)
	case whole > most:
		f.advice = append(f.advice, Advice{Field: field, Limit: most, Size: whole, Unit: "characters"})
	}
}
