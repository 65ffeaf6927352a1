package wecomtest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"

	"github.com/bkwecom/wecom/crypto"
)

// ExampleAESKey is an EncodingAESKey to use in tests, and nowhere else.
const ExampleAESKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

// App is a self-built app, as the admin console shows it.
type App struct {
	AgentID     int
	Secret      string
	Name        string
	Description string

	// Where the app receives callbacks, with the token and key of the console's
	// 设置API接收. Without CallbackURL and Handler it receives none.
	CallbackURL    string
	Token          string // 1 to 32 letters and digits
	EncodingAESKey string // 43 letters and digits

	// Where sign-in may lead back to: a host, with the port if the addresses have
	// one, and no scheme. Without it every redirect_uri is refused.
	TrustedDomain string // of web authorization, as the console's 可信域名
	LoginDomain   string // of web login, as the console's 授权回调域
	// TrustedIPs are the addresses that may call the API, as the console's
	// 企业可信IP; none means all.
	TrustedIPs []string

	// Handler, if set, receives the callbacks in memory instead of over the network;
	// CallbackURL then only gives host, path and query. It works in a
	// testing/synctest bubble.
	Handler http.Handler
}

// Callback is the trio of the console's 设置API接收, for [Agent.Save].
type Callback struct {
	URL            string
	Token          string
	EncodingAESKey string
	Handler        http.Handler
}

// Agent is an app of the company and, through its methods, the members who use
// it. It may be used concurrently.
type Agent struct {
	srv *Server
	app App

	// Guarded by srv.mu.
	secret   string
	callback *receiving // nil: none configured
	menu     json.RawMessage
	faults   []*CallbackFault
	reached  perDay // members that message/send reached

	trustedDomain, loginDomain string
	trustedIPs                 []netip.Addr

	orders atomic.Uint32 // turns the order of the envelope's elements
}

// receiving is a callback configuration, ready to use.
type receiving struct {
	url    *url.URL
	codec  *crypto.Codec
	client *http.Client
}

// AddApp adds an app to the company. As it is meant for setting up tests, it
// panics if the app cannot exist: without AgentID or Secret, with one of
// another app, or with a callback, domain or address that the console would not
// take.
func (s *Server) AddApp(app App) *Agent {
	a := &Agent{srv: s, app: app, secret: app.Secret, reached: perDay{}}
	if app.AgentID <= 0 || app.Secret == "" {
		panic("wecomtest: AddApp: AgentID and Secret are needed")
	}
	if app.CallbackURL != "" || app.Handler != nil {
		r, err := s.newReceiving(Callback{app.CallbackURL, app.Token, app.EncodingAESKey, app.Handler})
		if err != nil {
			panic("wecomtest: AddApp: " + err.Error())
		}
		a.callback = r
	}
	if err := cmp.Or(a.SetDomains(app.TrustedDomain, app.LoginDomain), a.TrustIPs(app.TrustedIPs...)); err != nil {
		panic("wecomtest: AddApp: " + err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, other := range s.agents {
		if id == app.AgentID || other.secret == app.Secret {
			panic(fmt.Sprintf("wecomtest: AddApp: AgentID %d or its Secret is that of another app", app.AgentID))
		}
	}
	s.agents[app.AgentID] = a
	return a
}

func (s *Server) newReceiving(c Callback) (*receiving, error) {
	if c.URL == "" && c.Handler != nil {
		c.URL = "http://app.invalid/"
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("the callback URL needs http:// or https:// and a host")
	}
	codec, err := crypto.New(c.Token, c.EncodingAESKey, s.CorpID)
	if err != nil {
		return nil, err
	}
	var transport http.RoundTripper = s.callbacks
	if c.Handler != nil {
		transport = &memoryTransport{handler: c.Handler, begin: s.begin, done: s.running.Done}
	}
	return &receiving{url: u, codec: codec, client: &http.Client{
		Transport: transport,
		// A redirect is an answer like any other that is not 200: a failure.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// ID is the app's agentid.
func (a *Agent) ID() int { return a.app.AgentID }

// Receives says whether the app receives callbacks. The phones of one that does
// not have no field to write to it.
func (a *Agent) Receives() bool {
	_, err := a.receiving()
	return err == nil
}

// Save changes where the app receives callbacks, as the console's 保存 does: the
// address is checked with the new token and key first, and nothing is saved if
// that fails.
func (a *Agent) Save(ctx context.Context, c Callback) error {
	r, err := a.srv.newReceiving(c)
	if err != nil {
		return fmt.Errorf("wecomtest: not saved: %w", err)
	}
	if err := a.verify(ctx, r); err != nil {
		return fmt.Errorf("wecomtest: not saved: %w", err)
	}
	a.srv.mu.Lock()
	defer a.srv.mu.Unlock()
	a.callback = r
	return nil
}

// ResetSecret gives the app another secret: the old one and all tokens got with
// it are invalid at once.
func (a *Agent) ResetSecret(secret string) {
	a.srv.mu.Lock()
	defer a.srv.mu.Unlock()
	a.secret = secret
	a.srv.tokens.revoke(a)
}

// hasCallback is called with the server locked.
func (a *Agent) hasCallback() bool { return a.callback != nil }

func (a *Agent) receiving() (*receiving, error) {
	a.srv.mu.Lock()
	defer a.srv.mu.Unlock()
	if a.callback == nil {
		return nil, fmt.Errorf("wecomtest: app %d receives no callbacks: give AddApp a CallbackURL or Handler, Token and EncodingAESKey", a.app.AgentID)
	}
	return a.callback, nil
}
