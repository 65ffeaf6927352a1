package proxyhdr

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
)

// Config says who is believed, and what may be named.
type Config struct {
	// Trusted are the networks of the proxies, as peers and as hops of
	// X-Forwarded-For. Keep it narrow: whoever has an address in it is believed
	// whatever he says. None by default: then no forwarding header is read.
	Trusted []netip.Prefix
	// Hosts are the external hosts that may be named, with the port where it is
	// not the default one: "itsm.exter.com", "itsm.exter.com:8443".
	Hosts []string
	// Scheme, "http" or "https", is the scheme of External requests where an
	// inner proxy overwrites X-Forwarded-Proto. "" believes that header.
	Scheme string
	// Prefix is the path under which the app is seen from outside, "/o/itsm".
	// X-Script-Name of a trusted proxy wins.
	Prefix string
	// Forwarded reads the Forwarded header of RFC 7239 instead of
	// X-Forwarded-For, -Proto and -Host, which are ignored then. The others have
	// no counterpart in it and are read in either case.
	Forwarded bool

	// Log is told once per peer (of the first 16) that an untrusted one sent
	// forwarding headers, and why a request was refused. nil is slog.Default.
	Log *slog.Logger
	// Refused answers instead of the plain default page when a trusted proxy
	// sent what cannot be read. It must write the status, 400. err is a
	// [*HeaderError], which was logged already; do not show it to the peer.
	Refused func(w http.ResponseWriter, r *http.Request, err error)
}

// New checks the configuration. The errors name the field and the value.
func New(cfg Config) (*Proxy, error) {
	p := &Proxy{
		scheme:  cfg.Scheme,
		headers: headersX,
		log:     cfg.Log,
		refused: cfg.Refused,
	}
	if cfg.Forwarded {
		p.forwarded, p.headers = true, headersForwarded
	}
	for i, prefix := range cfg.Trusted {
		folded, err := foldPrefix(prefix)
		if err != nil {
			return nil, fmt.Errorf("proxyhdr: Config.Trusted[%d]: %w", i, err)
		}
		if !slices.Contains(p.trusted, folded) {
			p.trusted = append(p.trusted, folded)
		}
	}
	for i, s := range cfg.Hosts {
		h, err := parseHost(s)
		if err != nil {
			return nil, fmt.Errorf("proxyhdr: Config.Hosts[%d] %s: %w", i, quote(s), err)
		}
		p.hosts = append(p.hosts, h)
	}
	if cfg.Scheme != "" && cfg.Scheme != "http" && cfg.Scheme != "https" {
		return nil, fmt.Errorf("proxyhdr: Config.Scheme is %s: give http, https or nothing", quote(cfg.Scheme))
	}
	if cfg.Prefix != "" {
		prefix, problem := cleanPrefix(cfg.Prefix)
		if problem != "" {
			return nil, fmt.Errorf("proxyhdr: Config.Prefix %s %s", quote(cfg.Prefix), problem)
		}
		p.prefix = prefix
	}
	return p, nil
}

// foldPrefix clears the host bits and turns an IPv4-mapped network into the
// IPv4 network that it means, since addresses are compared unmapped.
func foldPrefix(p netip.Prefix) (netip.Prefix, error) {
	if !p.IsValid() {
		return p, errors.New("is not a network: use netip.ParsePrefix")
	}
	if p.Bits() == 0 {
		return p, fmt.Errorf("%s would let everybody forge the headers: name the networks of your proxies", p)
	}
	if p.Addr().Is4In6() {
		if p.Bits() <= 96 {
			return p, fmt.Errorf("%s holds all IPv4 addresses: name the networks of your proxies", p)
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}
