package bklogin_test

import (
	"net/http/httptest"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
)

func TestSharesCookie(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		login, host string
		want        bool
	}{
		{"https://paas.example.com/login", "paas.example.com", true},
		{"https://paas.example.com/login", "PAAS.example.com:8443", true},
		{"https://paas.example.com/login", "fta.example.com", true},
		{"https://paas.example.com/login", "example.com", true},
		{"https://paas.example.com/login", "a.paas.example.com", true},
		{"https://paas.example.com/login", "example.org", false},
		{"https://paas.example.com/login", "evilexample.com", false},
		{"https://paas.example.com/login", "", false},
		{"https://example.com/login", "other.com", false}, // com is nobody's domain
		{"http://127.0.0.1:8000/login", "127.0.0.1:5000", true},
		{"http://127.0.0.1:8000/login", "1.127.0.0.1", false},
		{"http://127.0.0.1:8000/login", "128.0.0.1", false},
	} {
		c, err := bklogin.New(bklogin.Config{LoginURL: tt.login})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.SharesCookie(tt.host); got != tt.want {
			t.Errorf("%s with a login at %s: %v", tt.host, tt.login, got)
		}
	}
}

// Session differs for each cookie and for each user, and is "" for nobody.
func TestSession(t *testing.T) {
	t.Parallel()
	session := func(user, cookie string) string {
		r := httptest.NewRequest("GET", "/", nil)
		if cookie != "" {
			r.Header.Set("Cookie", bklogin.Cookie+"="+cookie)
		}
		if user != "" {
			r = r.WithContext(bklogin.NewContext(r.Context(), bklogin.User{Username: user}))
		}
		return bklogin.Session(r)
	}
	seen := map[string]bool{}
	for _, s := range []string{session("a", "1"), session("a", "2"), session("b", "1"), session("a1", "")} {
		if seen[s] {
			t.Errorf("%q twice", s)
		}
		seen[s] = true
	}
	first, again := session("a", "1"), session("a", "1")
	if session("", "1") != "" || session("a", "") != "" || first != again {
		t.Error("no session, or one that changes")
	}
}
