package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"

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

// errNoAddress refuses a menu that could open nothing.
var errNoAddress = errors.New("the menu needs an address to open: set " + settings.AppURL)

// wechat is the side of the app that talks to WeCom.
type wechat struct {
	*courier.Courier
	api string // of WeCom
	log *slog.Logger
	now atomic.Pointer[settings.Wechat]
}

func newWechat(cfg config) (*wechat, error) {
	w := &wechat{api: cfg.set.APIDomain, log: cfg.log}
	w.Courier = courier.New(courier.Config{Needs: wechatNeeds, HTTPClient: cfg.client, Limits: cfg.limits, Log: cfg.log})
	return w, w.use(cfg.set.Wechat)
}

// use sends by these settings from now on. If they cannot be used, everything is
// as before.
func (w *wechat) use(set settings.Wechat) error {
	if err := w.Use(courier.Account{CorpID: set.CorpID, Secret: set.Secret, AgentID: set.AgentID, API: w.api}); err != nil {
		return err
	}
	w.now.Store(&set)
	return nil
}

// settings are those of now.
func (w *wechat) settings() settings.Wechat { return *w.now.Load() }

// notify makes the message of an event, as the outbox stores it.
func (w *wechat) notify(e approval.Event, row int64) (kind string, payload []byte, err error) {
	switch {
	case len(e.To) == 0:
		return "", nil, nil
	case e.Kind == approval.EventCardUpdate:
		return cardChange{ResponseCode: e.ResponseCode, To: e.To, Buttons: standing(e.Alarm)}.stored()
	case e.Kind == approval.EventAsked && !w.Ready():
		return "", nil, errNotConfigured // an alarm that nobody can be asked about is not accepted
	case w.AgentID() == 0:
		// What has happened has happened: a missing setting must not undo it.
		w.log.Warn("nobody is told", "event", string(e.Kind), "alarm", e.Alarm.Number(), "err", errNotConfigured)
		return "", nil, nil
	}
	return w.Prepare(e.To, w.content(e, row))
}

func (w *wechat) content(e approval.Event, row int64) message.Content {
	address := w.settings().AppURL
	if e.TaskID != "" {
		return askingCard(e, address)
	}
	return message.Text{Content: eventText(e, address, row)}
}

// publishMenu puts 审批列表 into the app's menu.
func (w *wechat) publishMenu(ctx context.Context) error {
	if !w.Ready() {
		return errNotConfigured
	}
	address := w.settings().AppURL
	if address == "" {
		return errNoAddress
	}
	return menu.Create(ctx, w, w.AgentID(), menu.Menu{Buttons: []menu.Button{
		menu.View("审批列表", address+todoPage),
	}})
}

// health says whether a token can be got.
func (w *wechat) health(ctx context.Context) error {
	if missing := w.settings().Missing(); len(missing) > 0 {
		return fmt.Errorf("not set: %s", strings.Join(missing, ", "))
	}
	return w.Health(ctx)
}
