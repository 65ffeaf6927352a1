package wecomtest

import (
	"encoding/json"
	"reflect"
	"strings"
)

// decodeExact is json.Unmarshal with names compared exactly, as [object] does:
// what is not spelt as the struct's tag is ignored, as the vendor ignores it.
func decodeExact(raw json.RawMessage, to any) bool {
	return json.Unmarshal(onlyNamed(raw, reflect.TypeOf(to).Elem()), to) == nil
}

// onlyNamed leaves out what t has no field for. What does not fit t stays, for
// json.Unmarshal to refuse.
func onlyNamed(raw json.RawMessage, t reflect.Type) json.RawMessage {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		o, ok := parseObject(raw)
		if !ok {
			return raw
		}
		kept, fields := object{}, map[string]reflect.Type{}
		collectNames(t, fields)
		for name, value := range o {
			if field, ok := fields[name]; ok {
				kept[name] = onlyNamed(value, field)
			}
		}
		return marshal(kept)
	case reflect.Slice:
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil || items == nil {
			return raw
		}
		for i := range items {
			items[i] = onlyNamed(items[i], t.Elem())
		}
		return marshal(items)
	}
	return raw
}

func collectNames(t reflect.Type, to map[string]reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			collectNames(f.Type, to)
			continue
		}
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			to[name] = f.Type
		}
	}
}
