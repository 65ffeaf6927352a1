package callback

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Caller is the part of an API client that this package needs. *wecom.Client
// implements it.
type Caller interface {
	Call(ctx context.Context, method, path string, query url.Values, in, out any) error
}

// PeersConfig describes a list of WeCom's addresses.
type PeersConfig struct {
	API Caller // required; any app's of the company
	// Addr says who calls; false refuses the request. nil takes the address of the
	// connection, which behind a proxy is the proxy's: give a function that reads
	// what a trusted proxy says, such as the ClientIP of package proxyhdr.
	Addr func(*http.Request) (netip.Addr, bool)
	// Also are further addresses that may call.
	Also []netip.Prefix
	// Refresh is the age at which the list is asked for again. 0 is six hours; the
	// vendor advises a day, and changes the list without notice.
	Refresh time.Duration
	// OnError is told when the list could not be had. nil logs to slog.Default.
	OnError func(error)
}

const (
	peersTimeout = 10 * time.Second
	// peersWait is how long an address that is not on the list waits for a new
	// one: a URL check is answered within 1 s.
	peersWait = 700 * time.Millisecond
	// peersPause lies between two questions at least, so that strangers cannot
	// use up the API's quota.
	peersPause = time.Minute
)

// Peers knows the addresses that WeCom calls from (getcallbackip), for
// Config.Peer. It is a fence before the signature, not in its place: as long as
// there is no list, since the API was never reached or answered an empty one,
// everybody passes, and OnError is told.
//
// The list is asked for when it is needed, with no goroutine in between. When it
// is old, or the API is away, the last one serves on. An address that is not on
// it causes a new list to be asked for, once a minute at most, before it is
// refused, so that new addresses of the vendor get through. Source: vendor's
// document "获取企业微信回调IP段".
type Peers struct {
	cfg PeersConfig

	mu     sync.Mutex
	list   *ipList // nil as long as there is none
	loaded time.Time
	asked  time.Time     // begin of the last question
	flight chan struct{} // closed at its end; nil if there is none
}

// NewPeers returns a list that is not loaded yet; see [Peers.Load].
func NewPeers(cfg PeersConfig) (*Peers, error) {
	if cfg.API == nil {
		return nil, errors.New("callback: PeersConfig.API is nil")
	}
	if cfg.Refresh < 0 {
		return nil, errors.New("callback: PeersConfig.Refresh is negative")
	}
	if cfg.Refresh == 0 {
		cfg.Refresh = 6 * time.Hour
	}
	if cfg.Addr == nil {
		cfg.Addr = remoteAddr
	}
	if cfg.OnError == nil {
		cfg.OnError = func(err error) { slog.Warn("wecom callback", "err", err) }
	}
	cfg.Also = slices.Clone(cfg.Also)
	return &Peers{cfg: cfg}, nil
}

func remoteAddr(r *http.Request) (netip.Addr, bool) {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	return a.Addr(), err == nil
}

// Check refuses addresses that are not WeCom's, with an error that is [ErrPeer].
func (p *Peers) Check(r *http.Request) error {
	addr, ok := p.cfg.Addr(r)
	if !ok {
		return fmt.Errorf("%w: the address is not known", ErrPeer)
	}
	addr = addr.Unmap().WithZone("")
	for _, prefix := range p.cfg.Also {
		if prefix.Contains(addr) {
			return nil
		}
	}
	list, flight := p.current(addr)
	if list == nil || list.has(addr) {
		return nil
	}
	if flight != nil {
		wait := time.NewTimer(peersWait)
		defer wait.Stop()
		select {
		case <-flight:
		case <-wait.C:
		case <-r.Context().Done():
		}
		p.mu.Lock()
		list = p.list
		p.mu.Unlock()
	}
	if list.has(addr) {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrPeer, addr)
}

// Load asks for the list now. Call it before the server starts, to hear of
// errors there and to let nobody pass unseen.
func (p *Peers) Load(ctx context.Context) error {
	list, err := p.fetch(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list, p.loaded = list, time.Now()
	return nil
}

// current returns the list, and the question for a new one if there is any.
func (p *Peers) current(addr netip.Addr) (*ipList, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	wanted := p.list == nil || now.Sub(p.loaded) >= p.cfg.Refresh || !p.list.has(addr)
	if wanted && p.flight == nil && now.Sub(p.asked) >= peersPause && now.Sub(p.loaded) >= peersPause {
		p.flight, p.asked = make(chan struct{}), now
		go p.refresh(p.flight)
	}
	return p.list, p.flight
}

func (p *Peers) refresh(flight chan struct{}) {
	defer func() {
		v := recover()
		p.mu.Lock()
		p.flight = nil
		p.mu.Unlock()
		close(flight)
		if v != nil {
			slog.Error("wecom callback: PeersConfig.OnError panicked", "err", &PanicError{Value: v})
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), peersTimeout)
	defer cancel()
	if err := p.Load(ctx); err != nil {
		p.cfg.OnError(err)
	}
}

func (p *Peers) fetch(ctx context.Context) (*ipList, error) {
	var answer struct {
		IPs []string `json:"ip_list"`
	}
	if err := p.cfg.API.Call(ctx, http.MethodGet, "/cgi-bin/getcallbackip", nil, nil, &answer); err != nil {
		return nil, fmt.Errorf("callback: the addresses of WeCom: %w", err)
	}
	list := newIPList(answer.IPs)
	if list == nil {
		return nil, fmt.Errorf("callback: the addresses of WeCom: none of %d entries can be read, the former list stays", len(answer.IPs))
	}
	return list, nil
}
