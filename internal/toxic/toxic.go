// Package toxic is a network in memory that does to connections what networks
// do, at a byte that a test chooses: for tests of what an HTTP client makes of
// it. It works in a testing/synctest bubble, so that bounds of time are exact.
package toxic

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// Fault is what becomes of a request, or of its answer.
type Fault int

// The faults. From ResetAfter on the server has had the whole request.
const (
	None        Fault = iota
	Refused           // no connection
	ResetBefore       // the connection is reset before a byte is written
	Blackhole         // nothing arrives and nothing comes back; writes fill a window, then wait
	ResetAfter        // reset in place of the answer
	SlowHeader        // the answer comes byte by byte, its header too
	SlowBody          // the header comes at once, the body byte by byte
	HalfClose         // the server ends its side without an answer
	CutBody           // the answer ends in the middle of its body
	Oversize          // the answer never ends
)

var names = [...]string{
	"none", "refused", "reset before the write", "blackhole", "reset after the write",
	"slow header", "slow body", "half close", "cut body", "oversize",
}

func (f Fault) String() string { return names[f] }

// Pace is the time between two bytes of a slow answer: slower than a timeout that
// begins anew with each byte would mind.
const Pace = 20 * time.Second

// A Network has one server, which any address leads to.
type Network struct {
	server   http.Server
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once

	mu       sync.Mutex
	path     string // whose requests fail
	faults   []Fault
	written  map[string]int
	requests map[string]int
}

// New starts a network before h. Close ends it.
func New(h http.Handler) *Network {
	n := &Network{
		server:   http.Server{Handler: h, ReadHeaderTimeout: time.Hour},
		accepted: make(chan net.Conn), closed: make(chan struct{}),
		written: map[string]int{}, requests: map[string]int{},
	}
	go func() { _ = n.server.Serve(listener{n}) }() // ErrServerClosed
	return n
}

// Close ends the server and its connections.
func (n *Network) Close() {
	n.once.Do(func() { close(n.closed) })
	_ = n.server.Close()
}

// Break makes the next requests for path meet the faults, one after the other,
// and the last one for ever. A Refused meets the next dial, whatever that is for.
func (n *Network) Break(path string, faults ...Fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.path, n.faults = path, faults
}

// Written is how many bytes of requests for path were taken from the client.
func (n *Network) Written(path string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.written[path]
}

// Requests is how many requests for path had at least one byte taken.
func (n *Network) Requests(path string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.requests[path]
}

// Transport dials this network; kept says whether connections serve for more
// than one request.
func (n *Network) Transport(kept bool) *http.Transport {
	return &http.Transport{DialContext: n.Dial, DisableKeepAlives: !kept}
}

// Dial connects to the server.
func (n *Network) Dial(ctx context.Context, network, _ string) (net.Conn, error) {
	if n.refuses() {
		return nil, opError("dial", network, errRefused)
	}
	client, server := net.Pipe()
	select {
	case n.accepted <- server:
		return &conn{Conn: client, net: n, gone: make(chan struct{})}, nil
	case <-n.closed:
		return nil, opError("dial", network, errRefused)
	case <-ctx.Done():
		return nil, opError("dial", network, ctx.Err())
	}
}

func (n *Network) refuses() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.faults) == 0 || n.faults[0] != Refused {
		return false
	}
	n.shift()
	return true
}

// begin returns the fault of a request that is about to be written.
func (n *Network) begin(path string) Fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	if path != n.path || len(n.faults) == 0 || n.faults[0] == Refused {
		return None
	}
	defer n.shift()
	return n.faults[0]
}

func (n *Network) shift() {
	if len(n.faults) > 1 {
		n.faults = n.faults[1:]
	}
}

func (n *Network) count(path string, bytes int, first bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.written[path] += bytes
	if first && bytes > 0 {
		n.requests[path]++
	}
}

type listener struct{ *Network }

func (l listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accepted:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (listener) Addr() net.Addr { return address{} }

func (l listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

type address struct{}

func (address) Network() string { return "toxic" }
func (address) String() string  { return "toxic" }
