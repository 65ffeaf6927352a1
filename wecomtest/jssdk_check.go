package wecomtest

import (
	"crypto/sha1"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// JSSDKError is why the client's JS-SDK refuses a page.
type JSSDKError struct {
	Code   int // 40093 signature, 42012 ticket of the wrong kind or app, 85005 domain, 40013, 40056, 40058
	Detail string
}

// Error has the vendor's errcode and errmsg, and the Detail.
func (e *JSSDKError) Error() string {
	return fmt.Sprintf("wecomtest: JS-SDK: errcode %d: %s: %s", e.Code, errmsgs[e.Code], e.Detail)
}

// ErrCode is Code.
func (e *JSSDKError) ErrCode() int { return e.Code }

func jssdkError(code int, format string, args ...any) error {
	return &JSSDKError{code, fmt.Sprintf(format, args...)}
}

// CheckJSSDKConfig checks what a page hands to wx.config, as JSON, as the client
// does before it calls ready: page is its location.href, on the trusted domain of
// an app. It returns nil or a [*JSSDKError].
func (s *Server) CheckJSSDKConfig(page string, config []byte) error {
	var c struct {
		jssdkSignature
		AppID string `json:"appId"`
	}
	if err := c.read(config, &c); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.AppID != s.CorpID {
		return jssdkError(40013, "appId is the CorpID")
	}
	trusted := false
	for _, a := range s.agents {
		trusted = trusted || leadsTo(page, a.trustedDomain)
	}
	if !trusted {
		return jssdkError(85005, "the page's domain is the TrustedDomain of no app")
	}
	return s.jsTickets.check(page, c.jssdkSignature, nil)
}

// CheckJSSDKAgentConfig checks what a page hands to wx.agentConfig, as JSON; the
// page is on the app's trusted domain. It returns nil or a [*JSSDKError].
func (s *Server) CheckJSSDKAgentConfig(page string, config []byte) error {
	var c struct {
		jssdkSignature
		CorpID  string      `json:"corpid"`
		AgentID json.Number `json:"agentid"` // the documents show a string and a number
	}
	if err := c.read(config, &c); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := strconv.Atoi(c.AgentID.String())
	a := s.agents[id]
	switch {
	case c.CorpID != s.CorpID:
		return jssdkError(40013, "corpid is the CorpID")
	case err != nil || a == nil:
		return jssdkError(40056, "agentid")
	case !leadsTo(page, a.trustedDomain):
		return jssdkError(85005, "the page's domain is not the app's TrustedDomain")
	}
	return s.jsTickets.check(page, c.jssdkSignature, a)
}

// jssdkSignature is what both calls have. The field is nonceStr here and noncestr
// in the signed text.
type jssdkSignature struct {
	Timestamp json.Number `json:"timestamp"`
	NonceStr  string      `json:"nonceStr"`
	Signature string      `json:"signature"`
	APIs      []string    `json:"jsApiList"`
}

// read decodes into whole, which embeds g.
func (g *jssdkSignature) read(config []byte, whole any) error {
	if err := json.Unmarshal(config, whole); err != nil {
		return jssdkError(40058, "the argument is no such object: %v", err)
	}
	if n, err := strconv.ParseInt(g.Timestamp.String(), 10, 64); err != nil || n <= 0 {
		return jssdkError(40058, "timestamp")
	}
	if g.NonceStr == "" || len(g.APIs) == 0 {
		return jssdkError(40058, "nonceStr or jsApiList is missing")
	}
	return nil
}

// check finds the ticket that the page was signed with, as the vendor must, who
// is not told of it. a is nil for wx.config.
func (b *jsTicketBook) check(page string, g jssdkSignature, a *Agent) error {
	page, _, _ = strings.Cut(page, "#")
	if u, err := url.Parse(page); err != nil || u.Path == "" {
		return jssdkError(40058, "a browser has no such address")
	}
	for _, t := range b.issued {
		sum := sha1.Sum([]byte("jsapi_ticket=" + t.value + "&noncestr=" + g.NonceStr + "&timestamp=" + g.Timestamp.String() + "&url=" + page))
		if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(g.Signature)) == 0 || !time.Now().Before(t.expires) {
			continue
		}
		switch {
		case t.forApp != (a != nil):
			return jssdkError(42012, "wx.config wants the company's ticket, wx.agentConfig the app's")
		case t.forApp && t.agent != a:
			return jssdkError(42012, "the ticket is another app's")
		}
		return nil
	}
	return jssdkError(40093, "no ticket that is valid now makes this signature for this page")
}
