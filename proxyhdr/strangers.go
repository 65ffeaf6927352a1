package proxyhdr

import (
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
)

// maxStrangers bounds what is remembered, and written, for the whole internet.
const maxStrangers = 16

// strangers are the untrusted peers that were reported already. The zero Addr
// stands for all peers without an address.
type strangers struct {
	full  atomic.Bool
	mu    sync.Mutex
	known map[netip.Addr]bool
}

// report tells once per peer that its headers are not believed, with the
// setting that would change that. The values are left out: they are not read.
func (s *strangers) report(r *http.Request, peer netip.Addr, headers []string, log *slog.Logger) {
	if s.full.Load() {
		return
	}
	for _, header := range headers {
		if len(r.Header[header]) == 0 {
			continue
		}
		if !s.first(peer) {
			return
		}
		todo := "a peer without an IP address cannot be trusted: let the app listen on a TCP address"
		if peer.IsValid() {
			todo = "if it is your proxy, add " + netip.PrefixFrom(peer, peer.BitLen()).String() + " to Config.Trusted"
		}
		log.WarnContext(r.Context(), "proxyhdr: ignoring forwarding headers of an untrusted peer",
			"peer", r.RemoteAddr, "header", shown(header), "todo", todo)
		return
	}
}

func (s *strangers) first(peer netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[peer] || len(s.known) == maxStrangers {
		return false
	}
	if s.known == nil {
		s.known = map[netip.Addr]bool{}
	}
	s.known[peer] = true
	s.full.Store(len(s.known) == maxStrangers)
	return true
}
