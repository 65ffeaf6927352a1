package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/bkwecom/wecom/menu"
	"github.com/bkwecom/wecom/message"
)

// A few of WeCom's 30 messages a minute and 1000 an hour to one member are left
// for other senders of the app.
const (
	perMinute = 25
	perHour   = 900
)

// kindMessage is the outbox kind of messages to members.
const kindMessage = "message"

// errNotConfigured means that nobody can be asked yet.
var errNotConfigured = errors.New("WeCom is not configured: " +
	settings.CorpID + ", " + settings.Secret + " and " + settings.AgentID + " are needed to ask for approval")

// wechat is the side of the app that talks to WeCom.
type wechat struct {
	set    settings.Wechat
	api    message.Caller // nil while CorpID or Secret is missing
	token  func(context.Context) (string, error)
	sender *message.Sender
	log    *slog.Logger
}

func newWechat(cfg config) (*wechat, error) {
	set, log := cfg.set.Wechat, cfg.log
	w := &wechat{set: set, log: log}
	if set.CorpID != "" && set.Secret.Set() {
		c, err := wecom.New(wecom.Config{
			CorpID: set.CorpID, Secret: set.Secret.Reveal(), BaseURL: cfg.set.APIDomain, HTTPClient: cfg.client,
			OnError: func(err error) { log.Warn("wecom", "err", err) },
		})
		if err != nil {
			return nil, err
		}
		w.api, w.token = c, c.Token
	}
	// Over 30 a minute WeCom drops what is for a member, and says nothing. What
	// has to wait is refused here, and the outbox comes again with it.
	limits := cmp.Or(cfg.limits, &message.Limiter{MemberPerMinute: perMinute, MemberPerHour: perHour})
	w.sender = &message.Sender{API: w.api, AgentID: set.AgentID, Limiter: limits}
	return w, nil
}

func (w *wechat) ready() bool { return w.api != nil && w.set.AgentID != 0 }

// notify makes the message of an event, as the outbox stores it.
func (w *wechat) notify(e approval.Event, row int64) (kind string, payload []byte, err error) {
	switch {
	case len(e.To) == 0:
		return "", nil, nil
	case e.Kind == approval.EventAsked && !w.ready():
		return "", nil, errNotConfigured // an alarm that nobody can be asked about is not accepted
	case w.set.AgentID == 0:
		// What has happened has happened: a missing setting must not undo it.
		w.log.Warn("nobody is told", "event", string(e.Kind), "alarm", e.Alarm.Number(), "err", errNotConfigured)
		return "", nil, nil
	}
	return w.prepare(e.To, eventText(e, row))
}

func (w *wechat) prepare(to []string, text string) (kind string, payload []byte, err error) {
	p, err := w.sender.Prepare(message.Message{
		To:      message.Recipients{Users: to},
		Content: message.Text{Content: text},
		// The outbox repeats the same bytes for as long as WeCom recognises them.
		DuplicateCheck: true, DuplicateInterval: outbox.DuplicateWindow,
	})
	return kindMessage, p, err
}

// deliver sends a stored message.
func (w *wechat) deliver(ctx context.Context, row outbox.Row) ([]byte, error) {
	if !w.ready() {
		return nil, errNotConfigured
	}
	res, err := w.sender.SendPrepared(ctx, message.Prepared(row.Payload))
	if err != nil {
		if hopeless(err) {
			return nil, outbox.Permanent(err)
		}
		return nil, err
	}
	if len(res.InvalidUsers) > 0 {
		w.log.WarnContext(ctx, "some members cannot see the app: put them into its visible range",
			"row", row.ID, "group", row.Group, "users", strings.Join(res.InvalidUsers, ","))
	}
	return json.Marshal(res)
}

// hopeless tells errors of the message itself from those that an operator can
// mend while the outbox waits: a wrong secret, an untrusted address.
func hopeless(err error) bool {
	var limit *message.LimitError
	var field *message.FieldError
	if errors.As(err, &limit) || errors.As(err, &field) {
		return true
	}
	var api *wecom.Error
	if !errors.As(err, &api) {
		return false
	}
	switch api.Code {
	case wecom.CodeNoReceiver, // all members invalid
		40003, 40008, 40031, 40032, 40033, 40035, 40058, 40063, 45002, 82001: // malformed, by errcodes of message/send
		return true
	}
	return false
}

// publishMenu puts 审批列表 into the app's menu.
func (w *wechat) publishMenu(ctx context.Context) error {
	if !w.ready() {
		return errNotConfigured
	}
	if w.set.AppURL == "" {
		return fmt.Errorf("the menu needs an address to open: set %s", settings.AppURL)
	}
	return menu.Create(ctx, w.api, w.set.AgentID, menu.Menu{Buttons: []menu.Button{
		menu.View("审批列表", w.set.AppURL+"todo/"),
	}})
}

// health says whether a token can be got.
func (w *wechat) health(ctx context.Context) error {
	if missing := w.set.Missing(); len(missing) > 0 {
		return fmt.Errorf("not set: %s", strings.Join(missing, ", "))
	}
	_, err := w.token(ctx)
	return err
}

// checkAgent asks WeCom about the app, which tests token and agentid together.
func (w *wechat) checkAgent(ctx context.Context) error {
	if !w.ready() {
		return errNotConfigured
	}
	return w.api.Call(ctx, http.MethodGet, "/cgi-bin/agent/get", url.Values{"agentid": {fmt.Sprint(w.set.AgentID)}}, nil, nil)
}
