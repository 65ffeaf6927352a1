package wecomtest

import (
	"io"
	"net"
	"net/http"
	"net/url"
)

// Bodies: far above what the JSON calls need, and a little above the largest
// file. More is read and thrown away, so that a client gets its answer.
const (
	maxBody   = 4 << 20
	maxUpload = 21 << 20
	maxThrown = 256 << 20
)

// call is one request to the API.
type call struct {
	method string
	query  url.Values
	header http.Header
	body   []byte
	ip     string

	tooLong bool   // the body was; it is empty then
	agent   *Agent // whose access token it is; nil where none is asked for
}

// route is one path of the API. serve runs with the server locked.
type route struct {
	method string
	public bool // needs no access_token
	upload bool // carries a file; a success has an empty errmsg
	blank  any  // empty fields that a failed answer still carries
	serve  func(*Server, *call) (fields any, refused *refusal)
}

// routes names every path that is played.
var routes = map[string]route{
	"/cgi-bin/gettoken":          {method: http.MethodGet, public: true, serve: (*Server).getToken},
	"/cgi-bin/getcallbackip":     {method: http.MethodGet, serve: (*Server).getCallbackIP, blank: ipList{IPs: []string{}}},
	"/cgi-bin/get_api_domain_ip": {method: http.MethodGet, serve: (*Server).getAPIDomainIP, blank: ipList{IPs: []string{}}},
	"/cgi-bin/agent/get":         {method: http.MethodGet, serve: (*Server).getAgent},

	"/cgi-bin/get_jsapi_ticket": {method: http.MethodGet, serve: (*Server).getJSAPITicket},
	"/cgi-bin/ticket/get":       {method: http.MethodGet, serve: (*Server).getAgentTicket},

	"/cgi-bin/auth/getuserinfo":       {method: http.MethodGet, serve: (*Server).getUserInfo},
	"/cgi-bin/user/getuserinfo":       {method: http.MethodGet, serve: (*Server).oldGetUserInfo},
	"/cgi-bin/auth/getuserdetail":     {method: http.MethodPost, serve: (*Server).getUserDetail},
	"/cgi-bin/user/getuserdetail":     {method: http.MethodPost, serve: (*Server).getUserDetail},
	"/cgi-bin/user/get":               {method: http.MethodGet, serve: (*Server).getUser},
	"/cgi-bin/user/convert_to_openid": {method: http.MethodPost, serve: (*Server).convertToOpenID},
	"/cgi-bin/user/convert_to_userid": {method: http.MethodPost, serve: (*Server).convertToUserID},

	"/cgi-bin/menu/create": {method: http.MethodPost, serve: (*Server).createMenu},
	"/cgi-bin/menu/get":    {method: http.MethodGet, serve: (*Server).getMenu},
	"/cgi-bin/menu/delete": {method: http.MethodGet, serve: (*Server).deleteMenu},

	"/cgi-bin/message/send":                 {method: http.MethodPost, serve: (*Server).sendMessage},
	"/cgi-bin/message/recall":               {method: http.MethodPost, serve: (*Server).recallMessage},
	"/cgi-bin/message/update_template_card": {method: http.MethodPost, serve: (*Server).updateCard},
	"/cgi-bin/message/get_statistics":       {method: http.MethodPost, serve: (*Server).getStatistics},

	"/cgi-bin/media/upload":    {method: http.MethodPost, upload: true, serve: (*Server).uploadMedia, blank: mediaAnswer{}},
	"/cgi-bin/media/uploadimg": {method: http.MethodPost, upload: true, serve: (*Server).uploadImage},
	"/cgi-bin/media/get":       {method: http.MethodGet, serve: (*Server).getMedia},

	"/cgi-bin/appchat/create": {method: http.MethodPost, serve: (*Server).createChat},
	"/cgi-bin/appchat/update": {method: http.MethodPost, serve: (*Server).updateChat},
	"/cgi-bin/appchat/get":    {method: http.MethodGet, serve: (*Server).getChat},
	"/cgi-bin/appchat/send":   {method: http.MethodPost, serve: (*Server).sendToChat},

	"/cgi-bin/webhook/send":         {method: http.MethodPost, public: true, serve: (*Server).robotSend},
	"/cgi-bin/webhook/upload_media": {method: http.MethodPost, public: true, upload: true, serve: (*Server).uploadRobotMedia, blank: mediaAnswer{}},
}

// ServeHTTP plays the API and the pages of sign-in.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer s.running.Done()
	body, tooLong := readBody(r)
	entry := s.log.add(r, body)
	fault := s.takeFault(r.URL.Path)
	if !s.wait(r, fault.Delay) || fault.ResetBefore || fault.Unreachable {
		panic(http.ErrAbortHandler)
	}
	var a answer
	if fault.answers() {
		a = fault.answer(callerIP(r))
	} else {
		a = s.process(r, body, tooLong)
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
func (s *Server) process(r *http.Request, body []byte, tooLong bool) answer {
	if serve := pageAt(r.URL.Path); serve != nil {
		return s.open(serve, r, body)
	}
	if serve := snsCalls[r.URL.Path]; serve != nil {
		return s.sns(serve, r)
	}
	rt, ok := routes[r.URL.Path]
	if !ok {
		return answer{status: http.StatusNotFound}
	}
	c := &call{method: r.Method, query: r.URL.Query(), header: r.Header, body: body, ip: callerIP(r), tooLong: tooLong}
	fields, refused := s.locked(rt, c)
	if refused != nil {
		return refused.answer(rt.blank, c.ip)
	}
	if file, ok := fields.(answer); ok {
		return file
	}
	if rt.upload {
		return jsonAnswer(0, "", fields)
	}
	return success(fields)
}

// readBody returns nothing of a body that is too long or breaks off.
func readBody(r *http.Request) (body []byte, tooLong bool) {
	limit := int64(maxBody)
	if routes[r.URL.Path].upload {
		limit = maxUpload
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, false
	}
	if int64(len(body)) <= limit {
		return body, false
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxThrown))
	return nil, true
}

func (s *Server) locked(rt route, c *call) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !rt.public {
		agent, refused := s.tokens.check(c.query)
		if refused != nil {
			return nil, refused
		}
		if refused := agent.checkIP(c.ip); refused != nil {
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
