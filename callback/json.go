package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// decodeJSON reads a decrypted message in JSON: a smart bot's, or an app's with
// the names of the XML. It returns nil for what is no JSON object.
func decodeJSON(plain []byte) (Message, form, error) {
	var w wireMessage
	err := json.Unmarshal(plain, &w)
	var wrongType *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &wrongType) {
		return nil, formBot, nil
	}
	if w.ToUserName != "" {
		if m := decodeXML(jsonToXML(plain)); m != nil {
			return m, formJSON, nil
		}
		return &Unknown{}, formJSON, nil
	}
	// A bot's own reply is signed and encrypted like a message, but comes from
	// nobody.
	if w.AIBotID == "" && w.MsgID == "" && w.From.UserID == "" {
		return nil, formBot, ErrReply
	}
	return w.decode(err == nil), formBot, nil
}

// jsonToXML writes an object as elements of its names; a list is an element for
// each entry. The official libraries' JSON sample differs from the XML in
// nothing else.
func jsonToXML(plain []byte) string {
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	buf, err := appendJSONValue(nil, d, "xml", 0)
	if _, more := d.Token(); err != nil || !errors.Is(more, io.EOF) {
		return ""
	}
	return string(buf)
}

func appendJSONValue(buf []byte, d *json.Decoder, name string, depth int) ([]byte, error) {
	if depth > maxDepth || strings.TrimFunc(name, func(c rune) bool { return c < 0x80 && nameByte(byte(c)) }) != "" {
		return nil, errXML
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case string:
		return appendElement(buf, name, t), nil
	case json.Number:
		return appendRaw(buf, name, t.String()), nil
	case json.Delim:
		if t == '{' {
			buf = append(append(append(buf, '<'), name...), '>')
		}
		for d.More() {
			inner := name
			if t == '{' {
				key, err := d.Token()
				if err != nil {
					return nil, err
				}
				inner, _ = key.(string)
			}
			if buf, err = appendJSONValue(buf, d, inner, depth+1); err != nil {
				return nil, err
			}
		}
		if t == '{' {
			buf = append(append(append(buf, "</"...), name...), '>')
		}
		_, err = d.Token()
	}
	return buf, err // booleans and null are in no message
}

// xmlToJSON is a reply of this package in the names of its XML.
func xmlToJSON(reply []byte) ([]byte, error) {
	all, err := parse(nil, string(reply), false)
	if err != nil {
		return nil, err
	}
	return marshal(jsonObject(all))
}

// jsonObject puts what the vendor's XML repeats into lists.
func jsonObject(all []element) map[string]any {
	object := map[string]any{}
	for _, e := range all {
		var v any = e.text()
		if children := inside(e); len(children) > 0 {
			v = jsonObject(children)
		} else if !strings.HasPrefix(e.inner, cdataOpen) && json.Valid([]byte(e.inner)) {
			v = json.RawMessage(e.inner)
		}
		if e.name == "item" || strings.HasSuffix(e.name, "List") {
			list, _ := object[e.name].([]any)
			v = append(list, v)
		}
		object[e.name] = v
	}
	return object
}
