package proxyhdr

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// host is one of Config.Hosts.
type host struct {
	spelling   string
	name, port string
}

const maxHostname = 253 // bytes, RFC 1035 without the final dot

// parseHost takes what can stand in a link as it is: what WeCom compares with
// its trusted domain (可信域名) is the text, not its meaning.
func parseHost(s string) (host, error) {
	if strings.Contains(s, "/") {
		return host{}, errors.New("is an address: give the host alone")
	}
	name, port, hasPort := strings.Cut(s, ":")
	h := host{s, name, port}
	if hasPort {
		// The text again, since ParseUint takes leading zeros.
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
			return host{}, errors.New("has no port from 1 to 65535 behind its colon (IPv6 addresses are not supported)")
		}
	}
	if len(name) > maxHostname {
		return host{}, errors.New("is longer than a host name can be")
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 {
			return host{}, errors.New("is empty, or has a dot at an end or a part that is empty or over 63 bytes")
		}
		if strings.ContainsFunc(label, func(r rune) bool { return !isAlnum(r) && r != '-' && r != '_' }) {
			return host{}, errors.New("has characters other than letters, digits, - and _ (write the xn-- form of a Chinese name)")
		}
	}
	return h, nil
}

func isAlnum(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// externalHost returns the configured spelling of a host that was named in a
// request with the scheme, or "".
func (p *Proxy) externalHost(named, scheme string) string {
	name, port, hasPort := strings.Cut(named, ":")
	if hasPort && port == "" {
		return ""
	}
	name = strings.TrimSuffix(name, ".")
	for _, h := range p.hosts {
		// Equal lengths leave no room for the letters beyond ASCII that EqualFold
		// takes for k and s.
		if len(name) == len(h.name) && strings.EqualFold(name, h.name) && foldPort(port, scheme) == foldPort(h.port, scheme) {
			return h.spelling
		}
	}
	return ""
}

func foldPort(port, scheme string) string {
	if scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		return ""
	}
	return port
}

// weixinHost is X-Forwarded-Weixin-Host, which BlueKing's guides have the proxy
// set to a fixed name: whatever else it says is a mistake or an attack.
func (p *Proxy) weixinHost(h http.Header, scheme string) (string, error) {
	named, err := single(h, xForwardedWeixinHost)
	if err != nil || named == "" {
		return "", err
	}
	external := p.externalHost(named, scheme)
	switch {
	case external != "":
		return external, nil
	case strings.Contains(named, ","):
		return "", refusal(xForwardedWeixinHost, named, "is a list: let the proxy overwrite the client's header")
	}
	return "", refusal(xForwardedWeixinHost, named, "is not in Config.Hosts: add it there if it is your external host (with its port)")
}

// forwardedHost is the right-most of Config.Hosts in X-Forwarded-Host: Apache
// appends to what the client sent, and inner proxies append their own name.
func (p *Proxy) forwardedHost(h http.Header, scheme string) (string, error) {
	for named, err := range fromRight(xForwardedHost, h[xForwardedHost], lastComma) {
		if err != nil {
			return "", err
		}
		if external := p.externalHost(named, scheme); external != "" {
			return external, nil
		}
	}
	return "", nil
}

// forwardedProto is the right-most element of X-Forwarded-Proto, the one that
// the last proxy wrote.
func forwardedProto(h http.Header) (string, error) {
	for named, err := range fromRight(xForwardedProto, h[xForwardedProto], lastComma) {
		if err != nil {
			return "", err
		}
		if scheme := parseScheme(named); scheme != "" {
			return scheme, nil
		}
		return "", refusal(xForwardedProto, named, "is neither http nor https: let the proxy send its own scheme")
	}
	return "", nil
}

func parseScheme(named string) string {
	switch strings.ToLower(named) {
	case "http":
		return "http"
	case "https":
		return "https"
	}
	return ""
}
