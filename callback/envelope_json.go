package callback

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// jsonEnvelope returns the one "encrypt" of an encrypted message in JSON. Like
// the XML envelope it has one level, few members, each of them once, and nothing
// after it. encoding/json is not used: it takes the last of two, and "Encrypt"
// for "encrypt".
func jsonEnvelope(body string) (encrypted string, err error) {
	r := jsonReader{rest: body}
	var space [maxStrict]string
	names := space[:0]
	for sep := byte('{'); sep == '{' || !r.take('}'); sep = ',' {
		name, ok := "", r.take(sep)
		if ok {
			name, ok = r.text()
		}
		if !ok || !r.take(':') || len(names) == maxStrict || strings.IndexByte(name, '\\') >= 0 {
			return "", ErrEnvelope
		}
		for _, other := range names {
			if strings.EqualFold(name, other) {
				return "", ErrEnvelope
			}
		}
		names = append(names, name)
		if name == "encrypt" {
			encrypted, ok = r.text()
		} else {
			ok = r.scalar()
		}
		if !ok {
			return "", ErrEnvelope
		}
	}
	if r.space() != "" || encrypted == "" {
		return "", ErrEnvelope
	}
	if strings.IndexByte(encrypted, '\\') >= 0 {
		// Some encoders escape + and / of base64.
		if json.Unmarshal([]byte(`"`+encrypted+`"`), &encrypted) != nil {
			return "", ErrEnvelope
		}
	}
	return encrypted, nil
}

// A jsonReader takes pieces from the front of a text.
type jsonReader struct{ rest string }

// space passes over white space and returns what follows.
func (r *jsonReader) space() string {
	r.rest = strings.TrimLeft(r.rest, " \t\r\n")
	return r.rest
}

func (r *jsonReader) take(c byte) bool {
	if s := r.space(); s == "" || s[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// text takes a string and returns what stands between its quotes. Escapes are
// checked, not replaced.
func (r *jsonReader) text() (string, bool) {
	if !r.take('"') {
		return "", false
	}
	for i := 0; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == '"':
			s := r.rest[:i]
			r.rest = r.rest[i+1:]
			return s, utf8.ValidString(s) && (strings.IndexByte(s, '\\') < 0 || json.Valid([]byte(`"`+s+`"`)))
		case c == '\\':
			i++
		case c < 0x20:
			return "", false
		}
	}
	return "", false
}

// scalar takes a value that is neither an object nor a list.
func (r *jsonReader) scalar() bool {
	if strings.HasPrefix(r.space(), `"`) {
		_, ok := r.text()
		return ok
	}
	n := strings.IndexAny(r.rest, ",} \t\r\n")
	if n < 1 || n > 32 || r.rest[0] == '{' || r.rest[0] == '[' {
		return false
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return json.Valid([]byte(s))
}
