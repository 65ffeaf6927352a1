// Package env reads settings from the environment and names everything that is
// missing or malformed at once, so that an operator does not find out one by one.
package env

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones on images without them
)

// Reader reads variables and collects problems. Values are trimmed of spaces.
type Reader struct {
	get  func(name string) string
	errs []error
}

// NewReader reads with get, os.Getenv outside of tests.
func NewReader(get func(string) string) *Reader { return &Reader{get: get} }

// Err joins all problems so far, each beginning with its variable; nil if there
// are none.
func (r *Reader) Err() error { return errors.Join(r.errs...) }

// Fail adds a problem. It must not quote a secret.
func (r *Reader) Fail(name, problem string) {
	r.errs = append(r.errs, fmt.Errorf("%s: %s", name, problem))
}

// Text returns the value of the first of the names that is set.
func (r *Reader) Text(names ...string) string {
	for _, name := range names {
		if v := strings.TrimSpace(r.get(name)); v != "" {
			return v
		}
	}
	return ""
}

// Secret is Text, hidden.
func (r *Reader) Secret(name string) Secret { return NewSecret(r.Text(name)) }

// Require complains if the variable is empty.
func (r *Reader) Require(name, why string) {
	if r.Text(name) == "" {
		r.Fail(name, "is missing: "+why)
	}
}

// Int reads a whole number within limits.
func (r *Reader) Int(name string, fallback, low, high int) int {
	s := r.Text(name)
	if s == "" {
		return fallback
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		r.Fail(name, fmt.Sprintf("%q is no whole number from %d to %d", s, low, high))
		return fallback
	}
	return n
}

// URL reads an absolute http or https URL without query, fragment and user,
// and drops the slash at its end.
func (r *Reader) URL(name, fallback string) string {
	s := r.Text(name)
	if s == "" {
		return fallback
	}
	if problem := CheckURL(s); problem != "" {
		r.Fail(name, problem)
		return fallback
	}
	return strings.TrimRight(s, "/")
}

// CheckURL says what is wrong with a base URL, "" if nothing is.
func CheckURL(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "an absolute http or https URL is wanted"
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "a URL without user, query and fragment is wanted"
	}
	return ""
}

// Networks reads a comma-separated list of prefixes and single addresses.
func (r *Reader) Networks(name string, fallback []netip.Prefix) []netip.Prefix {
	s := r.Text(name)
	if s == "" {
		return fallback
	}
	var nets []netip.Prefix
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if addr, err := netip.ParseAddr(part); err == nil && addr.Zone() == "" {
			nets = append(nets, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
			continue
		}
		net, err := netip.ParsePrefix(part)
		if err != nil {
			r.Fail(name, fmt.Sprintf("%q is no network, such as 10.0.0.0/8", part))
			continue
		}
		nets = append(nets, net.Masked())
	}
	return nets
}

// Zone reads a time zone's name, such as Asia/Shanghai.
func (r *Reader) Zone(name, fallback string) *time.Location {
	s := r.Text(name)
	if s == "" {
		s = fallback
	}
	zone, err := time.LoadLocation(s)
	if err != nil {
		r.Fail(name, fmt.Sprintf("%q is no time zone, such as Asia/Shanghai", s))
		return time.UTC
	}
	return zone
}
