package phone

import (
	"embed"
	"html/template"
	"net/http"
	"unicode/utf8"

	"github.com/bkwecom/wecom/wecomtest"
)

//go:embed templates
var files embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"args": args, "initial": initial}).ParseFS(files, "templates/*.html"))

// initial is what an avatar shows.
func initial(name string) string {
	_, size := utf8.DecodeRuneInString(name)
	return name[:size]
}

// args are for the entry of a menu, which needs to know whose phone it is on.
func args(page view, e entry) map[string]any { return map[string]any{"Page": page, "Entry": e} }

// view is what the pages show.
type view struct {
	Title   string
	Result  string // front
	Actions []Action
	Users   []contact

	User   wecomtest.User // phone
	Chat   []line
	Menu   []entry
	Writes bool
	Stamp  string
	News   bool
}

const newsPage = "news.html"

const policy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "

// head sets what all answers have. The news are the only frame.
func head(w http.ResponseWriter, contentType string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Security-Policy", policy+"'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}

func (h *handler) show(w http.ResponseWriter, page string, v view) {
	v.Title = h.cfg.Title
	head(w, "text/html; charset=utf-8")
	if page == newsPage {
		w.Header().Set("Content-Security-Policy", policy+"'self'")
	}
	if err := pages.ExecuteTemplate(w, page, v); err != nil {
		h.cfg.Log.Warn("page", "err", err)
	}
}

func style(w http.ResponseWriter, r *http.Request) {
	head(w, "text/css; charset=utf-8")
	http.ServeFileFS(w, r, files, "templates/style.css")
}

// open is a member's phone.
func (h *handler) open(w http.ResponseWriter, r *http.Request) {
	u, known := h.member(r)
	if !known {
		http.NotFound(w, r)
		return
	}
	h.welcome(r.Context(), u)
	chat := h.chat(u)
	h.show(w, "phone.html", view{User: u, Chat: chat, Menu: h.menu(u), Writes: h.writes(u), Stamp: stamp(chat)})
}

// news is the frame that asks again and again whether the page is still what it
// should be, and never takes away what is being written there.
func (h *handler) news(w http.ResponseWriter, r *http.Request) {
	u, known := h.member(r)
	if !known {
		http.NotFound(w, r)
		return
	}
	seen := r.FormValue("seen")
	h.show(w, newsPage, view{User: u, Stamp: seen, News: stamp(h.chat(u)) != seen})
}
