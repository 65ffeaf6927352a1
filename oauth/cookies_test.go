package oauth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bkwecom/wecom/oauth"
)

func TestCookies(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	b := newBrowser(t, a)
	first := b.get(ticket)
	second := b.get(a.vendor.agree(t, first.Header.Get("Location"), zhangsan))
	type attributes struct {
		Path     string
		MaxAge   int
		HTTPOnly bool
		Secure   bool
		SameSite http.SameSite
		Domain   string
	}
	see := func(ck *http.Cookie) attributes {
		return attributes{ck.Path, ck.MaxAge, ck.HttpOnly, ck.Secure, ck.SameSite, ck.Domain}
	}
	name := a.guard.CookieName()
	if !strings.HasPrefix(name, "__Secure-signin_") {
		t.Errorf("name %q", name)
	}
	pending := first.Cookies()
	if len(pending) != 1 || !strings.HasPrefix(pending[0].Name, name+"_") {
		t.Fatalf("cookies of a sign-in: %v", pending)
	}
	want := attributes{"/o/itsm/weixin", 600, true, true, http.SameSiteLaxMode, ""}
	if diff := cmp.Diff(want, see(pending[0])); diff != "" {
		t.Errorf("pending (-want +got):\n%s", diff)
	}
	got := second.Cookies()
	if len(got) != 2 {
		t.Fatalf("cookies of the callback: %v", got)
	}
	want.MaxAge = -1
	if diff := cmp.Diff(want, see(got[0])); diff != "" || got[0].Name != pending[0].Name || got[0].Value != "" {
		t.Errorf("the pending cookie %s is not dropped (-want +got):\n%s", got[0].Name, diff)
	}
	want.MaxAge = 12 * 60 * 60
	if diff := cmp.Diff(want, see(got[1])); diff != "" || got[1].Name != name {
		t.Errorf("session %s (-want +got):\n%s", got[1].Name, diff)
	}
	if strings.Contains(got[1].Value, "zhangsan") {
		t.Error("the session is not sealed")
	}
}

func TestCookieNames(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for name, change := range map[string]func(*oauth.Config){
		"production": nil,
		"test":       func(c *oauth.Config) { c.CallbackURL = site + "/t/itsm/weixin/login/" },
		"other app":  func(c *oauth.Config) { c.Provider = &vendor{id: "fake:2"} },
		"http":       func(c *oauth.Config) { c.CallbackURL = "http://itsm.example.com/o/itsm/weixin/login/" },
		"host":       func(c *oauth.Config) { c.CallbackURL = site + "/login" },
		"given":      func(c *oauth.Config) { c.CookieName = "bkitsm_sessionid" },
	} {
		got := newApp(t, change).guard.CookieName()
		if other, ok := seen[got]; ok {
			t.Errorf("%s and %s share %s", name, other, got)
		}
		seen[got] = name
		prefix := map[string]string{"http": "signin_", "host": "__Host-", "given": "bkitsm_sessionid"}[name]
		if prefix == "" {
			prefix = "__Secure-"
		}
		if !strings.HasPrefix(got, prefix) {
			t.Errorf("%s: %s, want %s…", name, got, prefix)
		}
	}
}

func TestPlainHTTPAndRoot(t *testing.T) {
	t.Parallel()
	a := newApp(t, func(c *oauth.Config) { c.CallbackURL = "http://itsm.example.com/login" })
	b := newBrowser(t, a)
	first := b.get("/ticket/1/")
	ck := first.Cookies()[0]
	if ck.Secure || ck.Path != "/" {
		t.Errorf("Secure %v, Path %q", ck.Secure, ck.Path)
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	for name, want := range map[string]oauth.Identity{
		"member":  zhangsan,
		"visitor": visitor,
		"all":     {UserID: "a", OpenID: "b", ExternalUserID: "c", UnionID: strings.Repeat("d", 200)},
	} {
		id, ok := a.guard.OpenSession(a.guard.MakeSession(want, time.Now()))
		want.Provider = "fake:1"
		if diff := cmp.Diff(want, id, cmpopts.IgnoreFields(oauth.Identity{}, "SignedIn", "Session")); diff != "" || !ok {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if len(id.Session) != 32 || id.SignedIn.IsZero() || id.Member() != (want.UserID != "") {
			t.Errorf("%s: %+v", name, id)
		}
	}
	if id, ok := oauth.FromContext(t.Context()); ok || id != (oauth.Identity{}) {
		t.Errorf("somebody is in an empty context: %v", id)
	}
}
