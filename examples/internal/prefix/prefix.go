// Package prefix serves an app below a path such as /o/itsm, whether or not the
// proxy in front has taken the path away.
package prefix

import (
	"net/http"
	"net/url"
	"strings"
)

// Strip hands requests below prefix to next without it, and all others as they
// are: BlueKing PaaS v3's ingress strips the prefix itself, a plain nginx does
// not. A prefix of "" changes nothing.
//
// Redirects are next's to build: http.ServeMux's own, for a missing slash, know
// nothing of the prefix, so next registers both forms of a path.
func Strip(prefix string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stripped, _ := Cut(prefix, r)
		next.ServeHTTP(w, stripped)
	})
}

// Cut returns the request without prefix, and r itself with false if it is not
// below it. r is not changed.
func Cut(prefix string, r *http.Request) (stripped *http.Request, ok bool) {
	prefix = strings.TrimRight(prefix, "/")
	path, ok := cut(r.URL.Path, prefix)
	raw, okRaw := cut(r.URL.RawPath, prefix)
	if prefix == "" || !ok || r.URL.RawPath != "" && !okRaw {
		return r, false
	}
	if path == "" {
		path, raw = "/", ""
	}
	stripped = new(http.Request)
	*stripped = *r
	stripped.URL = new(url.URL)
	*stripped.URL = *r.URL
	stripped.URL.Path, stripped.URL.RawPath = path, raw
	return stripped, true
}

// cut reports whether path is prefix or below it.
func cut(path, prefix string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, prefix)
	return rest, ok && (rest == "" || rest[0] == '/')
}
