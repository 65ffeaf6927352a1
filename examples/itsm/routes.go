package main

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/health"
	"github.com/bkwecom/wecom/examples/internal/pages"
	"github.com/bkwecom/wecom/examples/internal/site"
	"github.com/bkwecom/wecom/examples/itsm/ticket"
	"github.com/bkwecom/wecom/oauth"
)

// The inner paths: what is below phonePath is for members, the rest for the PC.
const (
	phonePath  = "/weixin/"
	loginPath  = "/weixin/login/"
	staticPath = "/static/weixin/"
)

// serveBy makes the pages and their ways in, with the keys of cookies.
func (a *app) serveBy(keys [][]byte) (err error) {
	set := a.cfg.set
	a.phone = &surface{app: a, base: phonePath, channel: ticket.ChannelWeixin}
	a.pc = &surface{app: a, base: "/", channel: ticket.ChannelPC}
	if a.pages, err = a.newPages(); err != nil {
		return err
	}
	a.pc.csrf, err = oauth.NewCSRF(oauth.CSRFConfig{
		Keys: keys, CookieName: csrfCookie, CookiePath: set.Prefix + "/", MaxForm: maxBody, Fail: a.forged,
		Session: bklogin.Session,
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+staticPath+"{file}", a.pages.Files())
	mux.HandleFunc("/", a.pages.NotFound)
	a.pc.routes(mux, func(next http.Handler) http.Handler { return a.signedIn(a.visited(a.pc.csrf.Protect(next))) })
	outer, outward := site.Outer{}, []string{phonePath, staticPath}
	if set.OneHost() {
		outward = nil // everything
	}
	if set.ExternalHost != "" {
		outer.Hosts = []string{set.ExternalHost}
	}
	if set.UseWeixin {
		if err := a.openPhone(keys, mux); err != nil {
			return err
		}
		if own := set.Prefix + phonePath; set.PhonePath() != own {
			outer.Path = set.PhonePath()
		}
	}
	a.handler, err = site.New(site.Config{
		Common: set.Common, Phone: phonePath, Outward: outward, Inward: []string{phonePath},
		Checks: []health.Check{
			{Name: "database", Fatal: true, Ask: a.db.Check},
			{Name: "weixin", Ask: a.weixinHealth},
			{Name: "outbox", Ask: a.outboxHealth},
		},
		Fail: a.pages.Fail, Log: a.cfg.log,
	}, outer, mux)
	return err
}

// openPhone adds sign-in and what is behind it.
func (a *app) openPhone(keys [][]byte, mux *http.ServeMux) (err error) {
	set := a.cfg.set
	secure := strings.HasPrefix(set.CallbackURL(), "https://")
	a.guard, err = oauth.New(oauth.Config{
		Provider: a.provider(), CallbackURL: set.CallbackURL(), Keys: keys,
		Location: site.Location, CookiePath: set.PhonePath(),
		Fail: a.signInFailed, OnError: func(r *http.Request, err error) {
			a.cfg.log.WarnContext(r.Context(), "sign-in", "err", err)
		},
	})
	if err != nil {
		return err
	}
	a.phone.csrf, err = oauth.NewCSRF(oauth.CSRFConfig{
		Keys: keys, CookieName: csrfCookie, CookiePath: set.PhonePath(), Secure: secure,
		Origins: []string{set.ExternalURL()}, MaxForm: maxBody, Fail: a.forged,
	})
	if err != nil {
		return err
	}
	within := func(next http.Handler) http.Handler { return a.guard.Protect(a.bound(a.phone.csrf.Protect(next))) }
	mux.Handle("GET "+loginPath+"{$}", a.guard.Callback())
	mux.Handle("GET "+strings.TrimSuffix(loginPath, "/"), a.guard.Callback())
	a.phone.routes(mux, within)
	if err := a.openScanning(mux, within); err != nil {
		return err
	}
	a.phone.jsonRoutes(mux, func(next http.Handler) http.Handler { return asked(within(next)) })
	return nil
}

// provider is WeCom, or an official account where IS_QY_WEIXIN is off.
func (a *app) provider() oauth.Provider {
	set := a.cfg.set
	if set.IsQY {
		return oauth.WeCom{API: a.courier, CorpID: set.WeixinAppID, AgentID: set.AgentID, OpenURL: set.OpenDomain}
	}
	return oauth.OfficialAccount{
		AppID: set.WeixinAppID, Secret: set.WeixinSecret.Reveal(),
		OpenURL: set.OpenDomain, APIURL: set.MPDomain, HTTPClient: a.cfg.client,
	}
}

// csrfCookie is the name that BlueKing's ITSM has, which its clients know.
const csrfCookie = "bkitsm_csrftoken"

// both registers a path with its slash at the end and without: a redirect of
// ServeMux would know nothing of the prefix.
func both(mux *http.ServeMux, method, path string, h http.Handler) {
	mux.Handle(method+" "+path+"{$}", h)
	if bare := strings.TrimSuffix(path, "/"); bare != "" {
		mux.Handle(method+" "+bare, h)
	}
}

func (a *app) newPages() (*pages.Pages, error) {
	set := a.cfg.set
	return pages.New(pages.Config{
		Title: "流程服务", Pages: folder("templates"), Assets: folder("static"), Funcs: a.words(),
		Static: func(r *http.Request) string { return site.Path(r, staticPath) },
		Link:   site.Path,
		CSRF:   func(r *http.Request) string { return a.at(r).csrf.Token(r) },
		// A form that is sent after the session's end is answered with the way to sign
		// in again.
		FormAction: []string{set.OpenDomain, cmp.Or(set.LoginURL, "'self'")},
		Scripts:    a.scripts,
		Simulated:  a.cfg.simulated, Log: a.cfg.log,
	})
}

// at is the surface that a request belongs to.
func (a *app) at(r *http.Request) *surface {
	if strings.HasPrefix(r.URL.Path, phonePath) && a.guard != nil {
		return a.phone
	}
	return a.pc
}
