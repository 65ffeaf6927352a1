package message

import (
	"strings"
	"unicode"
)

// EscapeText makes text of others harmless in [Text] and [TextCard], and leaves it legible: what
// can do no harm stays as it is.
//
//   - Line breaks of every kind and tabs become a space, and so does a run of white space, which
//     could push words to a new line on the screen.
//   - What cannot be seen is dropped: control and format characters (bidi overrides and marks, zero
//     width characters), fillers and variation selectors. Invalid UTF-8 becomes U+FFFD.
//   - "<" becomes the full-width "＜", except before a space, a digit, "=" or "-": no link, no
//     markup, no <@userid>. "&" becomes "＆" where it begins an HTML entity.
//   - "$" becomes "＄" where it begins an id token, such as $userName=zhangsan$.
//   - A space goes after the colon of "://", and after each dot that could be part of a domain: those
//     before a letter, or after "www". So "http://evil.example.com/x" reads
//     "http: //evil. example. com/x". Plain file names (app.log, app.tar.gz), numbers, versions and
//     IPv4 addresses stay, unless a path follows the address.
//
// A number that a phone offers to dial is no link in this sense. Put a space between two escaped
// texts: each is harmless, not what grows together from their ends. The result is valid for
// [Sender.Send], but may be too long; escaping it again changes nothing.
func EscapeText(s string) string {
	return breakLinks(oneLine(s))
}

func oneLine(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	blanks, blank := 0, ' '
	flush := func() {
		switch {
		case blanks == 1 && unicode.Is(unicode.Zs, blank): // one ideographic space is not dangerous
			b.WriteRune(blank)
		case blanks > 0:
			b.WriteByte(' ')
		}
		blanks = 0
	}
	for _, r := range s {
		switch {
		case isBlank(r):
			blank = r
			blanks++
		case isInvisible(r):
		default:
			flush()
			b.WriteRune(r)
		}
	}
	flush()
	return b.String()
}

// isBlank is white space, with the braille pattern that has no dots.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r == '\u2800' }

func isInvisible(r rune) bool {
	if r < unicode.MaxASCII {
		return r < ' '
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
