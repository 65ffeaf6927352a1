package pages_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/bkwecom/wecom/examples/internal/pages"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	p := newPages(t, func(c *pages.Config) { c.Assets = fstest.MapFS{"logo.png": {Data: []byte("png")}} })
	mux := http.NewServeMux()
	mux.Handle("GET /static/weixin/{file}", p.Files())
	get := func(target string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	// The address that a page names is the one that is kept for ever.
	named := regexp.MustCompile(`/static/weixin/style\.css\?v=[0-9a-f]{16}`).FindString(show(p, "/", 200, "list", nil).Body.String())
	w := get(named)
	if w.Code != 200 || w.Body.Len() < 1000 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("%q: %d, %d bytes, %v", named, w.Code, w.Body.Len(), w.Header())
	}
	if w.Body.Len() > 10_000 {
		t.Errorf("the stylesheet has %d bytes", w.Body.Len())
	}
	for target, want := range map[string]string{
		"/static/weixin/style.css": "text/css; charset=utf-8", "/static/weixin/icon.svg": "image/svg+xml", "/static/weixin/logo.png": "image/png",
		"/static/weixin/logo.png?v=0123456789abcdef": "image/png",
	} {
		w := get(target)
		h := w.Header()
		if w.Code != 200 || h.Get("Content-Type") != want || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-cache" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %d %v", target, w.Code, h)
		}
		if again := get(target, "If-None-Match", h.Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", target, again.Code)
		}
	}
	for target, want := range map[string]int{
		"/static/weixin/": 404, "/static/weixin/none.css": 404, "/static/weixin/..%2fpages.go": 404, "/static/weixin/sub/style.css": 404,
	} {
		if w := get(target); w.Code != want {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/static/weixin/style.css", nil)
	w = httptest.NewRecorder()
	if mux.ServeHTTP(w, r); w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
}

// TestStylesheet: nothing in it asks another host, and nothing is fixed wider
// than a phone.
func TestStylesheet(t *testing.T) {
	t.Parallel()
	p := newPages(t, nil)
	mux := http.NewServeMux()
	mux.Handle("GET /{file}", p.Files())
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/style.css", nil))
	css := w.Body.String()
	if m := regexp.MustCompile(`url\(|@import|//`).FindString(css); m != "" {
		t.Errorf("the stylesheet has %q", m)
	}
	if m := regexp.MustCompile(`[ ;{](min-)?width: *(3[6-9]\d|[4-9]\d\d|\d{4,})px`).FindString(css); m != "" {
		t.Errorf("wider than a phone of 360 px: %q", m)
	}
	if strings.Count(css, "{") != strings.Count(css, "}") {
		t.Error("braces do not match")
	}
}
