package wecom

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	jsonTime   = 30 * time.Second // a call with JSON both ways
	streamTime = 10 * time.Minute // a call that carries a file, 20 MB over a slow line
)

// sharedTransport serves all clients without one of their own, so that making
// clients anew (settings that change) leaves no idle connections behind.
//
// It speaks HTTP/1.1: on HTTP/2 one dead connection stalls every call until the
// kernel gives it up.
var sharedTransport = sync.OnceValue(func() http.RoundTripper {
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  25 * time.Second,
		MaxIdleConns:           128,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        45 * time.Second, // below the 60 s and 75 s of common front ends, which cut without asking
		MaxResponseHeaderBytes: 64 << 10,
	}
})

// proxy hides the address of a proxy that cannot be parsed: it may hold a password.
func proxy(req *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, errors.New("HTTPS_PROXY or HTTP_PROXY is not a valid address")
	}
	return u, nil
}

// httpClient copies the given client and keeps it from following redirects. direct
// says that the transport is net/http's, whose traces can be believed.
func httpClient(given *http.Client) (c http.Client, direct bool) {
	if given != nil {
		c = *given
	} else {
		c.Transport = sharedTransport()
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	_, direct = c.Transport.(*http.Transport)
	c.Transport = blind{c.Transport}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, direct
}

// blind takes Location away before http.Client looks at it: a Location that cannot
// be parsed would stand in the error.
type blind struct{ http.RoundTripper }

func (b blind) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(req)
	if resp != nil && resp.StatusCode/100 == 3 {
		resp.Header.Del("Location")
	}
	return resp, err
}
