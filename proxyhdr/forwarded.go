package proxyhdr

import (
	"net/http"
	"net/netip"
	"strings"
)

// hop is an element of a Forwarded header: what one proxy says of the request
// that it got.
type hop struct {
	client      netip.Addr // not valid where the proxy does not tell
	proto, host string
}

// readForwarded walks the header as X-Forwarded-For is walked, so that nothing
// is believed that a client wrote. The scheme is that of the element that names
// the host: an inner proxy may speak http.
func (p *Proxy) readForwarded(h http.Header, own Origin) (said, error) {
	s := said{client: own.ClientIP}
	for element, err := range fromRight(forwarded, h[forwarded], lastUnquotedComma) {
		if err != nil {
			return said{}, err
		}
		hop, err := parseHop(element)
		if err != nil {
			return said{}, err
		}
		s.client = hop.client
		if s.host == "" && hop.host != "" {
			s.host = p.externalHost(hop.host, firstOf(p.scheme, hop.proto, s.scheme, own.Scheme))
			if s.host != "" {
				s.scheme = firstOf(hop.proto, s.scheme)
			}
		}
		s.scheme = firstOf(s.scheme, hop.proto)
		if !p.trusts(hop.client) {
			break
		}
	}
	return s, nil
}

// lastUnquotedComma looks from the right, since a quote that a client left open
// must not swallow what the proxy appended. Escapes, which no proxy needs here,
// are refused by parseHop.
func lastUnquotedComma(s string) (at int, closed bool) {
	quoted := false
	for i := len(s) - 1; i >= 0; i-- {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			return i, true
		}
	}
	return -1, !quoted
}

// parseHop reads "for=192.0.2.1;proto=https;host=itsm.exter.com" (RFC 7239,
// section 4). It takes spaces around semicolons, and unquoted colons and
// brackets, which many proxies send.
func parseHop(element string) (hop, error) {
	var h hop
	if strings.Contains(element, `\`) {
		return hop{}, refusal(forwarded, element, "has an escape, which no address and no host needs")
	}
	var hasFor, hasProto, hasHost bool
	for rest, more := element, true; more; {
		var pair string
		pair, rest, more = cutUnquoted(rest)
		if pair = trim(pair); pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		value, ok := unquote(value)
		if !ok || !isToken(name, "") {
			return hop{}, refusal(forwarded, element, "has a part that is not name=value")
		}
		twice := false
		switch strings.ToLower(name) {
		case "for":
			if h.client, ok = parseNode(value); !ok {
				return hop{}, refusal(forwarded, element, "has a for= that is neither an address nor unknown nor a _name")
			}
			twice, hasFor = hasFor, true
		case "proto":
			if h.proto = parseScheme(value); h.proto == "" {
				return hop{}, refusal(forwarded, element, "has a proto= other than http and https")
			}
			twice, hasProto = hasProto, true
		case "host":
			h.host = value
			twice, hasHost = hasHost, true
		}
		if twice {
			return hop{}, refusal(forwarded, element, "names a parameter twice")
		}
	}
	return h, nil
}

// cutUnquoted cuts at the first semicolon outside of quotes.
func cutUnquoted(s string) (before, after string, found bool) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func unquote(s string) (string, bool) {
	inner, ok := strings.CutPrefix(s, `"`)
	if !ok {
		return s, isToken(s, ":[]")
	}
	inner, ok = strings.CutSuffix(inner, `"`)
	return inner, ok && !strings.Contains(inner, `"`)
}

// isToken tells whether s is a token (RFC 9110, 5.6.2) with the bytes of more.
func isToken(s, more string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !isAlnum(r) && !strings.ContainsRune("!#$%&'*+-.^_`|~", r) && !strings.ContainsRune(more, r)
	})
}

// parseNode reads the node of RFC 7239, section 6. The zero Addr stands for
// "unknown" and for a made-up name, "_hidden"; a port may be made up, too.
func parseNode(s string) (netip.Addr, bool) {
	if at := strings.LastIndex(s, ":_"); at >= 0 && isToken(s[at+1:], "") {
		s = s[:at]
	}
	name, _, _ := strings.Cut(s, ":")
	if strings.EqualFold(name, "unknown") || len(name) > 1 && name[0] == '_' {
		return netip.Addr{}, true
	}
	return parseAddr(s)
}
