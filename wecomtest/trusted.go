package wecomtest

import (
	"fmt"
	"net/netip"
	"slices"
)

// SetDomains changes the domains that sign-in may lead back to, each a host or
// host:port: of web authorization (可信域名) and of web login (授权回调域).
func (a *Agent) SetDomains(trusted, login string) error {
	if err := checkDomain("TrustedDomain", trusted); err != nil {
		return fmt.Errorf("wecomtest: not saved: %w", err)
	}
	if err := checkDomain("LoginDomain", login); err != nil {
		return fmt.Errorf("wecomtest: not saved: %w", err)
	}
	a.srv.mu.Lock()
	defer a.srv.mu.Unlock()
	a.trustedDomain, a.loginDomain = trusted, login
	return nil
}

// TrustIPs changes the addresses that may call the API with the app's token, as
// the console's 企业可信IP; others are 60020. Without any, all may. The vendor needs
// about a minute for a change, this server none.
func (a *Agent) TrustIPs(addrs ...string) error {
	trusted, err := parseIPs(addrs)
	if err != nil {
		return fmt.Errorf("wecomtest: not saved: %w", err)
	}
	a.srv.mu.Lock()
	defer a.srv.mu.Unlock()
	a.trustedIPs = trusted
	return nil
}

func parseIPs(addrs []string) ([]netip.Addr, error) {
	var all []netip.Addr
	for _, text := range addrs {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return nil, fmt.Errorf("trusted IP: %w", err)
		}
		all = append(all, addr.Unmap())
	}
	return all, nil
}

// checkIP is not asked by gettoken (unverified).
func (a *Agent) checkIP(ip string) *refusal {
	addr, err := netip.ParseAddr(ip)
	if len(a.trustedIPs) == 0 || err == nil && slices.Contains(a.trustedIPs, addr.Unmap()) {
		return nil
	}
	return refuse(60020, "")
}
