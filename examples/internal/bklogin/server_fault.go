package bklogin

import (
	"io"
	"net/http"
	"strings"
	"time"
)

// Fault is a way in which a Server misbehaves.
type Fault int

const (
	Healthy Fault = iota
	Down          // 502 with an HTML page
	Garbage       // 200 with what is no answer
	Huge          // an answer that is far too long
	Moved         // a redirect to another host
	Slow          // no answer until the asker gives up, at most a minute
)

// FailLogin makes the login server misbehave from now on; Healthy ends it.
func (s *Server) FailLogin(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loginFault = f
}

// FailESB makes the ESB misbehave from now on; Healthy ends it.
func (s *Server) FailESB(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.esbFault = f
}

// play reports whether it has answered instead of the server.
func (f Fault) play(w http.ResponseWriter, r *http.Request) bool {
	const page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
	switch f {
	case Down:
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, page)
	case Garbage:
		_, _ = io.WriteString(w, page)
	case Huge:
		_, _ = io.WriteString(w, `{"result": true, "code": 0, "data": {"username": "admin"}, "message": "`+strings.Repeat("x", 2*maxAnswer)+`"}`)
	case Moved:
		// Who followed would give the token away.
		http.Redirect(w, r, "http://elsewhere.example"+r.URL.RequestURI(), http.StatusFound)
	case Slow:
		select {
		case <-r.Context().Done():
		case <-time.After(time.Minute):
		}
	default:
		return false
	}
	return true
}
