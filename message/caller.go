package message

import (
	"context"
	"errors"
	"net/url"
)

// Caller is the part of an API client that this package needs. *wecom.Client implements it.
//
// in is a json.RawMessage that must go out byte for byte: the vendor compares whole requests to
// find duplicates, and refuses \u escapes (error 40033).
type Caller interface {
	Call(ctx context.Context, method, path string, query url.Values, in, out any) error
}

// errCode is the vendor's errcode in err, or 0 when the vendor did not answer with one.
func errCode(err error) int {
	var e interface{ ErrCode() int }
	if errors.As(err, &e) {
		return e.ErrCode()
	}
	return 0
}

func retryable(err error) bool {
	var e interface{ Retryable() bool }
	return errors.As(err, &e) && e.Retryable()
}

func notSent(err error) bool {
	var e interface{ NotSent() bool }
	return errors.As(err, &e) && e.NotSent()
}
