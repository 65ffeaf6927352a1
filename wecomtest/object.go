package wecomtest

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode/utf8"
)

// object is a JSON object whose names are compared exactly: the vendor ignores
// "toUser", where encoding/json would take it for touser.
type object map[string]json.RawMessage

// parseObject reads one JSON object and nothing after it.
func parseObject(raw []byte) (object, bool) {
	if !utf8.Valid(raw) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	var o object
	if d.Decode(&o) != nil || o == nil {
		return nil, false
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, false
	}
	return o, true
}

// has is false for null too.
func (o object) has(name string) bool {
	raw, ok := o[name]
	return ok && string(raw) != "null"
}

// text returns a string, "" if absent; ok is false for another JSON type.
func (o object) text(name string) (s string, ok bool) {
	if !o.has(name) {
		return "", true
	}
	err := json.Unmarshal(o[name], &s)
	return s, err == nil
}

// whole returns an integer, 0 if absent; ok is false for another JSON type.
func (o object) whole(name string) (n int, ok bool) {
	if !o.has(name) {
		return 0, true
	}
	err := json.Unmarshal(o[name], &n)
	return n, err == nil
}

// child returns an object; ok is false if it is absent or something else.
func (o object) child(name string) (object, bool) {
	if !o.has(name) {
		return nil, false
	}
	return parseObject(o[name])
}

// list returns an array of objects, nil if absent.
func (o object) list(name string) (items []object, ok bool) {
	if !o.has(name) {
		return nil, true
	}
	var raw []json.RawMessage
	if json.Unmarshal(o[name], &raw) != nil {
		return nil, false
	}
	for _, r := range raw {
		item, ok := parseObject(r)
		if !ok {
			return nil, false
		}
		items = append(items, item)
	}
	return items, true
}

// needlessEscape finds a \u escape of anything but a control character: the
// only ones that JSON cannot write otherwise.
func needlessEscape(raw []byte) bool {
	for i := 0; i < len(raw)-1; i++ {
		if raw[i] != '\\' {
			continue
		}
		if i++; raw[i] != 'u' || i+4 >= len(raw) {
			continue
		}
		if string(raw[i+1:i+3]) != "00" || raw[i+3] > '1' {
			return true
		}
	}
	return false
}
