package callback

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep the elements of a decrypted message may nest, the root
// counted. The deepest documented event needs seven.
const maxDepth = 16

// maxStrict is how many children the root of an envelope may have; the vendor's
// has three. Anybody can send an envelope, and a list of its elements would take
// seventy times its size.
const maxStrict = 16

var errXML = errors.New("not the XML of a callback")

// An element is a child of the root: its name, what stands between its tags,
// and the whole with its tags. The strings share the document's memory.
type element struct{ name, inner, outer string }

// parse returns the children of a document's root element, in their order.
//
// encoding/xml is not used: it takes the last of two <Encrypt>, merges the text
// around nested elements, ignores a second document, lets DOCTYPE pass, and
// takes most of the time that a callback needs. Strict is for the envelope,
// which anybody can send: the root's children hold nothing but text, and there
// are no attributes, prefixes, comments, processing instructions or
// declarations. Otherwise the document is the decrypted message, authentic and
// therefore read as generously as it stays unambiguous. DOCTYPE never passes.
func parse(dst []element, src string, strict bool) ([]element, error) {
	r := reader{src: src, strict: strict}
	limit := maxDepth
	if strict {
		limit = 2
	} else {
		r.src = strings.TrimPrefix(src, "\ufeff")
	}
	var (
		open   [maxDepth]string // names of the open elements
		depth  int
		child  token // the start tag of the open child
		closed bool  // the root has ended
	)
	for {
		t, err := r.next()
		if err != nil {
			return nil, err
		}
		switch t.kind {
		case endOfInput:
			if !closed {
				return nil, errXML
			}
			return dst, nil
		case charData:
			if depth == 0 || strict && depth == 1 {
				if t.cdata || !isSpace(r.src[t.start:t.end]) {
					return nil, errXML
				}
			}
		case startTag, emptyTag:
			if closed || depth == limit {
				return nil, errXML
			}
			if depth == 1 {
				child = t
			}
			open[depth] = t.name
			depth++
			if t.kind == startTag {
				break
			}
			fallthrough
		case endTag:
			if depth == 0 || open[depth-1] != t.name {
				return nil, errXML
			}
			depth--
			closed = depth == 0
			if depth == 1 {
				if strict && len(dst) == maxStrict {
					return nil, errXML
				}
				e := element{name: t.name, outer: r.src[child.start:t.end]}
				if t.kind == endTag {
					e.inner = r.src[child.end:t.start]
				}
				dst = append(dst, e)
			}
		}
	}
}

func isSpace(s string) bool { return strings.Trim(s, " \t\r\n") == "" }

// find returns the first child of that name, or an empty one.
func find(elements []element, name string) element {
	for _, e := range elements {
		if e.name == name {
			return e
		}
	}
	return element{}
}

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
	ok := true
	for _, c := range s[i:] {
		if c == '\r' || !isChar(c) || c == utf8.RuneError {
			ok = false
			break
		}
	}
	if ok {
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
	for i < len(s) && (s[i] >= 0x20 && s[i] < utf8.RuneSelf || s[i] == '\n' || s[i] == '\t') {
		i++
	}
	return i
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
