package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/duplicates"
	"github.com/bkwecom/wecom/examples/internal/health"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/internal/prefix"
	"github.com/bkwecom/wecom/examples/internal/webhook"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/bkwecom/wecom/message"
)

// The kinds of database: a simulation never continues on real data.
const (
	kindReal = "selfhealing"
	kindSim  = "selfhealing simulation"
)

// config is what an app is made of.
type config struct {
	set    settings.Settings
	plans  approval.Plans
	dbFile string
	dbKind string
	client *http.Client     // for WeCom's API; nil is the library's own
	limits *message.Limiter // nil is a little less than what WeCom delivers
	log    *slog.Logger
}

// app is the running program: the desk, its channels, and the workers.
type app struct {
	cfg      config
	db       *database.DB
	desk     *approval.Desk
	outbox   *outbox.Worker
	wechat   *wechat
	callback *callback.Handler // nil while it is not configured
}

// newApp opens the database and puts the parts together. Nothing runs before
// start.
func newApp(ctx context.Context, cfg config) (a *app, err error) {
	a = &app{cfg: cfg}
	if a.wechat, err = newWechat(cfg); err != nil {
		return nil, err
	}
	post := func(context.Context, string, string, []byte) error {
		return errors.New("BKAPP_FTA_RUN_SECRET is not set: run hooks cannot be signed")
	}
	if cfg.set.RunSecret.Set() {
		hook, err := webhook.NewSender(cfg.set.RunSecret.Reveal(), nil)
		if err != nil {
			return nil, fmt.Errorf("BKAPP_FTA_RUN_SECRET: %w", err)
		}
		post = hook.Post
	}
	a.db, err = database.Open(ctx, database.Config{
		Path: cfg.dbFile, Kind: cfg.dbKind,
		Schemas: []database.Schema{approval.Schema, outbox.Schema, duplicates.Schema},
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = a.db.Close()
		}
	}()
	seen, err := duplicates.New(ctx, a.db)
	if err != nil {
		return nil, err
	}
	wake := func() { a.outbox.Wake() }
	a.desk, err = approval.New(approval.Config{
		DB: a.db, Plans: cfg.plans, Notifier: a.wechat.notify, Wake: wake, Log: cfg.log,
		Supers: func() []string { return cfg.set.Wechat.SuperApprovers },
	})
	if err != nil {
		return nil, err
	}
	a.outbox, err = outbox.New(outbox.Config{
		DB: a.db, Finished: a.desk.Finished, Log: cfg.log,
		Deliver: map[string]outbox.Deliver{
			kindMessage:      a.wechat.deliver,
			approval.KindRun: a.desk.DeliverRun(post),
		},
	})
	if err != nil {
		return nil, err
	}
	channel := &replies{desk: a.desk, wechat: a.wechat, db: a.db, wake: wake, log: cfg.log}
	a.callback, err = channel.newCallback(cfg.set.Wechat, seen)
	return a, err
}

// start begins to deliver and to time out, first what the last process left.
func (a *app) start() {
	a.outbox.Start()
	a.desk.Start()
}

// stops ends the parts in the order in which they depend on each other.
func (a *app) stops() []func(context.Context) error {
	return []func(context.Context) error{
		func(ctx context.Context) error {
			if a.callback == nil {
				return nil
			}
			return a.callback.Shutdown(ctx)
		},
		a.desk.Stop,
		a.outbox.Stop,
		func(context.Context) error { return a.db.Close() },
	}
}

// handler serves all paths, below the prefix and without it.
func (a *app) handler() http.Handler {
	entry := http.Handler(http.HandlerFunc(unavailable))
	if a.callback != nil {
		entry = a.callback
	}
	push := &pusher{desk: a.desk, appID: a.cfg.set.PushAppID, secret: a.cfg.set.PushSecret.Reveal(), zone: a.cfg.set.Zone, log: a.cfg.log}
	mux := http.NewServeMux()
	mux.Handle("/wechat/entry/{$}", entry)
	mux.Handle("/wechat/entry", entry) // the vendor takes a redirect for a failure
	mux.HandleFunc("GET /wechat/todo/{$}", todo)
	if dir := a.cfg.set.DomainVerifyDir; dir != "" {
		mux.Handle("GET /{file}", proofs(os.DirFS(dir)))
	}
	mux.Handle("/event/api/{app_id}/{$}", push)
	mux.Handle("/event/api/{app_id}", push)
	return health.Handler(prefix.Strip(a.cfg.set.Prefix, health.Handler(a.inside(mux), a.checks()...)), a.checks()...)
}

