package wecomtest

import (
	"fmt"
	"net/url"
	"strings"
)

// checkDomain wants a host, or a host and port, as the console takes it.
func checkDomain(what, domain string) error {
	if u, err := url.Parse("https://" + domain); domain != "" && (err != nil || u.Host != domain) {
		return fmt.Errorf("%s %q is not a host or host:port: leave out the scheme and the path", what, domain)
	}
	return nil
}

// leadsTo says whether a redirect_uri is an address on the domain. The port
// belongs to it (vendor's document: 91022: "if redirect_uri has a port, the
// trusted domain needs it too").
func leadsTo(uri, domain string) bool {
	// What browsers take out of addresses or read as a slash is in none.
	if strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r == 0x7F || r == '\\' }) {
		return false
	}
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return false
	}
	return domain != "" && strings.EqualFold(u.Host, domain)
}

// comeBack appends parameters to a redirect_uri, in their order, as "?" or "&"
// asks for.
func comeBack(uri string, pairs ...string) string {
	uri, fragment, hasFragment := strings.Cut(uri, "#")
	var b strings.Builder
	b.WriteString(uri)
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = "&"
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteString(separator + pairs[i] + "=" + url.QueryEscape(pairs[i+1]))
		separator = "&"
	}
	if hasFragment {
		b.WriteString("#" + fragment)
	}
	return asciiOnly(b.String())
}

// asciiOnly escapes what a header may not carry.
func asciiOnly(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] < 0x80 {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
	}
	return b.String()
}
