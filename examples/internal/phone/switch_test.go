package phone_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/phone"
	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

// membership is an app that keeps who signed in first until its cookie is gone, as
// sessions do.
func membership(t *testing.T) (base string, s phone.Switch) {
	t.Helper()
	srv := wecomtest.NewServer()
	t.Cleanup(srv.Close)
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	srv.AddUser(wecomtest.User{ID: "lisi"})
	srv.Configure(func(r *wecomtest.Rules) { r.AnyBrowser = true })
	var front http.Handler
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { front.ServeHTTP(w, r) }))
	t.Cleanup(app.Close)
	site, err := url.Parse(app.URL)
	if err != nil {
		t.Fatal(err)
	}
	site.Host = "localhost:" + site.Port()
	srv.AddApp(wecomtest.App{AgentID: agentID, Secret: "s", TrustedDomain: site.Host})
	base = site.String() + "/o/app/weixin/"
	s = phone.Switch{WeCom: srv, Base: base}
	front = phone.Local(s.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch c, err := r.Cookie("session"); {
		case err == nil:
			fmt.Fprintf(w, "<!doctype html><main>%s 在 %s</main>", c.Value, r.URL.RequestURI())
		case r.FormValue("code") != "":
			// The code's owner is not asked for: the simulation's page tells who it is.
			http.SetCookie(w, &http.Cookie{Name: "session", Value: owner(t, srv, r.FormValue("code")), Path: "/o/app/weixin", HttpOnly: true, SameSite: http.SameSiteLaxMode})
			http.SetCookie(w, &http.Cookie{Name: "other", Value: "host", Path: "/"})
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		default:
			http.Redirect(w, r, srv.URL+"/connect/oauth2/authorize?appid="+srv.CorpID+"&redirect_uri="+url.QueryEscape(site.String()+r.URL.Path)+
				"&response_type=code&scope=snsapi_base&state=x&agentid=1000002#wechat_redirect", http.StatusFound)
		}
	})))
	return base, s
}

func owner(t *testing.T, srv *wecomtest.Server, code string) string {
	t.Helper()
	var out struct {
		UserID string `json:"userid"`
	}
	if err := client(t, srv).Call(t.Context(), "GET", "/cgi-bin/auth/getuserinfo", url.Values{"code": {code}}, nil, &out); err != nil {
		t.Error(err)
	}
	return out.UserID
}

// TestSwitch: one browser is one member after the other.
func TestSwitch(t *testing.T) {
	t.Parallel()
	base, s := membership(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	visit := func(address string) (body string) {
		resp, err := browser.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		return read(t, resp.Body)
	}
	link := base + "ticket/1/"
	for _, user := range []string{"zhangsan", "lisi", "lisi", "zhangsan"} {
		if body := visit(s.Open(user, link)); !strings.Contains(body, user+" 在 /o/app/weixin/ticket/1/") {
			t.Errorf("opened for %s: %s", user, body)
		}
		if body := visit(base); !strings.Contains(body, user+" 在") {
			t.Errorf("after that: %s", body)
		}
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	if c := jar.Cookies(u); !slices.ContainsFunc(c, func(c *http.Cookie) bool { return c.Name == "other" }) {
		t.Errorf("a cookie of the whole host is gone: %v", c)
	}
	// Without the switch the first member stays.
	if body := visit(phone.Switch{WeCom: s.WeCom}.Open("lisi", link)); !strings.Contains(body, "zhangsan 在") {
		t.Errorf("the test sees no difference: %s", body)
	}
}

// TestWebview: apps take an ordinary browser for WeCom's.
func TestWebview(t *testing.T) {
	t.Parallel()
	var got, after string
	h := phone.Webview(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.UserAgent() }))
	outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		after = r.UserAgent() // as a log would
	})
	if do(outer, "GET", "http://localhost/", nil, "User-Agent", "Mozilla/5.0"); !strings.HasPrefix(got, "Mozilla/5.0 ") || !strings.Contains(got, " wxwork/") || !strings.Contains(got, " MicroMessenger/") {
		t.Errorf("the app sees %q", got)
	}
	if after != "Mozilla/5.0" {
		t.Errorf("the request was changed: %q", after)
	}
}

