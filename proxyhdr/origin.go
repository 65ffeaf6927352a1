package proxyhdr

import (
	"context"
	"net/netip"
	"strings"
)

// Origin is how a request was seen from outside.
type Origin struct {
	Scheme string // "http" or "https"
	// Host is the external host as Config.Hosts spells it if External, else the
	// request's own Host header, which anybody can choose.
	Host   string
	Prefix string // "/o/itsm", "" at the root
	// ClientIP is unmapped and has no zone. It is the zero Addr where nobody
	// says who the client is: a peer without an IP address, or a Forwarded
	// header with for=unknown.
	ClientIP netip.Addr
	// Weixin tells that X-Forwarded-Weixin-Host named Host: the proxy's way for
	// phones, as BlueKing apps know it.
	Weixin bool
	// External tells that a trusted proxy named Host and that it is one of
	// Config.Hosts. Only then links are absolute.
	External bool
	// URI is the path and query that the browser asked for: X-Original-URI of a
	// trusted proxy, else the request's own. Behind a proxy that strips Prefix
	// and sends no X-Original-URI it is without Prefix. It is safe to redirect
	// to: one slash leads it, and it has no backslash, fragment, space, quote,
	// control or non-ASCII character; those of a query are percent-encoded.
	URI string
}

// URL returns the address of a path of the app (with query and fragment, if
// any), for links in pages, redirects and messages. It is absolute if the
// origin is External; else it is the path with the prefix, since a host that
// nobody vouches for must not get into a link. It stays on this site, whatever
// the path holds.
func (o Origin) URL(path string) string {
	// Two slashes would name another host; so would two that have a character
	// between them that browsers leave out.
	path = o.Prefix + "/" + escape(strings.TrimLeft(path, "/"))
	if o.External && o.Scheme != "" && o.Host != "" {
		return o.Scheme + "://" + o.Host + path
	}
	return path
}

type contextKey struct{}

// NewContext returns a context with the origin, for tests of handlers.
func NewContext(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, contextKey{}, o)
}

// FromContext returns the origin of a request. It is false where the request
// did not come through [Proxy.Handler].
func FromContext(ctx context.Context) (Origin, bool) {
	o, ok := ctx.Value(contextKey{}).(Origin)
	return o, ok
}
