package oauth

import (
	"context"
	"net/url"
)

// Caller is the part of an API client that this package needs. *wecom.Client implements it.
//
// A code is exchanged by one Call, which the Caller must not repeat once the vendor may have seen it.
type Caller interface {
	Call(ctx context.Context, method, path string, query url.Values, in, out any) error
}
