package wecomtest

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync"
	"syscall"
)

// Transport answers requests to any host in memory, without a network. It
// behaves as net/http's does on a real connection: the request's context ends
// the wait, a reset is an error, a cut answer ends in io.ErrUnexpectedEOF.
func (s *Server) Transport() http.RoundTripper {
	return &memoryTransport{handler: s, begin: s.begin, done: s.running.Done, refuse: s.unreachable}
}

// memoryTransport calls a handler in the place of a server.
type memoryTransport struct {
	handler http.Handler
	begin   func() bool // false: the server is closed
	done    func()
	refuse  func(path string) bool // may be nil
}

var (
	errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	errReset   = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
)

func (t *memoryTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readAndClose(req.Body)
	if err != nil {
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if t.refuse != nil && t.refuse(req.URL.Path) || !t.begin() {
		return nil, errRefused
	}
	announce(req.Context())

	ctx, cancel := context.WithCancel(req.Context())
	w := &memoryWriter{header: http.Header{}}
	finished := make(chan struct{})
	in := serverSide(req.WithContext(ctx), body)
	go func() {
		defer t.done()
		defer close(finished)
		defer func() {
			if p := recover(); p != nil {
				w.abort(p)
			}
		}()
		t.handler.ServeHTTP(w, in)
	}()
	select {
	case <-finished:
		cancel()
		return w.response(req)
	case <-req.Context().Done():
		cancel() // as a real server learns of the connection that went away
		return nil, req.Context().Err()
	}
}

func readAndClose(body io.ReadCloser) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	defer body.Close()
	return io.ReadAll(body)
}

// announce tells the request's trace that the request has gone out, for clients
// that decide by it whether they may repeat.
func announce(ctx context.Context) {
	trace := httptrace.ContextClientTrace(ctx)
	if trace == nil {
		return
	}
	if trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	if trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
}

// serverSide turns an outgoing request into what a server's handler would get.
func serverSide(req *http.Request, body []byte) *http.Request {
	in := req.Clone(req.Context())
	in.RequestURI = req.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:49152"
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if req.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{HandshakeComplete: true, ServerName: req.URL.Hostname()}
	}
	in.URL.Scheme, in.URL.Host, in.URL.User, in.URL.Fragment = "", "", nil, ""
	if in.URL.Path == "" {
		in.URL.Path = "/"
	}
	in.Header.Set("Content-Length", strconv.Itoa(len(body)))
	in.ContentLength = int64(len(body))
	in.Body = http.NoBody
	if len(body) > 0 {
		in.Body = io.NopCloser(bytes.NewReader(body))
	}
	return in
}

// memoryWriter collects an answer. It is locked because a handler may leave
// goroutines behind that still write.
type memoryWriter struct {
	mu      sync.Mutex
	header  http.Header
	sent    http.Header // as at WriteHeader; nil before
	status  int
	body    bytes.Buffer
	aborted error
}

func (w *memoryWriter) Header() http.Header { return w.header }

func (w *memoryWriter) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(status)
}

func (w *memoryWriter) writeHeader(status int) {
	if w.sent == nil && status >= 200 {
		w.status, w.sent = status, w.header.Clone()
	}
}

func (w *memoryWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *memoryWriter) Flush() { w.WriteHeader(http.StatusOK) }

func (w *memoryWriter) abort(p any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.aborted = errReset
	if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
		w.aborted = fmt.Errorf("handler panicked: %v: %w", p, errReset)
	}
}

func (w *memoryWriter) response(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.aborted != nil && w.sent == nil {
		return nil, w.aborted
	}
	w.writeHeader(http.StatusOK)
	body := bytes.Clone(w.body.Bytes())
	length := int64(len(body))
	if req.Method == http.MethodHead {
		body = nil
	}
	var r io.Reader = bytes.NewReader(body)
	if w.aborted != nil {
		r = io.MultiReader(r, cutReader{})
		length = -1
		if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil {
			length = n
		}
	}
	return &http.Response{
		Status:     strconv.Itoa(w.status) + " " + http.StatusText(w.status),
		StatusCode: w.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        w.sent,
		Body:          io.NopCloser(r),
		ContentLength: length,
		Request:       req,
	}, nil
}

// cutReader is what is read where the connection broke.
type cutReader struct{}

func (cutReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
