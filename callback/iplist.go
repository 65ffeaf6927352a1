package callback

import (
	"net/netip"
	"strings"
)

// An ipList has single addresses apart, as nearly all of them are.
type ipList struct {
	single   map[netip.Addr]bool
	prefixes []netip.Prefix
}

// newIPList reads entries as the vendor has them: an address, 198.51.100.* or,
// although not documented, 198.51.100.0/24. It passes over others, and returns
// nil if there are only such.
func newIPList(entries []string) *ipList {
	l := &ipList{single: make(map[netip.Addr]bool, len(entries))}
	for _, s := range entries {
		s = strings.TrimSpace(s)
		if a, err := netip.ParseAddr(s); err == nil {
			l.single[a.Unmap()] = true
		} else if p, err := netip.ParsePrefix(s); err == nil {
			l.prefixes = append(l.prefixes, p.Masked())
		} else if p, ok := wildcard(s); ok {
			l.prefixes = append(l.prefixes, p)
		}
	}
	if len(l.single) == 0 && len(l.prefixes) == 0 {
		return nil
	}
	return l
}

// wildcard reads an IPv4 address of which the last parts are stars, not all.
func wildcard(s string) (netip.Prefix, bool) {
	parts := strings.Split(s, ".")
	known := len(parts)
	for known > 0 && parts[known-1] == "*" {
		known--
		parts[known] = "0"
	}
	a, err := netip.ParseAddr(strings.Join(parts, "."))
	if err != nil || !a.Is4() || known == 0 {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, 8*known), true
}

// has is asked with an address that is unmapped.
func (l *ipList) has(a netip.Addr) bool {
	if l.single[a] {
		return true
	}
	for _, p := range l.prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
