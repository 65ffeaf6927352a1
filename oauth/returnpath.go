package oauth

import (
	"net/url"
	"path"
	"strconv"
	"strings"
)

// maxWay is the longest way back, in bytes.
const maxWay = 2048

// way checks where somebody wants to go after the sign-in, which anybody can have written into a link:
// a path of this app as browsers resolve it, with its query and fragment, and not the callback itself.
// A fragment is kept for pages that route by it.
func (c *core) way(target string) (string, bool) {
	if len(target) > maxWay || !isPath(target) {
		return "", false
	}
	p, err := url.PathUnescape(pathOf(target))
	// Not p: browsers compare cookie paths as they are spelled, and /%6f/itsm would get none.
	if err != nil || !c.inside(pathOf(target)) || samePage(p, c.callbackPath) {
		return "", false
	}
	return target, true
}

// wayOr is the checked target, or Home.
func (c *core) wayOr(target string) string {
	if w, ok := c.way(target); ok {
		return w
	}
	return c.home
}

// isPath reports whether every browser and proxy reads s as the same path of its own site.
//
// Browsers take \ for /, drop tabs and line breaks wherever they are, and spaces at the ends (WHATWG URL
// standard): characters that need escaping are refused. Dot segments could lead to another app or,
// as in /.//host, to another site with a resolver that is not quite right; an escaped slash is one to
// some proxies. None of them stands in an address that a browser requests.
func isPath(s string) bool {
	if s == "" || s[0] != '/' || len(s) > 1 && s[1] == '/' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !plain[s[i]] {
			return false
		}
	}
	p := pathOf(s)
	if !goodEscapes(p) || strings.HasSuffix(p, "%20") { // once decoded, the space at the end is dropped
		return false
	}
	for segment := range strings.SplitSeq(p, "/") {
		// Java servers take off ";x", Windows spaces, and then resolve /..;x/ and "/.. /".
		segment, _, _ = strings.Cut(unescapeDots.Replace(segment), ";")
		switch strings.TrimRight(segment, " ") {
		case ".", "..":
			return false
		}
	}
	return true
}

var unescapeDots = strings.NewReplacer("%2e", ".", "%2E", ".", "%3b", ";", "%3B", ";", "%20", " ")

// plain are the characters of RFC 3986, and those that browsers leave as they are in queries.
var plain = func() (ok [256]bool) {
	for c := '!'; c <= '~'; c++ {
		ok[c] = !strings.ContainsRune("\\\"<>`", c)
	}
	return ok
}()

// goodEscapes refuses broken escapes, and those of slashes, backslashes, controls and of other escapes. A
// query may have them: it is never taken for a path.
func goodEscapes(p string) bool {
	for {
		i := strings.IndexByte(p, '%')
		if i < 0 {
			return true
		}
		c, ok := unescape(p[i:])
		if !ok || c < ' ' || c == '/' || c == '\\' || c == 0x7f {
			return false
		}
		if p = p[i+3:]; c == '%' {
			if _, twice := unescape("%" + p); twice {
				return false
			}
		}
	}
}

// unescape reads %xx at the beginning of s.
func unescape(s string) (c byte, ok bool) {
	if len(s) < 3 {
		return 0, false
	}
	n, err := strconv.ParseUint(s[1:3], 16, 8)
	return byte(n), err == nil
}

func pathOf(s string) string {
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		return s[:i]
	}
	return s
}

func hasFragmentOrQuery(s string) bool { return pathOf(s) != s }

// samePage compares as a mux does that cleans paths.
func samePage(p, escaped string) bool {
	q, err := url.PathUnescape(escaped)
	return err == nil && strings.TrimRight(path.Clean(p), "/") == strings.TrimRight(path.Clean(q), "/")
}
