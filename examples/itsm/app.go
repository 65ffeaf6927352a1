package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/bkwecom/wecom/examples/internal/binding"
	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/courier"
	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/internal/pages"
	"github.com/bkwecom/wecom/examples/internal/vault"
	"github.com/bkwecom/wecom/examples/itsm/settings"
	"github.com/bkwecom/wecom/examples/itsm/ticket"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/oauth"
)

// The kinds of database: a simulation never continues on real data.
const (
	kindReal = "itsm"
	kindSim  = "itsm simulation"
)

// config is what an app is made of.
type config struct {
	set       settings.Settings
	dbFile    string
	dbKind    string
	client    *http.Client     // for WeCom, WeChat and BlueKing; nil is each package's own
	limits    *message.Limiter // nil is a little less than what WeCom delivers
	bkCache   time.Duration    // how long BlueKing is not asked again; 0 is its own
	simulated bool
	webview   bool // of a simulation: every browser passes for WeCom's
	log       *slog.Logger
}

// app is the running program: the desk, the ways in, and the worker.
type app struct {
	cfg     config
	db      *database.DB
	desk    *ticket.Desk
	courier *courier.Courier
	outbox  *outbox.Worker
	bk      *bklogin.Client
	guard   *oauth.Guard // nil while the phone pages are off
	pages   *pages.Pages
	phone   *surface
	pc      *surface
	handler http.Handler
}

// newApp opens the database and puts the parts together. Nothing runs before
// start.
func newApp(ctx context.Context, cfg config) (a *app, err error) {
	a = &app{cfg: cfg}
	a.courier = courier.New(courier.Config{
		Needs:      "BKAPP_WEIXIN_APP_ID, BKAPP_WEIXIN_APP_SECRET, BKAPP_WEIXIN_AGENT_ID",
		HTTPClient: cfg.client, Limits: cfg.limits, Log: cfg.log,
	})
	if cfg.set.UseWeixin && cfg.set.IsQY {
		err = a.courier.Use(courier.Account{
			CorpID: cfg.set.WeixinAppID, Secret: cfg.set.WeixinSecret, AgentID: cfg.set.AgentID, API: cfg.set.APIDomain,
		})
		if err != nil {
			return nil, err
		}
	}
	a.bk, err = bklogin.New(bklogin.Config{
		LoginURL: cfg.set.LoginURL, ComponentURL: cfg.set.ComponentURL,
		AppID: cfg.set.AppID, AppSecret: cfg.set.AppSecret, HTTPClient: cfg.client, Cache: cfg.bkCache, Log: cfg.log,
	})
	if err != nil {
		return nil, err
	}
	sealer, err := vault.New(cfg.set.AppSecret, cfg.log)
	if err != nil {
		return nil, err
	}
	a.db, err = database.Open(ctx, database.Config{
		Path: cfg.dbFile, Kind: cfg.dbKind,
		Schemas: []database.Schema{ticket.Schema, outbox.Schema, binding.Schema, vault.Schema},
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = a.db.Close()
		}
	}()
	a.desk, err = ticket.New(ticket.Config{
		DB: a.db, Notifier: a.notify, Addresses: a.addresses, SelfApproval: cfg.set.SelfApproval,
		Wake: a.wake, Log: cfg.log,
	})
	if err != nil {
		return nil, err
	}
	a.outbox, err = outbox.New(outbox.Config{
		DB: a.db, Finished: a.desk.Finished, Log: cfg.log,
		Deliver: map[string]outbox.Deliver{courier.Kind: a.courier.Deliver},
	})
	if err != nil {
		return nil, err
	}
	keys, err := sealer.SessionKeys(ctx, a.db, cfg.set.SessionKeys)
	if err != nil {
		return nil, err
	}
	return a, a.serveBy(keys)
}

// wake is called after a commit that added rows to the outbox.
func (a *app) wake() { a.outbox.Wake() }

// start begins to deliver, first what the last process left.
func (a *app) start() { a.outbox.Start() }

// stops ends the parts in the order in which they depend on each other.
func (a *app) stops() []func(context.Context) error {
	return []func(context.Context) error{
		a.outbox.Stop,
		func(context.Context) error { return a.db.Close() },
	}
}

// outboxHealth tells of messages that did not arrive, or not yet.
func (a *app) outboxHealth(ctx context.Context) error { return outbox.Health(ctx, a.db) }

// weixinHealth says whether members can sign in and be told.
func (a *app) weixinHealth(ctx context.Context) error {
	set := a.cfg.set
	if !set.UseWeixin {
		return errors.New("off: BKAPP_USE_WEIXIN is not 1")
	}
	if set.IsQY {
		if err := a.courier.Health(ctx); err != nil {
			return err
		}
	}
	if on, why := set.Notifications(); !on {
		return fmt.Errorf("nobody is told by message: %s", why)
	}
	return nil
}
