package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/courier"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/bkwecom/wecom/menu"
	"github.com/bkwecom/wecom/message"
)

// wechatNeeds are the settings without which nobody can be asked.
const wechatNeeds = settings.CorpID + ", " + settings.Secret + " and " + settings.AgentID + " are needed to ask for approval"

// errNotConfigured refuses alarms that nobody could be asked about.
var errNotConfigured = fmt.Errorf("%w: %s", courier.ErrNotConfigured, wechatNeeds)

// wechat is the side of the app that talks to WeCom.
type wechat struct {
	*courier.Courier
	set settings.Wechat
	log *slog.Logger
}

func newWechat(cfg config) (*wechat, error) {
	w := &wechat{set: cfg.set.Wechat, log: cfg.log}
	w.Courier = courier.New(courier.Config{Needs: wechatNeeds, HTTPClient: cfg.client, Limits: cfg.limits, Log: cfg.log})
	return w, w.Use(courier.Account{CorpID: w.set.CorpID, Secret: w.set.Secret, AgentID: w.set.AgentID, API: cfg.set.APIDomain})
}

// notify makes the message of an event, as the outbox stores it.
func (w *wechat) notify(e approval.Event, row int64) (kind string, payload []byte, err error) {
	switch {
	case len(e.To) == 0:
		return "", nil, nil
	case e.Kind == approval.EventAsked && !w.Ready():
		return "", nil, errNotConfigured // an alarm that nobody can be asked about is not accepted
	case w.AgentID() == 0:
		// What has happened has happened: a missing setting must not undo it.
		w.log.Warn("nobody is told", "event", string(e.Kind), "alarm", e.Alarm.Number(), "err", errNotConfigured)
		return "", nil, nil
	}
	return w.Prepare(e.To, message.Text{Content: eventText(e, row)})
}

// publishMenu puts 审批列表 into the app's menu.
func (w *wechat) publishMenu(ctx context.Context) error {
	if !w.Ready() {
		return errNotConfigured
	}
	if w.set.AppURL == "" {
		return fmt.Errorf("the menu needs an address to open: set %s", settings.AppURL)
	}
	return menu.Create(ctx, w, w.AgentID(), menu.Menu{Buttons: []menu.Button{
		menu.View("审批列表", w.set.AppURL+"todo/"),
	}})
}

// health says whether a token can be got.
func (w *wechat) health(ctx context.Context) error {
	if missing := w.set.Missing(); len(missing) > 0 {
		return fmt.Errorf("not set: %s", strings.Join(missing, ", "))
	}
	return w.Health(ctx)
}
