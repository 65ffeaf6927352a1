package site

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/bkwecom/wecom/proxyhdr"
)

// open reports whether the gate lets a request with an inner path through.
func (s *Site) open(now *outside, origin proxyhdr.Origin, r *http.Request) bool {
	if !origin.External && (below(r.URL.Path, s.cfg.Inward) || below(path.Clean(r.URL.Path), s.cfg.Inward)) {
		return false
	}
	if len(s.cfg.Outward) == 0 || !namesExternal(r, now.Hosts) {
		return true
	}
	// A path that a mux would first clean, or one with an escaped slash, is not
	// what it seems to be.
	return tidy(r.URL) && below(r.URL.Path, s.cfg.Outward)
}

func below(p string, paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		// Without its slash the path is the same page (WeCom's callback URL is often
		// saved so).
		return strings.HasPrefix(p, path) || p+"/" == path
	})
}

func tidy(u *url.URL) bool {
	clean := path.Clean(u.Path)
	return u.RawPath == "" && (u.Path == clean || u.Path == clean+"/")
}

// namesExternal reports whether any header names an external host, whoever has
// sent it: here that can only take rights away.
func namesExternal(r *http.Request, hosts []string) bool {
	named := []string{r.Host}
	for _, header := range []string{"X-Forwarded-Host", "X-Forwarded-Weixin-Host"} {
		for _, line := range r.Header.Values(header) {
			named = append(named, strings.Split(line, ",")...)
		}
	}
	for _, line := range r.Header.Values("Forwarded") { // RFC 7239
		for part := range strings.FieldsFuncSeq(line, func(c rune) bool { return c == ',' || c == ';' }) {
			if key, value, _ := strings.Cut(strings.TrimSpace(part), "="); strings.EqualFold(key, "host") {
				named = append(named, strings.Trim(value, `"`))
			}
		}
	}
	return slices.ContainsFunc(named, func(name string) bool {
		return slices.ContainsFunc(hosts, func(host string) bool { return bare(name) != "" && strings.EqualFold(bare(name), bare(host)) })
	})
}

// Names reports whether a request has come by a host, whatever the port, or by
// any header says so: were that host external, the gate would count it as such.
func Names(r *http.Request, host string) bool { return namesExternal(r, []string{host}) }

// bare is a host's name alone: a proxy may drop the port, and a name may end
// with a dot.
func bare(host string) string {
	return strings.TrimSuffix((&url.URL{Host: strings.TrimSpace(host)}).Hostname(), ".")
}
