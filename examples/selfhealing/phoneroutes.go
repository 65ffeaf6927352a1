package main

import (
	"net/http"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/site"
)

// phoneRoutes adds the pages of members.
func (a *app) phoneRoutes(mux *http.ServeMux) {
	add := func(method, page string, h http.Handler) {
		path := phonePath + page
		for _, p := range []string{path + "{$}", strings.TrimSuffix(path, "/")} {
			mux.Handle(method+" "+p, h)
			mux.HandleFunc(p, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Allow", method)
				a.pages.Fail(w, r, http.StatusMethodNotAllowed)
			})
		}
	}
	add(http.MethodGet, todoPage, a.members(a.todo))
	add(http.MethodGet, "a/{id}/", a.members(a.detail))
	add(http.MethodPost, flowPage, a.members(a.flow))
	add(http.MethodGet, "login/", http.HandlerFunc(a.login))
	add(http.MethodGet, "", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, site.Path(r, phonePath+todoPage), http.StatusFound)
	}))
}

// formToken is the CSRF token of whichever surface a page belongs to.
func (a *app) formToken(r *http.Request) string {
	if strings.HasPrefix(r.URL.Path, phonePath) {
		return a.phoneToken(r)
	}
	return a.console.csrf.Token(r)
}
