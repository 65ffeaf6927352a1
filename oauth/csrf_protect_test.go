package oauth_test

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

func TestCSRFUpload(t *testing.T) {
	t.Parallel()
	c := newCSRF(t, nil)
	for token, want := range map[string]error{c.Token(csrfRequest("POST", "s1")): nil, "x": oauth.ErrCSRFToken} {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		_ = form.WriteField("csrf_token", token)
		file, _ := form.CreateFormFile("file", "a.txt")
		fmt.Fprint(file, "content")
		form.Close()
		r := csrfRequest("POST", "s1", "Content-Type", form.FormDataContentType())
		r.Body = readCloser{&b}
		if got := c.Check(r); got != want {
			t.Errorf("%v, want %v", got, want)
		}
		if _, _, err := r.FormFile("file"); err != nil {
			t.Errorf("the handler cannot read the file: %v", err)
		}
	}
}

// TestCSRFParsed: what another handler has parsed before is used.
func TestCSRFParsed(t *testing.T) {
	t.Parallel()
	c := newCSRF(t, nil)
	r := csrfRequest("POST", "s1", "Content-Type", formType)
	r.Body = readCloser{strings.NewReader("csrf_token=" + c.Token(r))}
	if err := r.ParseForm(); err != nil {
		t.Fatal(err)
	}
	if err := c.Check(r); err != nil {
		t.Error(err)
	}
	r = csrfRequest("POST", "s1", "Content-Type", formType)
	r.URL.RawQuery = "csrf_token=" + c.Token(r)
	if err := c.Check(r); err != oauth.ErrCSRFMissing {
		t.Errorf("a token in the address: %v", err)
	}
}

// TestCSRFProtect goes the whole way behind a Guard: page, form, script, sign-out.
func TestCSRFProtect(t *testing.T) {
	t.Parallel()
	c, err := oauth.NewCSRF(oauth.CSRFConfig{Keys: [][]byte{key(1)}, CookieName: "bkitsm_csrftoken", CookiePath: home, Secure: true})
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(t, nil)
	done := 0
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			done++
		}
		fmt.Fprint(w, c.Token(r))
	})
	mux := http.NewServeMux()
	mux.Handle(callback, a.guard.Callback())
	mux.Handle("/", a.guard.Protect(c.Protect(page)))
	b := newBrowser(t, mux)
	token, _ := b.signIn(a.vendor, ticket, zhangsan)
	var cookie *http.Cookie
	for _, ck := range b.jar.Cookies(must(url.Parse(site + home))) {
		if ck.Name == "bkitsm_csrftoken" {
			cookie = ck
		}
	}
	if token == "" || cookie == nil || cookie.Value != token {
		t.Fatalf("token %q, cookie %v", token, cookie)
	}
	if again := b.get(ticket).Cookies(); len(again) != 0 {
		t.Errorf("the cookie is set again: %v", again)
	}
	form := b.do("POST", home, "csrf_token="+token, "Content-Type", formType)
	script := b.do("POST", home, "{}", "Content-Type", "application/json", "X-CSRFToken", token)
	if form.StatusCode != 200 || script.StatusCode != 200 || done != 2 {
		t.Errorf("form %d, script %d, %d done", form.StatusCode, script.StatusCode, done)
	}
	// A second sign-in makes the first one's token useless, and the page gives a new one.
	second, _ := newBrowser(t, mux).signIn(a.vendor, ticket, zhangsan)
	if second == token {
		t.Error("two sessions share a token")
	}
	page403 := b.do("POST", home, "csrf_token="+second, "Content-Type", formType)
	if text := body(t, page403); page403.StatusCode != 403 || !strings.Contains(text, "提交没有被接受") || done != 2 {
		t.Errorf("%d %s", page403.StatusCode, text)
	}
	json403 := b.do("POST", home, "{}", "Content-Type", "application/json", "X-CSRFToken", second)
	if text := body(t, json403); json403.StatusCode != 403 || !strings.HasPrefix(text, `{"result":false,"code":403,`) {
		t.Errorf("%d %s", json403.StatusCode, text)
	}
	for _, resp := range []*http.Response{page403, json403} {
		if resp.Header.Get("Cache-Control") != "no-store" {
			t.Error("a refusal may be cached")
		}
	}
}

