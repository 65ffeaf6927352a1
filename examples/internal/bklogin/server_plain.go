package bklogin

import (
	_ "embed"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strings"
)

//go:embed plain.html
var plainHTML string

var plainPage = template.Must(template.New("plain").Parse(plainHTML))

// plain is the login page: choose a user, and be led back. It answers on
// loopback alone, and no other site's page can choose.
func (s *Server) plain() http.Handler {
	page := http.NewServeMux()
	page.HandleFunc("GET /plain/{$}", s.choose)
	page.HandleFunc("POST /plain/{$}", s.chosen)
	guarded := http.NewCrossOriginProtection().Handler(page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) {
			http.Error(w, "模拟登录只在本机可用", http.StatusMisdirectedRequest)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

func (s *Server) choose(w http.ResponseWriter, r *http.Request) {
	back, ok := safeBack(r.URL.Query().Get("c_url"))
	if !ok {
		http.Error(w, "c_url 不是本机地址", http.StatusBadRequest)
		return
	}
	// Chromium applies form-action to where the answer of the form leads, too.
	target := "'self'"
	if back != nil {
		target += " " + back.Scheme + "://" + back.Host
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action "+target+"; frame-ancestors 'none'; base-uri 'none'")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	view := struct {
		Users []Account
		Back  string
	}{Users: s.Users()}
	if back != nil {
		view.Back = back.String()
	}
	_ = plainPage.Execute(w, view) // a peer that has gone away needs no page
}

func (s *Server) chosen(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	back, ok := safeBack(r.PostFormValue("c_url"))
	if !ok {
		http.Error(w, "c_url 不是本机地址", http.StatusBadRequest)
		return
	}
	token, err := s.SignIn(r.PostFormValue("username"))
	if err != nil {
		http.Error(w, "没有这个用户", http.StatusBadRequest)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: Cookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		MaxAge: int(s.cfg.Life.Seconds())})
	if back == nil {
		http.Error(w, "已登录", http.StatusOK)
		return
	}
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

// safeBack reads c_url; nil with ok means that there is none.
func safeBack(raw string) (back *url.URL, ok bool) {
	if raw == "" {
		return nil, true
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Opaque != "" || !loopback(u.Host) ||
		strings.Contains(raw, `\`) {
		return nil, false
	}
	return u, true
}

// loopback reports whether a host, with or without a port, is this machine.
func loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
