package main

import (
	"cmp"
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/pages"
	"github.com/bkwecom/wecom/examples/internal/site"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

//go:embed pages/*.html
var pageFiles embed.FS

func (a *app) newPages() (*pages.Pages, error) {
	files, err := fs.Sub(pageFiles, "pages")
	if err != nil {
		return nil, err
	}
	return pages.New(pages.Config{
		Title: "故障自愈", Pages: files, Link: site.Path, Log: a.cfg.log, Zone: a.cfg.set.Zone, Simulated: a.cfg.dbKind == kindSim,
		Funcs: phoneWords(), CSRF: a.formToken, FormAction: []string{a.cfg.set.OpenDomain, a.cfg.set.LoginURL},
		Static: func(r *http.Request) string {
			// The guide's default means the app's own, which is below its prefix.
			if static := cmp.Or(a.wechat.settings().StaticURL, settings.DefaultStaticURL); static != settings.DefaultStaticURL {
				return static
			}
			return site.Path(r, "/static/wechat/")
		},
	})
}

// newSite serves all paths. Members come by the external host, where only the
// paths of the phone answer; alarms are pushed from inside.
func (a *app) newSite() (*site.Site, error) {
	var err error
	if a.pages, err = a.newPages(); err != nil {
		return nil, err
	}
	push := &pusher{desk: a.desk, appID: a.cfg.set.PushAppID, secret: a.cfg.set.PushSecret.Reveal(), zone: a.cfg.set.Zone, log: a.cfg.log}
	mux := http.NewServeMux()
	mux.Handle("/wechat/entry/{$}", a.entry)
	mux.Handle("/wechat/entry", a.entry) // the vendor takes a redirect for a failure
	a.phoneRoutes(mux)
	a.console.routes(mux)
	mux.Handle("GET /static/wechat/{file}", a.pages.Files())
	mux.Handle("/event/api/{app_id}/{$}", push)
	mux.Handle("/event/api/{app_id}", push)
	mux.HandleFunc("/", a.pages.NotFound)
	return site.New(site.Config{
		Common: a.cfg.set.Common, Phone: "/wechat/", Outward: []string{"/wechat/", "/static/wechat/"},
		Checks: a.checks(), Fail: a.pages.Fail, Log: a.cfg.log,
		Barred: func(r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/event/") {
				a.cfg.log.WarnContext(r.Context(), "an alarm came by the external host, where nobody may push: use the inner address")
			}
		},
	}, outer(a.cfg.set), mux)
}

// outer is how members see the app, by the address that the operator has given.
func outer(set settings.Settings) (o site.Outer) {
	u, err := url.Parse(set.Wechat.AppURL)
	if err != nil || u.Host == "" {
		return o
	}
	o.Hosts = []string{u.Host}
	if u.Path != set.Prefix+"/wechat/" {
		o.Path = u.Path
	}
	return o
}
