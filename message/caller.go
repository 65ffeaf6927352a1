package message

import (
	"context"
	"net/url"
)

// Caller is the part of an API client that this package needs. *wecom.Client implements it.
//
// in is a json.RawMessage that must go out byte for byte: the vendor compares whole requests to
// find duplicates, and refuses \u escapes (error 40033).
type Caller interface {
	Call(ctx context.Context, method, path string, query url.Values, in, out any) error
}
