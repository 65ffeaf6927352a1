package menu

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// bare is Button without its methods: what encoding/json makes of the fields.
type bare Button

// known are the names of Button's fields, which Extra must not repeat.
var known = []string{"type", "name", "key", "url", "pagepath", "appid", "sub_button"}

// MarshalJSON writes the fields, and after them Extra in the order of its names.
func (b Button) MarshalJSON() ([]byte, error) {
	out, err := encode(bare(b))
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(b.Extra)) {
		key, err := encode(name)
		if err != nil {
			return nil, err
		}
		out = append(out[:len(out)-1], ',')
		out = append(append(append(out, key...), ':'), b.Extra[name]...)
		out = append(out, '}')
	}
	return out, nil
}

// UnmarshalJSON reads a button of any type. An empty sub_button, which the vendor gives to buttons
// that are no groups, is none.
func (b *Button) UnmarshalJSON(data []byte) error {
	var fields bare
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	if len(fields.SubButtons) == 0 {
		fields.SubButtons = nil
	}
	if err := json.Unmarshal(data, &fields.Extra); err != nil {
		return err
	}
	maps.DeleteFunc(fields.Extra, func(name string, _ json.RawMessage) bool {
		return slices.Contains(known, strings.ToLower(name)) // encoding/json ignores letter case
	})
	if len(fields.Extra) == 0 {
		fields.Extra = nil
	}
	*b = Button(fields)
	return nil
}

// encode leaves "&" of a URL as it is: the vendor refuses \u0026 with 40033.
func encode(v any) (json.RawMessage, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("menu: encoding: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}