func TestCSRFCookie(t *testing.T) {
	t.Parallel()
	var told error
	c := newCSRF(t, func(c *oauth.CSRFConfig) {
		c.Header, c.Field = "X-Other", "other"
		c.Fail = func(w http.ResponseWriter, _ *http.Request, err error) { told = err; w.WriteHeader(418) }
	})
	next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	serve := func(r *http.Request) *http.Response {
		w := httptest.NewRecorder()
		c.Protect(next).ServeHTTP(w, r)
		return w.Result()
	}
	if got := serve(csrfRequest("GET", "")).Cookies(); len(got) != 0 {
		t.Errorf("a cookie without a session: %v", got)
	}
	got := serve(csrfRequest("HEAD", "s1")).Cookies()
	if len(got) != 1 || got[0].HttpOnly || !got[0].Secure || got[0].SameSite != http.SameSiteLaxMode || got[0].Path != home || got[0].MaxAge != 0 {
		t.Fatalf("cookies %v", got)
	}
	for cookies, want := range map[string]int{
		"csrf=old": 1, "csrf=planted; csrf=" + got[0].Value: 1, "csrf=" + got[0].Value + "; csrf=of-another-path": 0,
	} {
		if again := serve(csrfRequest("GET", "s1", "Cookie", cookies)).Cookies(); len(again) != want {
			t.Errorf("%s: %v", cookies, again)
		}
	}
	if resp := serve(csrfRequest("POST", "s1", "X-Other", got[0].Value, "Cookie", "csrf="+got[0].Value)); resp.StatusCode != 200 {
		t.Errorf("status %d", resp.StatusCode)
	}
	if resp := serve(csrfRequest("POST", "s1", "X-CSRFToken", got[0].Value)); resp.StatusCode != 418 || !errors.Is(told, oauth.ErrCSRFMissing) {
		t.Errorf("status %d, told %v", resp.StatusCode, told)
	}
	if c.Token(csrfRequest("GET", "")) != "" {
		t.Error("a token without a session")
	}
}

func TestCSRFConfig(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*oauth.CSRFConfig){
		"Keys":         func(c *oauth.CSRFConfig) { c.Keys = nil },
		"CookieName":   func(c *oauth.CSRFConfig) { c.CookieName = "" },
		"CookieName ":  func(c *oauth.CSRFConfig) { c.CookieName = "a b" },
		"CookieName  ": func(c *oauth.CSRFConfig) { c.CookieName = strings.Repeat("x", 65) },
		"CookiePath":   func(c *oauth.CSRFConfig) { c.CookiePath = "" },
		"CookiePath ":  func(c *oauth.CSRFConfig) { c.CookiePath = "/a;b" },
		"CookiePath  ": func(c *oauth.CSRFConfig) { c.CookiePath = "/a?b" },
		"Header":       func(c *oauth.CSRFConfig) { c.Header = "a:b" },
		"MaxForm":      func(c *oauth.CSRFConfig) { c.MaxForm = -1 },
		"Origins":      func(c *oauth.CSRFConfig) { c.Origins = []string{"itsm.example.com"} },
		"Origins ":     func(c *oauth.CSRFConfig) { c.Origins = []string{"https://itsm.example.com/path"} },
		"Origins  ":    func(c *oauth.CSRFConfig) { c.Origins = []string{"https://a%zz"} },
		"Origins   ":   func(c *oauth.CSRFConfig) { c.Origins = []string{"null"} },
	} {
		cfg := oauth.CSRFConfig{Keys: [][]byte{key(1)}, CookieName: "csrf", CookiePath: "/"}
		change(&cfg)
		_, err := oauth.NewCSRF(cfg)
		var got *oauth.FieldError
		if !errors.As(err, &got) || got.Field != "CSRFConfig."+strings.TrimSpace(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
