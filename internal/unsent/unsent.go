// Package unsent tells whether a request that failed was certainly not sent, so
// that a call which must not be made twice may be made again.
package unsent

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// A Watch looks at one attempt. Before a request is given a connection nothing of
// it can have been written; after it nobody knows, since a connection that is
// given up may write on for a moment. It is for requests whose body net/http
// cannot get again, or gets again only if nothing was written.
type Watch struct {
	direct     bool
	asked, got atomic.Bool
}

// New watches an attempt over net/http's own transport (direct), whose traces
// can be believed, or over any other.
func New(direct bool) *Watch { return &Watch{direct: direct} }

// Context is ctx for the attempt's request.
func (w *Watch) Context(ctx context.Context) context.Context {
	if !w.direct {
		return ctx
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true); w.got.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { w.got.Store(true) },
	})
}

// Certain reports whether the attempt, which ended with err, sent nothing. A
// transport that net/http hands its requests to (RegisterProtocol) traces
// nothing, and tells nothing then. Of other transports a failed dial is believed.
func (w *Watch) Certain(err error) bool {
	if w.direct {
		return w.asked.Load() && !w.got.Load()
	}
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial"
}
