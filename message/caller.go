package message

import (
	"context"
	"net/url"
)

// Caller is the part of an API client that this package needs. *wecom.Client implements it.
//
// in is a json.RawMessage that must go out byte for byte: the vendor compares whole requests to
// find duplicates, and refuses \u escapes (error 40033).
//
// For [Media], in has Body() (r io.Reader, contentType string, size int64, err error), which is called
// once per attempt, an error ending the repeating; out has ReadResponse(*http.Response) error and
// RequestHeader() http.Header, of which Range is to be sent with the attempt.
type Caller interface {
	Call(ctx context.Context, method, path string, query url.Values, in, out any) error
}
