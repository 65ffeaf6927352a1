package env

import (
	"fmt"
	"io"
)

// Secret is a setting that no output shows: fmt, slog and encoding/json print a
// placeholder.
type Secret struct{ value string }

// NewSecret hides value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value, for the call that needs it.
func (s Secret) Reveal() string { return s.value }

// Set reports whether there is one.
func (s Secret) Set() bool { return s.value != "" }

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
