package callback

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	cdataOpen  = "<![CDATA["
	cdataClose = "]]>"
)

// text returns the character data of an element: text and CDATA sections
// joined, references resolved, line ends made \n, what XML forbids made U+FFFD.
// The text of nested elements is not its own.
func (e element) text() string {
	if s, ok := strings.CutPrefix(e.inner, cdataOpen); ok && strings.Index(s, cdataClose) == len(s)-len(cdataClose) {
		return clean(s[:len(s)-len(cdataClose)])
	}
	if strings.IndexByte(e.inner, '<') < 0 {
		return resolve(e.inner)
	}
	var b strings.Builder
	r := reader{src: e.inner}
	for depth := 0; ; {
		t, err := r.next()
		if err != nil || t.kind == endOfInput { // parse has read it before: there is no error
			return b.String()
		}
		switch t.kind {
		case startTag:
			depth++
		case endTag:
			depth--
		case charData:
			if depth > 0 {
			} else if t.cdata {
				b.WriteString(clean(r.src[t.start+len(cdataOpen) : t.end-len(cdataClose)]))
			} else {
				b.WriteString(resolve(r.src[t.start:t.end]))
			}
		}
	}
}

// clean normalises line ends and replaces what is not an XML character.
func clean(s string) string {
	i := plainASCII(s)
	if i == len(s) {
		return s
	}
	if isClean(s[i:]) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 8)
	for j, c := range s {
		switch {
		case c == '\r':
			if !strings.HasPrefix(s[j+1:], "\n") {
				b.WriteByte('\n')
			}
		case !isChar(c):
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// plainASCII returns the length of a prefix that needs no cleaning: all of s
// for most texts. It looks at eight bytes at a time, since long messages would
// spend more time here than in AES.
func plainASCII(s string) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(s); i += 8 {
		x := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		if (x|(x-0x20*ones))&tops != 0 { // a byte over 0x7F or under 0x20
			break
		}
	}
	for i < len(s) && plainByte(s[i]) {
		i++
	}
	return i
}

func plainByte(c byte) bool { return c >= 0x20 && c < utf8.RuneSelf || c == '\n' || c == '\t' }

// isClean reports whether clean would change nothing. Rune by rune, a long
// Chinese text would take as long as its decryption: the three bytes of a common
// character are looked at together.
func isClean(s string) bool {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c > 0xE0 && c != 0xED && c < 0xF0 && i+2 < len(s) && s[i+1] != 0xBF: // no surrogates, nothing forbidden
			if s[i+1]&0xC0 != 0x80 || s[i+2]&0xC0 != 0x80 {
				return false
			}
			i += 3
		case plainByte(c):
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError || r == '\r' || !isChar(r) {
				return false
			}
			i += n
		}
	}
	return true
}

// isChar tells what XML 1.0 calls a Char.
func isChar(c rune) bool {
	return c >= 0x20 && c <= 0xD7FF || c == '\n' || c == '\t' || c == '\r' ||
		c >= 0xE000 && c <= 0xFFFD || c >= 0x10000 && c <= utf8.MaxRune
}

// resolve is clean with character references replaced. What only looks like a
// reference stays as it is.
func resolve(s string) string {
	amp := strings.IndexByte(s, '&')
	if amp < 0 {
		return clean(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for amp >= 0 {
		b.WriteString(clean(s[:amp]))
		s = s[amp:]
		c, n := reference(s)
		b.WriteString(c)
		s = s[n:]
		amp = strings.IndexByte(s, '&')
	}
	b.WriteString(clean(s))
	return b.String()
}

// reference reads the reference that s begins with, and says how long it is.
func reference(s string) (text string, length int) {
	end := strings.IndexByte(s[:min(len(s), 12)], ';')
	if end < 0 {
		return "&", 1
	}
	switch name := s[1:end]; name {
	case "lt":
		return "<", end + 1
	case "gt":
		return ">", end + 1
	case "amp":
		return "&", end + 1
	case "apos":
		return "'", end + 1
	case "quot":
		return `"`, end + 1
	default:
		digits, ok := strings.CutPrefix(name, "#")
		base := 10
		if hex, isHex := strings.CutPrefix(digits, "x"); isHex {
			digits, base = hex, 16
		}
		n, err := strconv.ParseUint(digits, base, 32)
		if !ok || err != nil {
			return "&", 1
		}
		if n > utf8.MaxRune || !isChar(rune(n)) {
			n = utf8.RuneError
		}
		return string(rune(n)), end + 1
	}
}
