package proxyhdr

import (
	"iter"
	"net/http"
	"strings"
)

// The headers as net/http spells them.
const (
	xForwardedFor        = "X-Forwarded-For"
	xForwardedProto      = "X-Forwarded-Proto"
	xForwardedHost       = "X-Forwarded-Host"
	xForwardedWeixinHost = "X-Forwarded-Weixin-Host"
	xScriptName          = "X-Script-Name"
	xOriginalURI         = "X-Original-Uri"
	forwarded            = "Forwarded"
)

var (
	headersX         = []string{xForwardedWeixinHost, xForwardedHost, xForwardedFor, xForwardedProto, xScriptName, xOriginalURI}
	headersForwarded = []string{xForwardedWeixinHost, forwarded, xScriptName, xOriginalURI}
)

// maxElements is how many elements of a list are looked at, empty ones too.
const maxElements = 64

// fromRight yields the elements of a list header from the last one to the
// first, over all its lines: what a proxy appended comes first, and what nobody
// asks for is never looked at. Empty elements are left out (RFC 9110, 5.6.1.2).
func fromRight(header string, lines []string, last func(string) (int, bool)) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		seen := 0
		for i := len(lines) - 1; i >= 0; i-- {
			rest := lines[i]
			for more := true; more; {
				if seen++; seen > maxElements {
					yield("", refusal(header, "", "has more than 64 elements"))
					return
				}
				at, closed := last(rest)
				if !closed {
					yield("", refusal(header, "", "has an open quote"))
					return
				}
				element := trim(rest[at+1:])
				if more = at >= 0; more {
					rest = rest[:at]
				}
				if element != "" && !yield(element, nil) {
					return
				}
			}
		}
	}
}

func lastComma(s string) (int, bool) { return strings.LastIndexByte(s, ','), true }

// single returns the value of a header that can have only one, "" where it is
// missing. An empty value is a missing one: that is how proxies clear a header.
func single(h http.Header, header string) (string, error) {
	value := ""
	for _, line := range h[header] {
		line = trim(line)
		if line == "" || line == value {
			continue
		}
		if value != "" {
			return "", refusal(header, "", "is repeated with different values: let the proxy overwrite the client's header")
		}
		value = line
	}
	return value, nil
}

func trim(s string) string { return strings.Trim(s, " \t") }
