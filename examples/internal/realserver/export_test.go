package realserver

import "testing"

// NeedsNothing looks for a program that no machine has.
func NeedsNothing(t testing.TB) { needs(t, "no-such-package", "no-such-program") }
