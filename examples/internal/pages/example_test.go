package pages_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing/fstest"

	"github.com/bkwecom/wecom/examples/internal/pages"
)

func Example() {
	p, err := pages.New(pages.Config{
		Title:  "故障自愈",
		Static: func(*http.Request) string { return "/o/bk_fta_solutions/static/wechat/" },
		Pages: fstest.MapFS{"alarm.html": {Data: []byte(
			`{{define "title"}}告警 {{.Data}}{{end}}{{define "main"}}<h1>告警 {{.Data}}</h1>{{end}}`)}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/wechat/{file}", p.Files())
	mux.HandleFunc("GET /wechat/a/{id}/", func(w http.ResponseWriter, r *http.Request) {
		p.Show(w, r, http.StatusOK, "alarm", r.PathValue("id"))
	})
	mux.HandleFunc("/", p.NotFound)

	for _, path := range []string{"/wechat/a/1_1/", "/elsewhere/"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		_, title, _ := strings.Cut(w.Body.String(), "<title>")
		title, _, _ = strings.Cut(title, "</title>")
		fmt.Println(w.Code, title)
	}
	// Output:
	// 200 告警 1_1 · 故障自愈
	// 404 页面不存在 · 故障自愈
}
