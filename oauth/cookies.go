package oauth

import (
	"net/http"
	"time"
)

// cookie has the attributes of all of this guard's cookies. Lax, as the vendor's redirect back is a
// navigation from another site.
func (c *core) cookie(name, value string, age time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: c.cookiePath(), MaxAge: int(age / time.Second),
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
	}
}

// drop takes a cookie away.
func (c *core) drop(w http.ResponseWriter, name string) {
	ck := c.cookie(name, "", 0)
	ck.MaxAge = -1
	http.SetCookie(w, ck)
}
