package wecomtest

import (
	"net/http"
	"time"
)

// Fault makes the API misbehave; see [Server.Fail]. A field left zero does
// nothing; Delay goes with every other one but Unreachable.
type Fault struct {
	// ErrCode and ErrMsg answer instead of the API, with HTTP 200 unless Status says
	// otherwise. The request is not processed.
	ErrCode int
	ErrMsg  string
	// Status answers instead of the API, with Body and Header.
	Status int
	Body   []byte
	Header http.Header

	// Delay comes before everything else. A request that its caller gives up
	// meanwhile is not processed.
	Delay time.Duration

	// Unreachable refuses the connection, so that no byte is written. It needs
	// [Server.Transport]; over the network it acts as ResetBefore.
	Unreachable bool
	// ResetBefore breaks the connection before the request is processed.
	ResetBefore bool
	// ResetAfter processes the request and loses the answer.
	ResetAfter bool
	// CutAfter processes the request and breaks the connection after so many bytes of
	// the answer's body.
	CutAfter int

	// Times is how many requests it hits: 0 means one, -1 every one until
	// [Server.ClearFaults].
	Times int
}

// Fail lets the next requests to path meet a fault; path "" means any path.
// Several faults of one path take effect one after the other.
//
//	srv.Fail("/cgi-bin/message/send", wecomtest.Fault{ErrCode: -1, Times: 2})
//	srv.Fail("/cgi-bin/gettoken", wecomtest.Fault{Status: 503, Times: -1})
func (s *Server) Fail(path string, f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[path] = append(s.faults[path], &f)
}

// ClearFaults ends all faults of the API.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
}

func (s *Server) takeFault(path string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range []string{path, ""} {
		if len(s.faults[key]) > 0 {
			return s.use(key)
		}
	}
	return Fault{}
}

// use counts the first fault of a path once.
func (s *Server) use(path string) Fault {
	f := s.faults[path][0]
	if f.Times > 0 {
		if f.Times--; f.Times == 0 {
			s.faults[path] = s.faults[path][1:]
		}
	}
	return *f
}

// unreachable uses up an Unreachable fault if that is the one whose turn it is.
func (s *Server) unreachable(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range []string{path, ""} {
		if len(s.faults[key]) > 0 {
			return s.faults[key][0].Unreachable && s.use(key).Unreachable
		}
	}
	return false
}

// answers says whether the fault answers in the place of the API.
func (f Fault) answers() bool { return f.Status != 0 || f.ErrCode != 0 || f.Body != nil }

func (f Fault) answer(ip string) answer {
	a := answer{status: http.StatusOK, body: f.Body}
	if f.ErrCode != 0 {
		message := f.ErrMsg
		if message == "" {
			message = refuse(f.ErrCode, "").message(ip)
		}
		a = jsonAnswer(f.ErrCode, message, nil)
	}
	if f.Status != 0 {
		a.status = f.Status
	}
	return a
}

// wait is false if the caller gave up or the server closed.
func (s *Server) wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	case <-s.base.Done():
		return false
	}
}
