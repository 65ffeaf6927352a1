package wecomtest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// DefaultCorpID is the company that a new [Server] plays.
const DefaultCorpID = "ww1234567890abcdef"

// memoryURL is never resolved: only the in-memory transport answers for it.
const memoryURL = "http://wecomtest.invalid"

// A Server plays WeCom's API, its members and its callbacks. All methods may
// be called concurrently. It is an [http.Handler], so that it can also be put
// behind a listener or middleware of the caller's choice.
type Server struct {
	// URL is the base URL of the API, without a trailing slash. A server without a
	// listener has one that only [Server.Transport] answers.
	URL string
	// CorpID may be changed before the first app is added.
	CorpID string

	mu        sync.Mutex
	closed    bool
	running   sync.WaitGroup     // handlers, callbacks and connections; Add under mu while !closed
	base      context.Context    // ends at Close, and with it whatever still waits
	stop      context.CancelFunc // ends base
	listening *http.Server
	client    *http.Client
	callbacks *http.Transport

	rules     Rules
	agents    map[int]*Agent
	people    directory
	tokens    tokenBook
	sent      sentBook
	phones    phoneBook
	media     mediaBook
	codes     codeBook
	chats     chatBook
	robots    map[string]*robot // by key
	jsTickets jsTicketBook
	signIn    signInBook
	sites     map[string]http.RoundTripper // of browsers, by host
	faults    map[string][]*Fault
	log       requestLog
	lastMsgID int64
}

// NewServer starts a server on a free port of the loopback interface. Call
// [Server.Close] when done. Like httptest.NewServer it panics if the machine
// has no loopback port to give.
func NewServer() *Server {
	s := NewUnstartedServer()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		if l, err = net.Listen("tcp6", "[::1]:0"); err != nil {
			panic("wecomtest: no loopback port to listen on: " + err.Error())
		}
	}
	s.URL = "http://" + l.Addr().String()
	s.listening = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 30 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return s.base },
		ConnState:         s.countConnections,
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	s.client = &http.Client{Transport: transport}
	s.running.Go(func() { _ = s.listening.Serve(l) })
	return s
}

// NewUnstartedServer returns a server without a listener. [Server.Transport]
// and [Server.Client] reach it in memory, which works in a testing/synctest
// bubble too: create the server inside the bubble, and give the apps an
// [App.Handler]. To serve it on a listener of one's own, set URL to its address.
func NewUnstartedServer() *Server {
	s := &Server{
		URL:    memoryURL,
		CorpID: DefaultCorpID,
		rules:  DefaultRules(),
		agents: map[int]*Agent{},
		faults: map[string][]*Fault{},
		codes:  codeBook{},
		robots: map[string]*robot{},
		sites:  map[string]http.RoundTripper{},
		// One connection per callback: a kept one that the app closed meanwhile
		// would count as a failed attempt, at random.
		callbacks: &http.Transport{DisableKeepAlives: true},
		lastMsgID: firstMsgID(time.Now()),
	}
	s.people.init()
	s.tokens.init()
	s.sent.init()
	s.phones.init()
	s.media.init()
	s.chats.init()
	s.log.init()
	s.signIn.init()
	s.jsTickets.init()
	s.base, s.stop = context.WithCancel(context.Background())
	s.client = &http.Client{Transport: s.Transport()}
	return s
}

// Close stops the server, ends requests that wait in a delay, and returns when
// everything that the server started has ended: an [App.Handler] that ignores
// its request's context holds it up. It may be called more than once.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	if s.listening != nil {
		_ = s.listening.Close()
		s.client.CloseIdleConnections()
	}
	s.callbacks.CloseIdleConnections()
	s.running.Wait()
}

// Client returns an HTTP client for the API: over the network for a server that
// listens, else in memory.
func (s *Server) Client() *http.Client { return s.client }

// begin counts something that Close has to wait for; it is false after Close.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running.Add(1)
	return true
}

// countConnections lets Close wait for the goroutines of net/http, which
// http.Server.Close does not.
func (s *Server) countConnections(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.running.Add(1) // Serve itself is counted still, so Wait cannot be passed
	case http.StateClosed, http.StateHijacked:
		s.running.Done()
	}
}
