package site

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/bkwecom/wecom/proxyhdr"
)

// place is where a request has come in.
type place struct {
	origin   proxyhdr.Origin
	phone    string // inner path of the phone pages
	outer    string // their outer path on the external host, if it is another
	location string
}

type placeKey struct{}

func at(r *http.Request) place {
	p, _ := r.Context().Value(placeKey{}).(place)
	return p
}

// Path is the address on this site of an inner path (with or without a query):
// with the prefix, or with the outer path of the phone pages. A request that did
// not come through a [Site] has neither.
func Path(r *http.Request, inner string) string { return at(r).path(inner) }

func (p place) path(inner string) string {
	inner = "/" + strings.TrimLeft(inner, `/\`) // with two a browser takes what follows for a host
	if rest, ok := strings.CutPrefix(inner, p.phone); ok && p.outer != "" && p.origin.External {
		return p.outer + rest
	}
	return p.origin.Prefix + inner
}

// URL is the absolute address of an inner path if the request came by the
// external host. Else it is [Path]: no link is built from a host that nobody
// vouches for.
func URL(r *http.Request, inner string) string {
	p := at(r)
	if !p.origin.External {
		return p.path(inner)
	}
	return p.origin.Scheme + "://" + p.origin.Host + p.path(inner)
}

// Location is the outer path and query of the request itself, to come back to
// after a sign-in.
func Location(r *http.Request) string {
	if l := at(r).location; l != "" {
		return l
	}
	return requestURI(r.URL)
}

// External reports whether a trusted proxy says that the request came by an
// external host.
func External(r *http.Request) bool { return at(r).origin.External }

// Origin is what proxyhdr has found out about the request.
func Origin(r *http.Request) proxyhdr.Origin { return at(r).origin }

// outerURI: a configured outer path says exactly where a phone page is; else
// X-Original-URI, which some proxies send with a fixed value, does; else only
// the prefix may have been taken off.
func (p place) outerURI(arrived, inner *http.Request) string {
	configured := p.outer != "" && p.origin.External && strings.HasPrefix(inner.URL.Path, p.phone)
	if !configured && arrived.Header.Get("X-Original-URI") != "" && p.origin.URI != arrived.URL.RequestURI() {
		return p.origin.URI
	}
	return p.path(requestURI(inner.URL))
}

// requestURI is the path and query with one slash in front and nothing in it
// that browsers read in their own ways.
func requestURI(u *url.URL) string {
	var b strings.Builder
	b.WriteByte('/')
	for _, c := range []byte(strings.TrimLeft(u.RequestURI(), "/")) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"'<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
