package jssdk

import (
	"context"
	"net/url"
	"time"
)

// Caller is the part of an API client that this package needs. *wecom.Client implements it.
type Caller interface {
	Call(ctx context.Context, method, path string, query url.Values, in, out any) error
}

// TicketStore shares tickets between processes, so that they fetch them once. Every wecom.TokenStore is
// one, and may be the same: keys differ. Tickets are secrets. Methods may be called by several goroutines
// and must return when ctx ends; each is given 2 s. A store that fails never fails a page: the process
// fetches for itself and tells Config.OnError.
type TicketStore interface {
	// Load returns the stored ticket and when it ends; "" and no error when absent.
	Load(ctx context.Context, key string) (ticket string, expires time.Time, err error)
	// Save replaces the stored ticket. It need not be kept beyond expires.
	Save(ctx context.Context, key, ticket string, expires time.Time) error
}
