// Package phone shows a simulated company's phones as plain pages: what has
// arrived, and a field to answer. It is for -sim, on loopback.
package phone

import (
	"context"
	_ "embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

//go:embed phone.html
var page string

var pages = template.Must(template.New("phone").Parse(page))

// Config says whose phones are shown.
type Config struct {
	WeCom *wecomtest.Server
	Agent *wecomtest.Agent // nil: the app takes no replies and has no menu
	Title string           // of the app
	Home  string           // its 应用主页, an address of this machine; "" is none

	// Open makes the address by which a link opens as that member; nil goes by
	// WeCom, which is told whose browser it is, and then signs in silently.
	Open func(userid, link string) string

	// Actions are buttons on the front page, by their labels, such as one that
	// pushes an alarm. Their result is shown.
	Actions []Action
	Log     *slog.Logger
}

// Action is something that the simulation does on a press.
type Action struct {
	Name, Label string
	Do          func(ctx context.Context) (result string, err error)
}

// Handler serves the front page at /, a member's phone at /phone/{userid}, and
// takes replies and actions. Requests that a foreign page makes, and those that
// name another host than this machine, are refused.
func Handler(cfg Config) http.Handler {
	if cfg.Open == nil {
		cfg.Open = func(userid, link string) string {
			return cfg.WeCom.URL + "/wecomtest/as/" + url.PathEscape(userid) + "?to=" + url.QueryEscape(link)
		}
	}
	h := &handler{cfg: cfg, said: map[string][]line{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", h.front)
	mux.HandleFunc("GET /phone/{user}", h.phone)
	mux.HandleFunc("POST /phone/{user}", h.reply)
	mux.HandleFunc("POST /action/{name}", h.action)
	return Local(http.NewCrossOriginProtection().Handler(mux))
}

type handler struct {
	cfg Config

	mu   sync.Mutex
	said map[string][]line // what members wrote, by userid
}

// A line of a member's chat with the app.
type line struct {
	Time  time.Time
	Label string
	Own   bool // written by the member
	Parts []part
}

// chat is what has arrived on a phone and what its owner has written.
func (h *handler) chat(user string) []line {
	h.mu.Lock()
	lines := slices.Clone(h.said[user])
	h.mu.Unlock()
	for _, m := range h.cfg.WeCom.Inbox(user) {
		l := line{Time: m.Time, Parts: split(strings.Trim(m.Title+"\n"+m.Description+"\n"+m.Content, "\n"))}
		if local(m.URL) {
			l.Parts = append(l.Parts, part{Text: "\n"}, part{Text: "详情", URL: m.URL})
		}
		switch {
		case m.Recalled:
			l.Label, l.Parts = "已撤回", nil
		case m.Passive:
			l.Label = "答复"
		}
		for i, p := range l.Parts {
			if p.URL != "" {
				l.Parts[i].URL = h.cfg.Open(user, p.URL)
			}
		}
		lines = append(lines, l)
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.Time.Compare(b.Time) })
	return lines
}

func (h *handler) note(user, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.said[user] = append(h.said[user], line{Time: time.Now(), Own: true, Parts: []part{{Text: text}}})
}

// menu is what a member can open without a message.
func (h *handler) menu(user string) (entries []part) {
	add := func(label, link string) {
		if local(link) {
			entries = append(entries, part{label, h.cfg.Open(user, link)})
		}
	}
	add("应用主页", h.cfg.Home)
	if h.cfg.Agent == nil {
		return entries
	}
	for _, b := range h.cfg.WeCom.Menu(h.cfg.Agent.ID()) {
		add(b.Name, b.URL)
		for _, sub := range b.Sub {
			add(sub.Name, sub.URL)
		}
	}
	return entries
}

type view struct {
	Title   string
	Users   []wecomtest.User
	Actions []Action
	User    string
	Chat    []line
	Menu    []part
	Replies bool
	Result  string
}

func (h *handler) front(w http.ResponseWriter, _ *http.Request) {
	h.show(w, view{Users: h.cfg.WeCom.Users(), Actions: h.cfg.Actions})
}

func (h *handler) phone(w http.ResponseWriter, r *http.Request) {
	user := r.PathValue("user")
	if !h.known(user) {
		http.NotFound(w, r)
		return
	}
	h.show(w, view{User: user, Chat: h.chat(user), Menu: h.menu(user), Replies: h.cfg.Agent != nil})
}

func (h *handler) known(user string) bool {
	return slices.ContainsFunc(h.cfg.WeCom.Users(), func(u wecomtest.User) bool { return u.ID == user })
}

func (h *handler) show(w http.ResponseWriter, v view) {
	v.Title = h.cfg.Title
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if err := pages.Execute(w, v); err != nil {
		h.cfg.Log.Warn("page", "err", err)
	}
}

func (h *handler) reply(w http.ResponseWriter, r *http.Request) {
	user := r.PathValue("user")
	if !h.known(user) || h.cfg.Agent == nil {
		http.NotFound(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if text := r.PostFormValue("text"); text != "" {
		h.note(user, text)
		if _, err := h.cfg.Agent.SendText(r.Context(), user, text); err != nil {
			var failed *wecomtest.DeliveryError
			if !errors.As(err, &failed) {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			h.cfg.Log.Warn("the app did not answer a reply", "err", err)
		}
	}
	http.Redirect(w, r, "/phone/"+user, http.StatusSeeOther)
}

func (h *handler) action(w http.ResponseWriter, r *http.Request) {
	for _, a := range h.cfg.Actions {
		if a.Name != r.PathValue("name") {
			continue
		}
		result, err := a.Do(r.Context())
		if err != nil {
			result = err.Error()
		}
		h.show(w, view{Users: h.cfg.WeCom.Users(), Actions: h.cfg.Actions, Result: result})
		return
	}
	http.NotFound(w, r)
}
