// Package courier is the WeCom end of the outbox: it makes messages into stored
// bytes, delivers them, and tells whether WeCom can be used. The client behind
// it can be replaced while the app runs, when a settings page saves another
// secret.
package courier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/message"
)

// Kind is the outbox kind of messages to members.
const Kind = "message"

// PerMinute and PerHour are what a courier sends to one member. A few of WeCom's
// 30 messages a minute and 1000 an hour are left for other senders of the app.
const (
	PerMinute = 25
	PerHour   = 900
)

// ErrNotConfigured means that WeCom cannot be called, or nothing be sent, with
// the settings of now.
var ErrNotConfigured = errors.New("WeCom is not configured")

// Config of a courier.
type Config struct {
	// Needs names the settings without which nothing is sent, for errors that
	// tell an operator what to set.
	Needs string

	HTTPClient *http.Client     // nil is the library's own
	Limits     *message.Limiter // nil is a little less than what WeCom delivers
	Log        *slog.Logger     // nil is slog.Default
}

// Account is the app in WeCom that messages come from. Each field may be empty:
// what is missing then cannot be used, and says so.
type Account struct {
	CorpID  string
	Secret  env.Secret
	AgentID int    // 0 is none: calls are possible, messages are not
	API     string // "" is the public cloud
}

// Courier delivers for the account of now. It is safe for concurrent use.
type Courier struct {
	cfg Config

	mu  sync.Mutex // orders Use
	now atomic.Pointer[line]
}

// line is what one account makes; it never changes.
type line struct {
	account Account
	client  *wecom.Client // nil while CorpID or Secret is missing
	sender  *message.Sender
}

// New returns a courier without an account: [Courier.Use] gives it one.
func New(cfg Config) *Courier {
	cfg.Log = cmp.Or(cfg.Log, slog.Default())
	// Over 30 a minute WeCom drops what is for a member, and says nothing. What
	// has to wait is refused by the limiter, and the outbox comes again with it.
	cfg.Limits = cmp.Or(cfg.Limits, &message.Limiter{MemberPerMinute: PerMinute, MemberPerHour: PerHour})
	c := &Courier{cfg: cfg}
	c.now.Store(c.line(Account{}, nil))
	return c
}

// Use replaces the account: what begins from now on goes by it, what runs ends
// by the old one. If only the agentid is another, the token stays. An account
// that cannot be used leaves the old one in place.
func (c *Courier) Use(a Account) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.now.Load()
	client := old.client
	if a.CorpID != old.account.CorpID || a.Secret.Reveal() != old.account.Secret.Reveal() || a.API != old.account.API {
		client = nil
	}
	if client == nil && a.CorpID != "" && a.Secret.Set() {
		var err error
		client, err = wecom.New(wecom.Config{
			CorpID: a.CorpID, Secret: a.Secret.Reveal(), BaseURL: a.API, HTTPClient: c.cfg.HTTPClient,
			OnError: func(err error) { c.cfg.Log.Warn("wecom", "err", err) },
		})
		if err != nil {
			return fmt.Errorf("courier: %w", err)
		}
	}
	c.now.Store(c.line(a, client))
	return nil
}

func (c *Courier) line(a Account, client *wecom.Client) *line {
	l := &line{account: a, client: client}
	l.sender = &message.Sender{AgentID: a.AgentID, Limiter: c.cfg.Limits}
	if client != nil { // a nil *wecom.Client would be a Caller that is not nil
		l.sender.API = client
	}
	return l
}

// AgentID is that of the account, 0 if there is none.
func (c *Courier) AgentID() int { return c.now.Load().account.AgentID }

// Ready reports whether messages can be sent.
func (c *Courier) Ready() bool {
	l := c.now.Load()
	return l.client != nil && l.account.AgentID != 0
}

// Call calls WeCom by the account of now, so that a Courier is the Caller of
// packages menu, oauth and message. Without an account it fails with
// [ErrNotConfigured].
func (c *Courier) Call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	client := c.now.Load().client
	if client == nil {
		return c.notConfigured()
	}
	return client.Call(ctx, method, path, query, in, out)
}

func (c *Courier) notConfigured() error {
	if c.cfg.Needs == "" {
		return ErrNotConfigured
	}
	return fmt.Errorf("%w: %s", ErrNotConfigured, c.cfg.Needs)
}

// Health gets a token, for a health page.
func (c *Courier) Health(ctx context.Context) error {
	client := c.now.Load().client
	if client == nil {
		return c.notConfigured()
	}
	_, err := client.Token(ctx)
	return err
}

// CheckAgent asks WeCom about the app (vendor's document: agent/get), which
// tests token and agentid together.
func (c *Courier) CheckAgent(ctx context.Context) error {
	l := c.now.Load()
	if !c.Ready() {
		return c.notConfigured()
	}
	return l.client.Call(ctx, http.MethodGet, "/cgi-bin/agent/get", url.Values{"agentid": {fmt.Sprint(l.account.AgentID)}}, nil, nil)
}
