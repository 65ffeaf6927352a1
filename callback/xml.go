package callback

import (
	"errors"
	"strings"
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
// takes several times as long. Strict is for the envelope,
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
