package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/courier"
	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/duplicates"
	"github.com/bkwecom/wecom/examples/internal/health"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/internal/site"
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
	site     *site.Site
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
			courier.Kind:     a.wechat.Deliver,
			approval.KindRun: a.desk.DeliverRun(post),
		},
	})
	if err != nil {
		return nil, err
	}
	channel := &replies{desk: a.desk, wechat: a.wechat, db: a.db, wake: wake, log: cfg.log}
	if a.callback, err = channel.newCallback(cfg.set.Wechat, seen); err != nil {
		return nil, err
	}
	a.site, err = a.newSite()
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
func (a *app) handler() http.Handler { return a.site }

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
