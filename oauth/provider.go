package oauth

import (
	"context"
	"net/http"
	"strings"
)

// Provider is one way to sign in. [WeCom], [WebLogin] and [OfficialAccount] are the vendor's.
type Provider interface {
	// ID names the company and app, or the account. It is part of every sealed cookie: a session of
	// another ID is none.
	ID() string
	// AuthorizeURL is where the visitor is sent to; the vendor sends them back to redirectURI with
	// code and state.
	AuthorizeURL(redirectURI, state string) string
	// Exchange asks the vendor whose code it is: one attempt, never repeated.
	Exchange(ctx context.Context, code string) (Grant, error)
	// Accepts reports whether sign-in works in this client.
	Accepts(Client) bool
	// Name is that client's name as shown to people: 请在{Name}中打开.
	Name() string
}

// Client is the program that shows a page.
type Client int

// The clients that make a difference for signing in.
const (
	Browser  Client = iota // anything that is neither of the others
	InWeCom                // 企业微信, on a phone or a desktop
	InWeChat               // 微信
)

// ClientOf tells the client from the User-Agent. It chooses between ways to sign in and proves nothing:
// anybody can send any User-Agent.
func ClientOf(r *http.Request) Client {
	agent := strings.ToLower(r.UserAgent())
	switch {
	case strings.Contains(agent, "wxwork/"): // names MicroMessenger, too
		return InWeCom
	case strings.Contains(agent, "micromessenger"):
		return InWeChat
	}
	return Browser
}
