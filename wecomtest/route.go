package wecomtest

import (
	"io"
	"net"
	"net/http"
	"net/url"
)

// maxBody is far above what the JSON calls need.
const maxBody = 4 << 20

// call is one request to the API.
type call struct {
	method string
	query  url.Values
	body   []byte
	ip     string
	agent  *Agent // whose access token it is; nil where none is asked for
}

// route is one path of the API. serve runs with the server locked.
type route struct {
	method string
	public bool // needs no access_token
	blank  any  // empty fields that a failed answer still carries
	serve  func(*Server, *call) (fields any, refused *refusal)
}

// routes names every path that is played.
var routes = map[string]route{
	"/cgi-bin/gettoken":          {method: http.MethodGet, public: true, serve: (*Server).getToken},
	"/cgi-bin/getcallbackip":     {method: http.MethodGet, serve: (*Server).getCallbackIP, blank: ipList{IPs: []string{}}},
	"/cgi-bin/get_api_domain_ip": {method: http.MethodGet, serve: (*Server).getAPIDomainIP, blank: ipList{IPs: []string{}}},
	"/cgi-bin/agent/get":         {method: http.MethodGet, serve: (*Server).getAgent},
	"/cgi-bin/menu/create":       {method: http.MethodPost, serve: (*Server).createMenu},
	"/cgi-bin/menu/get":          {method: http.MethodGet, serve: (*Server).getMenu},
	"/cgi-bin/menu/delete":       {method: http.MethodGet, serve: (*Server).deleteMenu},
	"/cgi-bin/message/send":      {method: http.MethodPost, serve: (*Server).sendMessage},
	"/cgi-bin/message/recall":    {method: http.MethodPost, serve: (*Server).recallMessage},
}

// ServeHTTP plays the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer s.running.Done()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		body = nil // too long or broken off: no JSON either way
	}
	entry := s.log.add(r, body)
	fault := s.takeFault(r.URL.Path)
	if !s.wait(r, fault.Delay) || fault.ResetBefore || fault.Unreachable {
		panic(http.ErrAbortHandler)
	}
	var a answer
	if fault.answers() {
		a = fault.answer(callerIP(r))
	} else {
		a = s.process(r, body)
	}
	s.log.finish(entry, a)
	for name, values := range fault.Header {
		w.Header()[name] = values
	}
	if fault.ResetAfter {
		panic(http.ErrAbortHandler)
	}
	a.write(w, fault.CutAfter)
}

// process is the vendor's order: path, token, method, then what the call itself
// checks.
func (s *Server) process(r *http.Request, body []byte) answer {
	rt, ok := routes[r.URL.Path]
	if !ok {
		return answer{status: http.StatusNotFound}
	}
	c := &call{method: r.Method, query: r.URL.Query(), body: body, ip: callerIP(r)}
	fields, refused := s.locked(rt, c)
	if refused == nil {
		return success(fields)
	}
	return refused.answer(rt.blank, c.ip)
}

func (s *Server) locked(rt route, c *call) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !rt.public {
		agent, refused := s.tokens.check(c.query)
		if refused != nil {
			return nil, refused
		}
		c.agent = agent
	}
	if c.method != rt.method {
		return nil, refuse(40058, "%s is needed", rt.method)
	}
	return rt.serve(s, c)
}

// object reads the call's body.
func (s *Server) object(c *call) (object, *refusal) {
	o, ok := parseObject(c.body)
	if !ok {
		return nil, refuse(40058, "the body is not one JSON object in UTF-8")
	}
	if s.rules.RefuseEscapes && needlessEscape(c.body) {
		return nil, refuse(40033, "")
	}
	return o, nil
}

func callerIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return "127.0.0.1"
	}
	return host
}
