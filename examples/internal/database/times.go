package database

import "time"

// Millis is how times stand in the file: milliseconds since 1970, UTC, so that
// they compare and sort as numbers. The zero time is 0.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time undoes [Millis].
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