// domainProof is the file by which WeCom and WeChat see whose a domain is.
var domainProof = regexp.MustCompile(`^/(?:WW|MP)_verify_[0-9A-Za-z]{1,64}\.txt$`)

func proofs(files fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !domainProof.MatchString(r.URL.Path) {
			http.NotFound(w, r)
			return
		}
		http.ServeFileFS(w, r, files, r.PathValue("file"))
	})
}

// todo is where the menu leads. The list to decide from on a page comes with the
// approval by page; until then it tells how to decide.
func todo(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, todoPage)
}

const todoPage = `<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>审批列表</title>
<h1>审批列表</h1>
<p>请在应用会话中直接回复审批消息：同意回复 TY 单号，驳回回复 BH 单号。</p>
<p>点按应用会话，可随时发送任意文字查看用法。</p>
</html>
`

func unavailable(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
}

// inside answers the external host on the paths of the phone alone; alarms are
// pushed from inside. Any header that names the external host counts: that can
// only take rights away.
func (a *app) inside(next http.Handler) http.Handler {
	external, err := url.Parse(a.cfg.set.Wechat.AppURL)
	if err != nil || external.Host == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		named := []string{r.Host}
		for _, header := range []string{"X-Forwarded-Host", "X-Forwarded-Weixin-Host"} {
			for _, line := range r.Header.Values(header) {
				named = append(named, strings.Split(line, ",")...)
			}
		}
		for _, line := range r.Header.Values("Forwarded") { // RFC 7239
			for part := range strings.FieldsFuncSeq(line, func(c rune) bool { return c == ',' || c == ';' }) {
				if key, value, _ := strings.Cut(strings.TrimSpace(part), "="); strings.EqualFold(key, "host") {
					named = append(named, strings.Trim(value, `"`))
				}
			}
		}
		outside := slices.ContainsFunc(named, func(host string) bool { return sameHost(host, external) })
		if outside && strings.HasPrefix(r.URL.Path, "/event/") {
			a.cfg.log.WarnContext(r.Context(), "an alarm came by the external host, where nobody may push: use the inner address", "host", external.Host)
		}
		if outside && !strings.HasPrefix(r.URL.Path, "/wechat/") && !strings.HasPrefix(r.URL.Path, "/static/wechat/") && !domainProof.MatchString(r.URL.Path) {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sameHost compares names alone: a proxy may drop the port, and a name may end
// with a dot.
func sameHost(host string, u *url.URL) bool {
	name := func(u *url.URL) string { return strings.TrimSuffix(u.Hostname(), ".") }
	return strings.EqualFold(name(&url.URL{Host: strings.TrimSpace(host)}), name(u))
}

func (a *app) checks() []health.Check {
	return []health.Check{
		{Name: "database", Fatal: true, Ask: a.db.Check},
		{Name: "wechat", Ask: a.wechat.health},
		{Name: "callback", Ask: func(context.Context) error {
			if why := insecure(a.cfg.set.Wechat); why != "" {
				return errors.New(why)
			}
			if a.callback == nil {
				return fmt.Errorf("not set: %s, %s", settings.Token, settings.EncodingAESKey)
			}
			return nil
		}},
		{Name: "outbox", Ask: a.outboxHealth},
	}
}

// outboxHealth tells of messages that did not arrive.
func (a *app) outboxHealth(ctx context.Context) error {
	return a.outboxCounts(ctx, func(waiting, unknown, failed int) error {
		if unknown+failed == 0 {
			return nil
		}
		return fmt.Errorf("%d with unknown result (结果未知), %d failed, %d waiting: the log lines \"outbox\" say why", unknown, failed, waiting)
	})
}

func (a *app) outboxCounts(ctx context.Context, tell func(waiting, unknown, failed int) error) error {
	var counts map[outbox.State]int
	err := a.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		counts, err = outbox.Counts(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return tell(counts[outbox.Waiting], counts[outbox.Unknown], counts[outbox.Failed])
}
