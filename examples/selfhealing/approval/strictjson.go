package approval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// reader walks JSON and collects what is wrong with it. encoding/json alone
// stops at the first error, takes "NAME" for "name" and the last of two equal
// names: in a file that says who may decide, each is a trap.
type reader struct{ errs []error }

func (r *reader) fail(at, problem string) {
	r.errs = append(r.errs, errors.New(at+": "+problem))
}

type fields map[string]struct {
	required bool
	read     func(at string, raw json.RawMessage)
}

func (r *reader) array(at string, raw json.RawMessage, each func(at string, raw json.RawMessage)) {
	d, ok := r.open(at, raw, '[')
	if !ok {
		return
	}
	for i := 0; d.More(); i++ {
		var item json.RawMessage
		if err := d.Decode(&item); err != nil {
			r.broken(at, err)
			return
		}
		each(fmt.Sprintf("%s[%d]", at, i), item)
	}
	r.close(at, d)
}

func (r *reader) object(at string, raw json.RawMessage, known fields) {
	d, ok := r.open(at, raw, '{')
	if !ok {
		return
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			r.broken(at, err)
			return
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			r.broken(at, err)
			return
		}
		key := name.(string) // the decoder accepts nothing else before a colon
		field, ok := known[key]
		switch {
		case !ok:
			r.fail(at, fmt.Sprintf("unknown field %q; known are %s", key,
				strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
		case seen[key]:
			r.fail(at+"."+key, "is there twice")
		default:
			field.read(at+"."+key, value)
		}
		seen[key] = true
	}
	r.close(at, d)
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if known[name].required && !seen[name] {
			r.fail(at+"."+name, "is missing")
		}
	}
}

func (r *reader) open(at string, raw json.RawMessage, delim json.Delim) (*json.Decoder, bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	switch token, err := d.Token(); {
	case err != nil:
		r.broken(at, err)
	case token != delim && delim == '[':
		r.fail(at, "a list is wanted")
	case token != delim:
		r.fail(at, "an object is wanted")
	default:
		return d, true
	}
	return nil, false
}

func (r *reader) close(at string, d *json.Decoder) {
	if _, err := d.Token(); err != nil {
		r.broken(at, err)
		return
	}
	if _, err := d.Token(); err != io.EOF {
		r.fail(at, "something follows after its end")
	}
}

func (r *reader) broken(at string, err error) {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	r.fail(at, "not JSON: "+err.Error())
}

// text reports false when it has complained already.
func (r *reader) text(at string, raw json.RawMessage) (s string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		r.fail(at, "a text is wanted")
		return "", false
	}
	return s, true
}
