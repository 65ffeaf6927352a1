package oauth_test

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

// vendor is a Provider in memory: agree makes codes, which serve once.
type vendor struct {
	id      string
	clients []oauth.Client

	mu        sync.Mutex
	grants    map[string]oauth.Grant
	agreed    int
	exchanged []string
	fail      error
	before    func(ctx context.Context) // within Exchange
}

func newVendor() *vendor {
	return &vendor{id: "fake:1", clients: []oauth.Client{oauth.InWeCom, oauth.InWeChat}, grants: map[string]oauth.Grant{}}
}

func (v *vendor) ID() string { return v.id }

func (v *vendor) Name() string { return "企业微信" }

func (v *vendor) AuthorizeURL(redirectURI, state string) string {
	return "https://vendor.example/authorize?" + url.Values{"redirect_uri": {redirectURI}, "state": {state}, "by": {v.id}}.Encode()
}

func (v *vendor) Accepts(c oauth.Client) bool {
	for _, a := range v.clients {
		if a == c {
			return true
		}
	}
	return false
}

type codeError int

func (e codeError) Error() string { return fmt.Sprintf("errcode %d", int(e)) }

func (e codeError) ErrCode() int { return int(e) }

func (v *vendor) Exchange(ctx context.Context, code string) (oauth.Grant, error) {
	if v.before != nil {
		v.before(ctx)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.exchanged = append(v.exchanged, code)
	if v.fail != nil {
		return oauth.Grant{}, v.fail
	}
	g, ok := v.grants[code]
	delete(v.grants, code)
	if !ok {
		return oauth.Grant{}, codeError(40029)
	}
	return g, nil
}

func (v *vendor) exchanges() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.exchanged)
}

// agree lets the person agree and returns where the vendor sends the browser.
func (v *vendor) agree(t testing.TB, authorizeURL string, id oauth.Identity) string {
	t.Helper()
	u, err := url.Parse(authorizeURL)
	if err != nil || u.Host != "vendor.example" || u.Query().Get("by") != v.id {
		t.Fatalf("not sent to this vendor, but to %q", authorizeURL)
	}
	v.mu.Lock()
	v.agreed++
	code := fmt.Sprintf("code-%s-%d", v.id, v.agreed)
	v.grants[code] = oauth.Grant{Identity: id, UserTicket: "TICKET-canary"}
	v.mu.Unlock()
	return sentBack(t, authorizeURL, url.Values{"code": {code}})
}

// sentBack appends to redirect_uri as the vendor does.
func sentBack(t testing.TB, authorizeURL string, extra url.Values) string {
	t.Helper()
	u, err := url.Parse(authorizeURL)
	if err != nil {
		t.Fatal(err)
	}
	back, err := url.Parse(u.Query().Get("redirect_uri"))
	if err != nil {
		t.Fatal(err)
	}
	extra.Set("state", u.Query().Get("state"))
	if back.RawQuery != "" {
		back.RawQuery += "&"
	}
	back.RawQuery += extra.Encode()
	return back.String()
}
