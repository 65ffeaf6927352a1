package jssdk

import (
	"fmt"
	"net/url"
	"strings"
)

// maxPage bounds the address of a page, in bytes.
const maxPage = 4096

// place is one of Config.Pages.
type place struct {
	origin string // scheme and host, as browsers write them
	path   string // escaped; with a slash at its end everything below it
}

func parsePlace(text string) (place, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return place{}, fieldError("Pages", "must be absolute addresses such as https://itsm.example.com/o/itsm/weixin/")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return place{}, fieldError("Pages", "must be scheme, host and path only: a page may have any query")
	case u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80" || strings.HasSuffix(u.Host, ":"):
		return place{}, fieldError("Pages", "must leave out the default port, as browsers do")
	case u.Host != strings.ToLower(u.Host) || !ascii(u.Host) || strings.ContainsAny(u.Host, `\%*`):
		return place{}, fieldError("Pages", "must have the host in lower-case ASCII (xn--… for other letters), as browsers write it")
	case u.Path == "":
		return place{}, fieldError("Pages", "must have a path: add the slash, if all pages of the host may use the JS-SDK")
	}
	p := place{u.Scheme + "://" + u.Host, u.EscapedPath()}
	if p.origin+p.path != text || !ascii(p.path) || wanders(p.path) {
		return place{}, fieldError("Pages", "must have a path as browsers write it: escaped, without dots that go up, and without encoded slashes")
	}
	return p, nil
}

func (p place) holds(path string) bool {
	return path == p.path || strings.HasSuffix(p.path, "/") && strings.HasPrefix(path, p.path)
}

// signed returns the part of a page's address that is signed, without the fragment, and its origin. It
// is taken as text: what two parsers could read differently is refused.
func (c *core) signed(page string) (address, origin string, err error) {
	address, _, _ = strings.Cut(page, "#")
	if len(address) > maxPage || !ascii(address) {
		return "", "", fmt.Errorf("%w: its address is empty, over %d bytes, or not as browsers write it (location.href)", ErrPage, maxPage)
	}
	// The signed text has no escapes: …&timestamp=1&url=A&url=B is also page B with the timestamp "1&url=A".
	if strings.Contains(address, "&url=") {
		return "", "", fmt.Errorf("%w: with &url= in its address the signature would be another page's too: rename that parameter, or put it first", ErrPage)
	}
	for _, p := range c.places {
		rest, ok := strings.CutPrefix(address, p.origin)
		path, _, _ := strings.Cut(rest, "?")
		if ok && p.holds(path) && !wanders(path) {
			return address, p.origin, nil
		}
	}
	return "", "", fmt.Errorf("%w: %s is none of Config.Pages", ErrPage, shown(address))
}

// ascii admits what browsers leave unescaped in an address. A backslash is none of it: they read it as a
// slash, others do not.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || s[i] == '\\' {
			return false
		}
	}
	return s != ""
}

// wanders says whether a server or proxy might read the path as one elsewhere: "..", "..;", %2e, %2f.
func wanders(path string) bool {
	path = strings.ReplaceAll(strings.ToLower(path), "%2e", ".")
	if strings.Contains(path, "%2f") || strings.Contains(path, "%5c") {
		return true
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment, _, _ = strings.Cut(segment, ";"); segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// shown is an address for errors: a query may hold a sign-in code.
func shown(address string) string {
	address, _, _ = strings.Cut(address, "?")
	if i := strings.Index(address, "//"); i >= 0 {
		if host, path, ok := strings.Cut(address[i+2:], "/"); strings.Contains(host, "@") {
			address = address[:i+2] + host[strings.LastIndex(host, "@")+1:]
			if ok {
				address += "/" + path
			}
		}
	}
	return oneLine(address, 200)
}
