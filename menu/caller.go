package menu

import (
	"context"
	"net/url"
)

// Caller is the part of an API client that this package needs. *wecom.Client implements it.
//
// in is a json.RawMessage that must go out byte for byte: a URL with "&" must not become \u0026,
// since the vendor refuses \u escapes (error 40033).
type Caller interface {
	Call(ctx context.Context, method, path string, query url.Values, in, out any) error
}
