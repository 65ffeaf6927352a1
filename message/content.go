package message

import "reflect"

// Content is what a message says: one of the kinds that the package comment lists.
type Content interface {
	kind() kind
	// check reports to f what the vendor refuses, cuts in silence or advises against.
	check(f *fields)
	// payload is the JSON value under the msgtype's name. It is asked for after check found no fault.
	payload() any
}

// kind is a msgtype and the common options that the vendor gives it.
type kind struct {
	msgType       string
	safe          Safety // the highest that it takes
	idTranslation bool
	noEveryone    bool // @all is refused
}

// absent tells a nil interface, or a nil pointer in one, which would panic when asked.
func absent(v any) bool {
	if v == nil {
		return true
	}
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}