func TestSwitchOpen(t *testing.T) {
	t.Parallel()
	srv := wecomtest.NewUnstartedServer()
	t.Cleanup(srv.Close)
	srv.URL = "http://127.0.0.1:1"
	for _, tt := range []struct{ base, link, want string }{
		{"http://localhost:5/o/a/", "http://localhost:5/o/a/t/?x=1&y=2", "http://localhost:5/o/a/_phone/a@b?to=http%3A%2F%2Flocalhost%3A5%2Fo%2Fa%2Ft%2F%3Fx%3D1%26y%3D2"},
		{"http://localhost:5/o/a/", "http://localhost:5/o/ab/", "http://127.0.0.1:1/wecomtest/as/a@b?to=http%3A%2F%2Flocalhost%3A5%2Fo%2Fab%2F"},
		{"", "http://localhost:5/", "http://127.0.0.1:1/wecomtest/as/a@b?to=http%3A%2F%2Flocalhost%3A5%2F"},
	} {
		if got := (phone.Switch{WeCom: srv, Base: tt.base}).Open("a@b", tt.link); got != tt.want {
			t.Errorf("Open of %s below %q: %s", tt.link, tt.base, got)
		}
	}
}

// TestSwitchAnswers: which cookies end, and which requests are the app's.
func TestSwitchAnswers(t *testing.T) {
	t.Parallel()
	srv := wecomtest.NewUnstartedServer()
	t.Cleanup(srv.Close)
	app := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	const to = "?to=http%3A%2F%2Flocalhost%3A5%2Fo%2Fa%2Ft%2F"
	deep := []string{"/o/a/_phone/", "/o/a/_phone", "/o/a/", "/o/a", "/o/", "/o"}
	for name, tt := range map[string]struct {
		base, method, path string
		header             []string
		code               int
		paths              []string
	}{
		"a link":                  {"http://localhost:5/o/a/", "GET", "/o/a/_phone/lisi" + to, []string{"Sec-Fetch-Dest", "document"}, 302, deep},
		"of an old browser":       {"http://localhost:5/o/a/", "GET", "/o/a/_phone/lisi" + to, nil, 302, deep},
		"an app without a path":   {"http://localhost:5/", "GET", "/_phone/lisi" + to, nil, 302, []string{"/_phone/", "/_phone", "/"}},
		"a picture":               {"http://localhost:5/o/a/", "GET", "/o/a/_phone/lisi" + to, []string{"Sec-Fetch-Dest", "image"}, 400, nil},
		"to nowhere":              {"http://localhost:5/o/a/", "GET", "/o/a/_phone/lisi", nil, 400, nil},
		"to another site":         {"http://localhost:5/o/a/", "GET", "/o/a/_phone/lisi?to=http%3A%2F%2Fevil.example.com%2F", nil, 400, nil},
		"to another app":          {"http://localhost:5/o/a/", "GET", "/o/a/_phone/lisi?to=http%3A%2F%2Flocalhost%3A6%2Fo%2Fa%2F", nil, 400, nil},
		"another method":          {"http://localhost:5/o/a/", "POST", "/o/a/_phone/lisi" + to, nil, 418, nil},
		"another page":            {"http://localhost:5/o/a/", "GET", "/o/a/t/" + to, nil, 418, nil},
		"no switch":               {"", "GET", "/_phone/lisi" + to, nil, 418, nil},
		"the path of another app": {"http://localhost:5/o/a/", "GET", "/o/b/_phone/lisi" + to, nil, 418, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := phone.Switch{WeCom: srv, Base: tt.base}.Handler(app)
			w := do(h, tt.method, "http://localhost:5"+tt.path, nil, append(tt.header, "Cookie", "session=1; csrf=2")...)
			if w.Code != tt.code {
				t.Errorf("status %d, want %d: %s", w.Code, tt.code, w.Body)
			}
			got := map[string][]string{}
			for _, c := range w.Result().Cookies() {
				if got[c.Name] = append(got[c.Name], c.Path); c.MaxAge >= 0 || c.Value != "" {
					t.Errorf("the cookie does not end: %v", c)
				}
			}
			want := map[string][]string{}
			if tt.paths != nil {
				want = map[string][]string{"session": tt.paths, "csrf": tt.paths}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if location := w.Header().Get("Location"); tt.code == 302 && (location != srv.URL+"/wecomtest/as/lisi"+to || w.Header().Get("Cache-Control") != "no-store") {
				t.Errorf("leads to %s: %v", location, w.Header())
			}
		})
	}
}
