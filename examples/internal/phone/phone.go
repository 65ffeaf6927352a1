// Package phone shows a simulated company's phones as plain pages that look
// like the app's chat: messages, cards and the menu, a field to write, buttons
// that tap, and links that open as the member. It is for -sim, on loopback.
package phone

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"github.com/bkwecom/wecom/wecomtest"
)

// Config says whose phones are shown.
type Config struct {
	WeCom *wecomtest.Server
	Agent *wecomtest.Agent // nil: no menu, no field to write, and the messages of every app are shown
	Title string           // of the app
	Home  string           // its 应用主页, an address of this machine; "" is none

	// Open makes the address by which a link opens as that member, such as
	// [Switch.Open]; nil is [Switch.Open] of a Switch without Base.
	Open func(userid, link string) string

	// Actions are buttons on the front page, by their labels, such as one that
	// pushes an alarm. Their result is shown.
	Actions []Action
	Log     *slog.Logger // nil is slog.Default
}

// Action is something that the simulation does on a press.
type Action struct {
	Name, Label string
	Do          func(ctx context.Context) (result string, err error)
}

// Handler serves the front page at /, a member's phone at /phone/{userid}, and
// takes what members do there. Requests that a foreign page makes, and those
// that name another host than this machine, are refused.
func Handler(cfg Config) http.Handler {
	cfg.Log = cmp.Or(cfg.Log, slog.Default())
	if cfg.Open == nil {
		cfg.Open = Switch{WeCom: cfg.WeCom}.Open
	}
	h := &handler{cfg: cfg}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", h.front)
	mux.HandleFunc("GET /style.css", style)
	mux.HandleFunc("POST /action/{name}", h.action)
	mux.HandleFunc("GET /phone/{user}", h.open)
	mux.HandleFunc("GET /phone/{user}/news", h.news)
	mux.HandleFunc("GET /phone/{user}/media/{id}", h.media)
	mux.HandleFunc("POST /phone/{user}", h.acts(h.reply))
	mux.HandleFunc("POST /phone/{user}/click", h.acts(h.click))
	mux.HandleFunc("POST /phone/{user}/tap", h.acts(h.tap))
	return Local(http.NewCrossOriginProtection().Handler(mux))
}

type handler struct {
	cfg   Config
	diary diary
}

// member is who the path names.
func (h *handler) member(r *http.Request) (wecomtest.User, bool) {
	users := h.cfg.WeCom.Users()
	i := slices.IndexFunc(users, func(u wecomtest.User) bool { return u.ID == r.PathValue("user") })
	if i < 0 {
		return wecomtest.User{}, false
	}
	return users[i], true
}

// writes says whether a member can do more than read.
func (h *handler) writes(u wecomtest.User) bool {
	return h.cfg.Agent != nil && h.cfg.Agent.Receives() && !u.Disabled
}

// path is a member's phone, or something below it.
func path(user string, below ...string) string {
	p := "/phone/" + url.PathEscape(user)
	for _, b := range below {
		p += "/" + url.PathEscape(b)
	}
	return p
}
