package oauth

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

// setPlaces derives from CallbackURL where cookies live and where people may be sent.
func (c *core) setPlaces(cfg Config) error {
	u, err := checkCallback(cfg.CallbackURL)
	if err != nil {
		return err
	}
	c.callbackURL, c.callbackPath = cfg.CallbackURL, u.EscapedPath()
	c.origin, c.secure = origin(u), u.Scheme == "https"

	base := cfg.CookiePath
	if base == "" {
		base = path.Dir(strings.TrimRight(c.callbackPath, "/"))
	}
	if !isPath(base) || hasFragmentOrQuery(base) || strings.ContainsAny(base, ";,") {
		return fieldError("Config.CookiePath", "must be a path such as /o/itsm/weixin/")
	}
	c.base = strings.TrimRight(base, "/") // without the slash a cookie is sent to /weixin, too
	if !c.inside(c.callbackPath) {
		return fieldError("Config.CookiePath", "must be a parent of CallbackURL's path: the callback needs the cookies")
	}
	if c.name = cfg.CookieName; c.name == "" {
		c.name = c.ownName()
	}
	if err := c.checkName(); err != nil {
		return err
	}
	if c.home = cfg.Home; c.home == "" {
		c.home = c.base + "/"
	}
	if _, ok := c.way(c.home); !ok {
		return fieldError("Config.Home", "must be a path under CookiePath that is not the callback's")
	}
	return nil
}

// ownName differs for each app and environment. __Secure- keeps other parties on the network from
// planting a cookie by http.
func (c *core) ownName() string {
	sum := sha256.Sum256([]byte(c.mainID + "\x00" + c.callbackURL))
	name := "signin_" + hex.EncodeToString(sum[:5])
	switch {
	case c.secure && c.base == "":
		return "__Host-" + name
	case c.secure:
		return "__Secure-" + name
	}
	return name
}

func (c *core) checkName() error {
	const field = "Config.CookieName"
	low := strings.ToLower(c.name)
	switch {
	case len(c.name) > 64 || (&http.Cookie{Name: c.name, Value: "v"}).Valid() != nil:
		return fieldError(field, "must be at most 64 letters, digits, - and _")
	case strings.HasPrefix(low, "__secure-") && !c.secure:
		return fieldError(field, "begins with __Secure-, which browsers accept from https only")
	case strings.HasPrefix(low, "__host-") && (!c.secure || c.base != ""):
		return fieldError(field, "begins with __Host-, which browsers accept from https and with CookiePath / only")
	}
	return nil
}

// inside reports whether browsers send this guard's cookies to a path.
func (c *core) inside(path string) bool {
	return path == c.base || strings.HasPrefix(path, c.base+"/")
}

// cookiePath is the attribute.
func (c *core) cookiePath() string {
	if c.base == "" {
		return "/"
	}
	return c.base
}

// binding is what a sealed value belongs to: another app's, or another environment's, is none here.
func (c *core) binding() []byte {
	h := sha256.New()
	for _, part := range []string{c.mainID, c.webID, c.callbackURL, c.name} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}
