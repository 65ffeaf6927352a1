package oauth_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

const (
	site        = "https://itsm.example.com"
	callbackURL = site + "/o/itsm/weixin/login/"
	callback    = "/o/itsm/weixin/login/"
	home        = "/o/itsm/weixin/"
	ticket      = "/o/itsm/weixin/ticket/42/?tab=log&q=%E5%B7%A5%E5%8D%95"

	weComAgent  = "Mozilla/5.0 (iPhone) wxwork/4.1.0 MicroMessenger/7.0.1 Language/zh"
	weChatAgent = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.40(0x28002837)"
	plainAgent  = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0"
)

// key is 32 bytes that differ.
func key(seed byte) []byte {
	k := make([]byte, 32)
	for i := range k {
		k[i] = seed + byte(i)
	}
	return k
}

// app is a guarded site that shows who is signed in.
type app struct {
	guard  *oauth.Guard
	vendor *vendor
	http.Handler

	mu     sync.Mutex
	errors []error
}

// newApp shows failures as "failed: REASON RETRY" unless cfg has a Fail.
func newApp(t testing.TB, change func(*oauth.Config)) *app {
	t.Helper()
	a := &app{vendor: newVendor()}
	cfg := oauth.Config{
		Provider: a.vendor, CallbackURL: callbackURL, Keys: [][]byte{key(1)},
		Fail: func(w http.ResponseWriter, _ *http.Request, f oauth.Failure) {
			w.WriteHeader(f.Status())
			fmt.Fprintf(w, "failed: %s; retry %s", f.Reason, f.Retry)
		},
		OnError: func(_ *http.Request, err error) {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.errors = append(a.errors, err)
		},
	}
	if change != nil {
		change(&cfg)
	}
	guard, err := oauth.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	a.guard = guard
	u, _ := url.Parse(cfg.CallbackURL)
	mux := http.NewServeMux()
	mux.Handle(u.Path, guard.Callback())
	mux.Handle("POST "+home+"logout/", guard.Protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard.SignOut(w)
		http.Redirect(w, r, home, http.StatusSeeOther)
	})))
	mux.Handle("/", guard.Protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, ok := oauth.FromContext(r.Context())
		fmt.Fprintf(w, "%v %s%s at %s", ok, id.UserID, id.OpenID, r.URL.RequestURI())
	})))
	mux.Handle(home+"members/", guard.Protect(guard.RequireMember(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "for members")
	}))))
	a.Handler = mux
	return a
}

// why is what OnError was told, joined.
func (a *app) why() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return fmt.Sprint(errors.Join(a.errors...))
}

func body(t testing.TB, resp *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var (
	zhangsan = oauth.Identity{UserID: "zhangsan"}
	lisi     = oauth.Identity{UserID: "lisi"}
	visitor  = oauth.Identity{OpenID: "oVisitor", ExternalUserID: "wmVisitor"}
)
