package env

import (
	"fmt"
	"io"
)

// Secret is a setting that no output shows: fmt, slog and encoding/json print a
// placeholder.
//
// The value is held by a function, since fmt calls no method on an unexported
// field of somebody's struct, but looks into it.
type Secret struct{ value func() string }

// NewSecret hides value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{func() string { return value }}
}

// Reveal returns the value, for the call that needs it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return s.value()
}

// Set reports whether there is one.
func (s Secret) Set() bool { return s.value != nil }

// Format answers every verb of fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// String is the placeholder.
func (s Secret) String() string {
	if s.Set() {
		return "(hidden)"
	}
	return "(empty)"
}

// MarshalText serves encoding/json and slog's handlers.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
