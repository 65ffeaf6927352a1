package wecomtest

import (
	"bytes"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// keptRequests bounds the log of a server that stays up.
const (
	keptRequests = 2000
	keptUpload   = 64 << 10
)

// Request is one request that reached the API or a page of sign-in.
type Request struct {
	Method  string
	Path    string
	Query   url.Values // with the access token, the secret, the code or the robot's key
	Header  http.Header
	Body    []byte // of an upload the first 64 KiB
	Time    time.Time
	Status  int // of the answer; 0 while there is none, and when a fault kept it from being made
	ErrCode int
}

type requestLog struct {
	mu    sync.Mutex
	kept  []*Request
	calls map[string]int
}

func (l *requestLog) init() { l.calls = map[string]int{} }

func (l *requestLog) add(r *http.Request, body []byte) *Request {
	e := &Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(), Body: body, Time: time.Now()}
	if routes[e.Path].upload && len(body) > keptUpload {
		e.Body = bytes.Clone(body[:keptUpload])
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls[e.Path]++
	l.kept = append(l.kept, e)
	if len(l.kept) >= 2*keptRequests {
		l.kept = append([]*Request(nil), l.kept[keptRequests:]...)
	}
	return e
}

func (l *requestLog) finish(e *Request, a answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Status, e.ErrCode = a.status, a.code
}

// Requests lists what reached a path, oldest first, misbehaviour
// included; path "" lists all. A server keeps at least the latest 2000.
func (s *Server) Requests(path string) []Request {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	var found []Request
	for _, e := range s.log.kept {
		if path == "" || e.Path == path {
			c := *e
			c.Body = bytes.Clone(e.Body)
			found = append(found, c)
		}
	}
	return found
}

// Calls counts the requests that reached a path, from the start.
func (s *Server) Calls(path string) int {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.log.calls[path]
}
