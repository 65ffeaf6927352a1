package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/binding"
	"github.com/bkwecom/wecom/examples/internal/courier"
	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/duplicates"
	"github.com/bkwecom/wecom/examples/internal/health"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/internal/pages"
	"github.com/bkwecom/wecom/examples/internal/site"
	"github.com/bkwecom/wecom/examples/internal/vault"
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
	set     settings.Settings
	plans   approval.Plans
	dbFile  string
	dbKind  string
	client  *http.Client     // for WeCom's API and BlueKing; nil is each package's own
	limits  *message.Limiter // nil is a little less than what WeCom delivers
	budget  int              // messages a minute to one member before a digest; 0 is the desk's own
	bkCache time.Duration    // how long BlueKing is not asked again; 0 is its own
	echo    time.Duration    // a check of the callback address that takes longer is too slow; 0 is as WeCom has it
	log     *slog.Logger
}

// app is the running program: the desk, its channels, and the workers.
type app struct {
	cfg    config
	db     *database.DB
	desk   *approval.Desk
	outbox *outbox.Worker
	wechat *wechat
	entry  *entry // the callback address
	site   *site.Site

	store      *settings.Store
	state      atomic.Pointer[settings.State]
	changing   sync.Mutex     // orders what changes the settings
	background sync.WaitGroup // what goes on after a request
	console    *console       // the settings page

	pages       *pages.Pages
	sessionKeys [][]byte
	entrance    atomic.Pointer[entrance] // of members; nil while it is not configured
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
		Schemas: []database.Schema{approval.Schema, outbox.Schema, duplicates.Schema, vault.Schema, binding.Schema, settings.Schema},
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
	sealer, err := vault.New(cfg.set.AppSecret, cfg.log)
	if err != nil {
		return nil, err
	}
	auditKey, err := sealer.Key("audit")
	if err != nil {
		return nil, err
	}
	a.desk, err = approval.New(ctx, approval.Config{
		AuditKey: auditKey, Head: func(h approval.Head) { cfg.log.Info("audit", "head", h.String()) },
		PerMinute: cfg.budget, PerHour: cfg.budget, DB: a.db, Plans: cfg.plans, Notifier: a.wechat.notify, Wake: wake, Log: cfg.log,
		Supers: func() []string { return a.wechat.settings().SuperApprovers },
	})
	if err != nil {
		return nil, err
	}
	a.outbox, err = outbox.New(outbox.Config{
		DB: a.db, Fix: a.desk.Fix, Finished: a.desk.Finished, Log: cfg.log,
		Deliver: map[string]outbox.Deliver{
			courier.Kind:     a.wechat.Deliver,
			kindCard:         a.wechat.changeCard,
			approval.KindRun: a.desk.DeliverRun(post),
		},
	})
	if err != nil {
		return nil, err
	}
	channel := &replies{decide: a.decide, desk: a.desk, wechat: a.wechat, log: cfg.log}
	a.entry = &entry{seen: a.pairSeen, build: func(state settings.State) (*callback.Handler, error) { return channel.newCallback(state, seen) }}
	a.store, err = settings.NewStore(settings.StoreConfig{DB: a.db, Vault: sealer, First: cfg.set.Wechat, Check: cfg.tooMany, Log: cfg.log})
	if err != nil {
		return nil, err
	}
	state, err := a.store.Load(ctx)
	if err != nil {
		return nil, err
	}
	a.state.Store(&state)
	if a.sessionKeys, err = sealer.SessionKeys(ctx, a.db, cfg.set.SessionKeys); err != nil {
		return nil, err
	}
	if a.console, err = newConsole(a); err != nil {
		return nil, err
	}
	if a.site, err = a.newSite(); err != nil {
		return nil, err
	}
	return a, a.use(state)
}

// start begins to deliver and to time out, first what the last process left.
func (a *app) start() {
	a.outbox.Start()
	a.desk.Start()
}

// stops ends the parts in the order in which they depend on each other.
func (a *app) stops() []func(context.Context) error {
	return []func(context.Context) error{
		a.entry.stop,
		func(context.Context) error { a.background.Wait(); return nil },
		a.desk.Stop,
		a.outbox.Stop,
		a.lastHead,
		func(context.Context) error { return a.db.Close() },
	}
}

// handler serves all paths, below the prefix and without it.
func (a *app) handler() http.Handler { return a.site }

func (a *app) checks() []health.Check {
	return []health.Check{
		{Name: "database", Fatal: true, Ask: a.db.Check},
		{Name: "wechat", Ask: a.wechat.health},
		{Name: "callback", Ask: func(context.Context) error {
			if why := insecure(a.wechat.settings()); why != "" {
				return errors.New(why)
			}
			if !a.entry.configured() {
				return fmt.Errorf("not set: %s, %s", settings.Token, settings.EncodingAESKey)
			}
			return nil
		}},
		{Name: "settings", Ask: a.settingsHealth},
		{Name: "outbox", Ask: a.outboxHealth},
	}
}

// outboxHealth tells of messages and runs that did not arrive, or not yet.
func (a *app) outboxHealth(ctx context.Context) error { return outbox.Health(ctx, a.db) }

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
