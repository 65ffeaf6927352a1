package proxyhdr

import (
	"net/http"
	"net/netip"
	"strings"
)

// peerAddr reads http.Request.RemoteAddr. It must have a port: without one it
// was not written by net/http but by a middleware that believed a header. Unix
// sockets have no address ("@").
func peerAddr(remote string) (netip.Addr, bool) {
	ap, err := netip.ParseAddrPort(remote)
	return fold(ap.Addr()), err == nil
}

func fold(a netip.Addr) netip.Addr { return a.WithZone("").Unmap() }

func (p *Proxy) trusts(a netip.Addr) bool {
	for _, prefix := range p.trusted {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// forwardedFor walks X-Forwarded-For from the right, through trusted hops: each
// of these wrote the address that stands left of its own. Left of the first
// untrusted address is the client's own word.
func (p *Proxy) forwardedFor(h http.Header, peer netip.Addr) (netip.Addr, error) {
	client := peer
	for element, err := range fromRight(xForwardedFor, h[xForwardedFor], lastComma) {
		if err != nil {
			return netip.Addr{}, err
		}
		var ok bool
		if client, ok = parseAddr(element); !ok {
			return netip.Addr{}, refusal(xForwardedFor, element, "is not an IP address: let the proxy send the address of its client")
		}
		if !p.trusts(client) {
			break
		}
	}
	return client, nil
}

// maxAddr is over the longest address with zone and port that is of use.
const maxAddr = 80

// parseAddr reads "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]"
// and "[2001:db8::1]:80".
func parseAddr(s string) (netip.Addr, bool) {
	if len(s) > maxAddr {
		return netip.Addr{}, false
	}
	if inner, ok := strings.CutPrefix(s, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); ok {
			a, err := netip.ParseAddr(inner)
			return fold(a), err == nil && a.Is6()
		}
	}
	if s != "" && s[0] == '[' || strings.Count(s, ":") == 1 {
		ap, err := netip.ParseAddrPort(s)
		return fold(ap.Addr()), err == nil
	}
	a, err := netip.ParseAddr(s)
	return fold(a), err == nil
}
