package visit_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/visit"
)

const page = `<p>一页</p><form method="post" action="../other/"><input type="hidden" name="x" value="other"></form>
<form method="post" action="/sub/save/"><input type="hidden" name="token" value="a&amp;b"><input type="hidden" name="id" value="1"></form>`

func TestVisit(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sub/page/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page) })
	mux.HandleFunc("POST /sub/save/", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		http.Redirect(w, r, "/sub/done/?"+r.PostForm.Encode(), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /sub/done/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	srv := httptest.NewServer(mux)
	defer srv.Close()
	v := &visit.Visit{Client: srv.Client(), Site: srv.URL}
	p, err := v.Get(t.Context(), "/sub/page/")
	if err != nil || p.Shows(200, "一页", "<form") != nil {
		t.Fatalf("%+v, %v", p, err)
	}
	if p.Shows(201) == nil || p.Shows(200, "两页") == nil {
		t.Error("a wrong status or a missing word is not told")
	}
	done, err := v.Send(t.Context(), p, "/save/", url.Values{"id": {"2"}, "more": {"3"}})
	want := url.Values{"token": {"a&b"}, "id": {"2"}, "more": {"3"}}
	if err != nil || done.Status != http.StatusTeapot || done.URL.Query().Encode() != want.Encode() {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := v.Send(t.Context(), p, "/nowhere/", nil); err == nil || !strings.Contains(err.Error(), "/nowhere/") {
		t.Errorf("a form that is not there: %v", err)
	}
	if _, err := v.Get(t.Context(), "http://[::1"); err == nil {
		t.Error("an address that is none")
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	if got := visit.Link(`见 <a href="https://a.example/?b=1&amp;c=2">这里</a> <a href="x">`); got != "https://a.example/?b=1&c=2" {
		t.Errorf("link %q", got)
	}
	if got := visit.Link("no link"); got != "" {
		t.Errorf("link %q", got)
	}
}
