package message

import "reflect"

// Content is what a message says: [Text], [Markdown] or [TextCard].
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
}

// absent tells a nil Content, or a nil pointer to one, which would panic when asked.
func absent(c Content) bool {
	if c == nil {
		return true
	}
	v := reflect.ValueOf(c)
	return v.Kind() == reflect.Pointer && v.IsNil()
}
