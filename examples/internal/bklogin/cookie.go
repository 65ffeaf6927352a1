package bklogin

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// SharesCookie reports whether a browser may send the login's cookie to host: it
// is the login's own host, or one below it or below the same domain. The login
// page must lead back to such a host alone: another would be foreign, or a loop.
func (c *Client) SharesCookie(host string) bool {
	login, err := url.Parse(c.login)
	if err != nil {
		return false
	}
	name := strings.ToLower((&url.URL{Host: host}).Hostname())
	at := strings.ToLower(login.Hostname())
	if name == at {
		return name != ""
	}
	if _, err := netip.ParseAddr(at); err == nil {
		return false // addresses share no domain
	}
	_, domain, _ := strings.Cut(at, ".")
	return strings.HasSuffix(name, "."+at) || strings.Contains(domain, ".") && (name == domain || strings.HasSuffix(name, "."+domain))
}

// Session is what the CSRF token of a form is bound to, behind [Client.Require]:
// the cookie, and whose it is. The cookie alone would not do. An app of the same
// domain can plant one that is nobody's for a narrower path, where it comes
// first, and could have got the form token that goes with it here, as somebody
// else.
func Session(r *http.Request) string {
	user, ok := FromContext(r.Context())
	cookie, err := r.Cookie(Cookie)
	if !ok || err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(user.Username + "\x00" + cookie.Value))
	return "bk:" + base64.RawURLEncoding.EncodeToString(sum[:])
}
