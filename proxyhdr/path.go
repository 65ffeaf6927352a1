package proxyhdr

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	maxPrefix = 255      // bytes
	maxURI    = 16 << 10 // bytes; nginx and Apache take 8 KiB by default
)

func scriptName(h http.Header, configured string) (string, error) {
	value, err := single(h, xScriptName)
	if err != nil || value == "" {
		return configured, err
	}
	prefix, problem := cleanPrefix(value)
	if problem != "" {
		return "", refusal(xScriptName, value, problem)
	}
	return prefix, nil
}

// cleanPrefix returns a path prefix without its final slash, or what is wrong
// with it. It goes into links and cookie paths, so it holds only characters that
// mean the same everywhere.
func cleanPrefix(s string) (prefix, problem string) {
	switch {
	case len(s) > maxPrefix:
		return "", "is over 255 bytes"
	case s == "" || s[0] != '/':
		return "", "does not begin with a slash"
	case strings.Contains(s, "//"):
		return "", "has two slashes in a row"
	}
	s = strings.TrimSuffix(s, "/")
	if strings.ContainsFunc(s, func(r rune) bool { return !isAlnum(r) && !strings.ContainsRune("/-._~", r) }) {
		return "", "has characters other than letters, digits and -._~ (no escapes, no query)"
	}
	if hasDotSegment(s) {
		return "", "has a part . or .."
	}
	return s, ""
}

func originalURI(h http.Header, own string) (string, error) {
	value, err := single(h, xOriginalURI)
	if err != nil || value == "" {
		return own, err
	}
	if problem := checkURI(value); problem != "" {
		// Not the value: it may hold the code of a sign-in.
		return "", refusal(xOriginalURI, "", problem)
	}
	return escape(value), nil
}

// checkURI tells why a browser must not be sent to s, or a path rule cannot be
// applied to it. A query is not looked into, except for control characters:
// browsers send much in it that no standard knows.
func checkURI(s string) (problem string) {
	path, _, _ := strings.Cut(s, "?")
	switch {
	case len(s) > maxURI:
		return "is over 16384 bytes"
	case s[0] != '/':
		return "does not begin with a slash: send the path, such as nginx's $request_uri"
	case strings.HasPrefix(s, "//"):
		return "begins with two slashes, which browsers take for another host"
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "has a control character"
	case strings.Contains(path, `\`):
		return "has a backslash in its path, which browsers take for a slash"
	case strings.Contains(s, "#"):
		return "has a fragment, which browsers do not send"
	case !validEscapes(path):
		return "has a percent sign without two hex digits in its path"
	case hasDotSegment(path):
		return "has a part . or .. in its path"
	}
	return ""
}

// hasDotSegment knows the spellings that browsers resolve, too.
func hasDotSegment(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if len(segment) > len("%2e%2e") {
			continue
		}
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case ".", "..":
			return true
		}
	}
	return false
}

func validEscapes(s string) bool {
	for {
		_, after, found := strings.Cut(s, "%")
		if !found {
			return true
		}
		if len(after) < 2 {
			return false
		}
		if _, err := strconv.ParseUint(after[:2], 16, 8); err != nil {
			return false
		}
		s = after[2:]
	}
}

// ownURI is the request's own path and query. net/http lets "//evil.example/"
// and "http:opaque" pass, which must not get into a redirect.
func ownURI(u *url.URL) string {
	if u == nil {
		return "/"
	}
	uri := u.RequestURI()
	if uri == "" || uri[0] != '/' {
		return "/" // OPTIONS *
	}
	if strings.HasPrefix(uri, "//") {
		uri = "/" + strings.TrimLeft(uri, "/")
	}
	return strings.ReplaceAll(escape(uri), "#", "%23")
}

// escape percent-encodes what browsers drop, rewrite or would encode
// themselves.
func escape(s string) string {
	n := 0
	for i := range len(s) {
		if isUnsafe(s[i]) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len(s)+2*n)
	for i := range len(s) {
		if c := s[i]; isUnsafe(c) {
			b = append(b, '%', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

func isUnsafe(c byte) bool {
	return c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\'
}
