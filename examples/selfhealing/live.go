package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// use lets everything go by these settings from now on: what is sent, the
// callback address, the external host, and the sign-in of members. Who may
// decide, and where static files are, is asked at each use. A part that cannot
// use them goes on as before, and the error says which.
func (a *app) use(state settings.State) error {
	a.state.Store(&state)
	set := a.cfg.set
	set.Wechat = state.Wechat
	return errors.Join(a.wechat.use(state.Wechat), a.entry.use(state), a.site.Use(outer(set)), a.openPages(state.Wechat))
}

// change runs what changes the stored settings, and uses its result: one after
// the other, so that the last one stored is the last one used.
func (a *app) change(ctx context.Context, store func(context.Context) (settings.State, error)) (settings.State, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	state, err := store(ctx)
	if err != nil {
		return state, err
	}
	if err := a.use(state); err != nil {
		a.cfg.log.ErrorContext(ctx, "settings were saved, but not all could be used", "err", err)
		return state, errNotUsed
	}
	return state, nil
}

// errNotUsed tells no details to the browser: the log has them.
var errNotUsed = errors.New("the settings were saved, but not all could be used: the log says why")

// pairSeen is told of the first request under the callback's new pair.
func (a *app) pairSeen(version int64) {
	a.cfg.log.Info("WeCom uses the new Token and EncodingAESKey; the former ones end soon", "after", settings.AfterSeen.String())
	a.background.Go(func() { // the request is not kept waiting
		_, err := a.change(context.Background(), func(ctx context.Context) (settings.State, error) {
			return a.store.PairSeen(ctx, version)
		})
		if err != nil {
			a.cfg.log.Error("the end of the former Token and EncodingAESKey cannot be stored; they end a day after the change", "err", err)
		}
	})
}

// settingsHealth tells what was saved and cannot be used.
func (a *app) settingsHealth(context.Context) error {
	state := a.state.Load()
	if len(state.Unreadable) > 0 {
		return fmt.Errorf("cannot be opened, since BKPAAS_APP_SECRET has changed or the database was altered: %s: set the old BKPAAS_APP_SECRET again, or enter them anew on the settings page", strings.Join(state.Unreadable, ", "))
	}
	return nil
}

// recordSettings is the audit of what is saved.
func (a *app) recordSettings(ctx context.Context, tx *sql.Tx, actor string, fields ...string) error {
	return a.desk.SettingsChanged(ctx, tx, actor, fields...)
}

// lastHead logs the audit's head when no row can follow any more: the desk's own
// last one is older than what the outbox has ended since.
func (a *app) lastHead(ctx context.Context) error {
	head, err := a.desk.AuditHead(ctx)
	if err == nil {
		a.cfg.log.InfoContext(ctx, "audit", "head", head.String())
	}
	return err
}
