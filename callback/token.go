package callback

import "strings"

// kind says what a token of the markup is.
type kind uint8

const (
	endOfInput kind = iota
	startTag        // <name>
	emptyTag        // <name/>
	endTag          // </name>
	charData        // text, or one CDATA section
)

// A token is a piece of markup: src[start:end].
type token struct {
	kind       kind
	cdata      bool
	name       string // of a tag
	start, end int
}

// A reader cuts a document into tokens.
type reader struct {
	src    string
	pos    int
	strict bool // only plain tags, text and CDATA
}

func (r *reader) next() (token, error) {
	for {
		rest := r.src[r.pos:]
		if rest == "" {
			return token{kind: endOfInput, start: r.pos, end: r.pos}, nil
		}
		if rest[0] != '<' {
			n := strings.IndexByte(rest, '<')
			if n < 0 {
				n = len(rest)
			}
			return r.take(token{kind: charData}, n)
		}
		switch {
		case strings.HasPrefix(rest, cdataOpen):
			n := strings.Index(rest, cdataClose)
			if n < 0 {
				return token{}, errXML
			}
			return r.take(token{kind: charData, cdata: true}, n+len(cdataClose))
		case strings.HasPrefix(rest, "</"):
			return r.endTag(rest)
		case strings.HasPrefix(rest, "<?"), strings.HasPrefix(rest, "<!"):
			if err := r.skip(rest); err != nil {
				return token{}, err
			}
		default:
			return r.startTag(rest)
		}
	}
}

func (r *reader) take(t token, n int) (token, error) {
	t.start, t.end = r.pos, r.pos+n
	r.pos = t.end
	return t, nil
}

// skip passes over a comment or a processing instruction.
func (r *reader) skip(rest string) error {
	open, end := "<!--", "-->"
	if rest[1] == '?' {
		open, end = "<?", "?>"
	}
	body, ok := strings.CutPrefix(rest, open)
	n := strings.Index(body, end)
	if r.strict || !ok || n < 0 {
		return errXML // DOCTYPE and its kin among them
	}
	r.pos += len(open) + n + len(end)
	return nil
}

func (r *reader) endTag(rest string) (token, error) {
	n := strings.IndexByte(rest, '>')
	if n < 0 {
		return token{}, errXML
	}
	name := rest[2:n]
	if !r.strict {
		name = strings.TrimRight(name, " \t\r\n")
	}
	if name == "" {
		return token{}, errXML
	}
	return r.take(token{kind: endTag, name: name}, n+1)
}

func (r *reader) startTag(rest string) (token, error) {
	n := 1
	for n < len(rest) && nameByte(rest[n]) {
		n++
	}
	t := token{kind: startTag, name: rest[1:n]}
	if t.name == "" || t.name[0] <= '9' { // digits, '-' and '.' begin no name
		return token{}, errXML
	}
	if r.strict && (strings.IndexByte(t.name, ':') >= 0 || !strings.HasPrefix(rest[n:], ">") && !strings.HasPrefix(rest[n:], "/>")) {
		return token{}, errXML
	}
	for n < len(rest) {
		switch c := rest[n]; {
		case c == '>':
			return r.take(t, n+1)
		case strings.HasPrefix(rest[n:], "/>"):
			t.kind = emptyTag
			return r.take(t, n+2)
		case c == '"' || c == '\'':
			quoted := strings.IndexByte(rest[n+1:], c)
			if quoted < 0 {
				return token{}, errXML
			}
			n += quoted + 2
		case c == '<':
			return token{}, errXML
		default: // attributes mean nothing here
			n++
		}
	}
	return token{}, errXML
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '_' || c == '-' || c == '.' || c == ':' || c >= 0x80
}
