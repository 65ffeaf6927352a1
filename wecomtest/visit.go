package wecomtest

import (
	"net/http"
	"net/url"
	"strings"
)

const (
	authorizePath = "/connect/oauth2/authorize"
	webLoginPath  = "/wwlogin/sso/login"
	qrConnectPath = "/wwopen/sso/qrConnect"
	asPath        = "/wecomtest/as/"
)

// pages are what browsers open; the other paths are called by apps.
var pages = map[string]func(*Server, *visit) answer{
	authorizePath: (*Server).authorize,
	webLoginPath:  (*Server).webLogin,
	qrConnectPath: (*Server).webLogin,
}

func pageAt(path string) func(*Server, *visit) answer {
	if strings.HasPrefix(path, asPath) {
		return (*Server).become
	}
	return pages[path]
}

// visit is a browser's request for a page.
type visit struct {
	*http.Request
	query url.Values
	body  []byte
}

// open serves a page, with the server locked.
func (s *Server) open(page func(*Server, *visit) answer, r *http.Request, body []byte) answer {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return refusedPage(refuse(40058, "the query is not encoded"))
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return answer{status: http.StatusMethodNotAllowed, header: http.Header{"Allow": {"GET, POST"}}}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return page(s, &visit{Request: r, query: query, body: body})
}

// The browsers that the vendor tells apart, by their User-Agent.

func (v *visit) inWeCom() bool  { return strings.Contains(v.UserAgent(), "wxwork/") }
func (v *visit) inWeChat() bool { return strings.Contains(v.UserAgent(), "MicroMessenger") }

// inOrder says whether the parameters that are there keep the documented order,
// and none is there twice.
func (v *visit) inOrder(names ...string) bool {
	last := -1
	for part := range strings.SplitSeq(v.URL.RawQuery, "&") {
		name, _, _ := strings.Cut(part, "=")
		for i, known := range names {
			if known != name {
				continue
			}
			if i <= last {
				return false
			}
			last = i
		}
	}
	return true
}

// once says whether no parameter is there twice.
func (v *visit) once() bool {
	for _, values := range v.query {
		if len(values) > 1 {
			return false
		}
	}
	return true
}

// A decision is what a person answers when asked.
type decision int

const (
	undecided decision = iota
	allowed
	denied
)

// decide asks the person in front of a real browser; a [Server.Browser] agrees
// by itself, and who was told to refuse does so.
func (s *Server) decide(v *visit, p person, asks bool) (decision, *refusal) {
	if s.signIn.refusing[p.key()] {
		return denied, nil
	}
	if !asks {
		return allowed, nil
	}
	if v.Method != http.MethodPost {
		return undecided, nil
	}
	if err := new(http.CrossOriginProtection).Check(v.Request); err != nil {
		return undecided, refuse(40058, "the decision comes from a foreign page")
	}
	form, err := url.ParseQuery(string(v.body))
	if err != nil {
		return undecided, nil
	}
	switch form.Get("decision") {
	case "allow":
		return allowed, nil
	case "deny":
		return denied, nil
	}
	return undecided, nil
}
