package wecom

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// encodeJSON writes what the vendor accepts: characters stand raw, since \uNNNN
// escapes are refused with 40033 (vendor's document: global error codes). Bytes
// that are JSON already go out as they are: an outbox repeats them, and the
// vendor's duplicate check compares bytes.
func encodeJSON(in any) ([]byte, error) {
	switch in := in.(type) {
	case json.RawMessage:
		return encoded(in)
	case []byte:
		return encoded(in)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(in); err != nil {
		return nil, err
	}
	data := buf.Bytes()
	data = data[:len(data)-1] // Encode ends with a line break
	if !bytes.Contains(data, []byte(`\u`)) {
		return data, nil
	}
	return unescape(data), nil
}

func encoded(data []byte) ([]byte, error) {
	if len(data) == 0 {
		return nil, errors.New("no bytes: pass nil for a call without a body")
	}
	return bytes.Clone(data), nil // a transport may read on after the answer has come
}

// unescape replaces the \uNNNN escapes of valid JSON. encoding/json makes them for
// U+2028, U+2029 and invalid UTF-8, and passes on those of nested RawMessages.
// Control characters stay escaped, as JSON demands.
func unescape(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); {
		if data[i] != '\\' || i+1 >= len(data) {
			out = append(out, data[i])
			i++
			continue
		}
		r, n := escapedRune(data[i:])
		switch {
		case n == 0: // \n, \", \\ …
			out = append(out, data[i], data[i+1])
			i += 2
			continue
		case r < ' ':
			out = append(out, data[i:i+n]...)
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		default:
			out = utf8.AppendRune(out, r) // half of a surrogate pair becomes U+FFFD
		}
		i += n
	}
	return out
}

// escapedRune reads \uNNNN, or two of them that are a surrogate pair; n is 0 for other escapes.
func escapedRune(s []byte) (r rune, n int) {
	unit := func(s []byte) (rune, bool) {
		if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
			return 0, false
		}
		v, err := strconv.ParseUint(string(s[2:6]), 16, 16)
		return rune(v), err == nil
	}
	r, ok := unit(s)
	if !ok {
		return 0, 0
	}
	if low, ok := unit(s[6:]); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return r, 6
}
