package courier_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/examples/internal/courier"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/menu"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

var (
	_ message.Caller = (*courier.Courier)(nil)
	_ menu.Caller    = (*courier.Courier)(nil)
)

const agent = 1000002

// newWeCom is a company with one member and two apps.
func newWeCom(t *testing.T) *wecomtest.Server {
	t.Helper()
	srv := wecomtest.NewServer()
	t.Cleanup(srv.Close)
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	srv.AddApp(wecomtest.App{AgentID: agent, Secret: "first"})
	srv.AddApp(wecomtest.App{AgentID: agent + 1, Secret: "second"})
	return srv
}

func account(srv *wecomtest.Server) courier.Account {
	return courier.Account{CorpID: srv.CorpID, Secret: env.NewSecret("first"), AgentID: agent, API: srv.URL}
}

func newCourier(t *testing.T, a courier.Account, log *strings.Builder) *courier.Courier {
	t.Helper()
	c := courier.New(courier.Config{Needs: "SECRET is needed", Log: slog.New(slog.NewTextHandler(log, nil))})
	if err := c.Use(a); err != nil {
		t.Fatal(err)
	}
	return c
}

func send(t *testing.T, c *courier.Courier, text string, to ...string) ([]byte, error) {
	t.Helper()
	kind, payload, err := c.Prepare(to, message.Text{Content: text})
	if err != nil || kind != courier.Kind {
		t.Fatalf("kind %q, %v", kind, err)
	}
	return c.Deliver(t.Context(), outbox.Row{ID: 1, Payload: payload})
}

func texts(srv *wecomtest.Server) (texts string) {
	for _, m := range srv.Inbox("zhangsan") {
		texts += m.Content + ";"
	}
	return texts
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	srv, log := newWeCom(t), &strings.Builder{}
	c := newCourier(t, account(srv), log)
	if err := errors.Join(c.Health(t.Context()), c.CheckAgent(t.Context())); err != nil || !c.Ready() || c.AgentID() != agent {
		t.Errorf("%v, ready %v, agent %d", err, c.Ready(), c.AgentID())
	}
	_, payload, err := c.Prepare([]string{"zhangsan", "nobody"}, message.Text{Content: "你好"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the outbox may repeat; WeCom recognises the bytes
		result, err := c.Deliver(t.Context(), outbox.Row{ID: 7, Group: "g/1", Payload: payload})
		var res message.Result
		if err != nil || json.Unmarshal(result, &res) != nil || res.MsgID == "" {
			t.Errorf("%s, %v", result, err)
		}
	}
	if got := texts(srv); got != "你好;" {
		t.Errorf("arrived: %q", got)
	}
	if !strings.Contains(log.String(), "users=nobody") || !strings.Contains(log.String(), "row=7") {
		t.Errorf("log %s", log)
	}
}

// TestHopeless: what an operator can mend waits, what nobody can ends.
func TestHopeless(t *testing.T) {
	t.Parallel()
	srv := newWeCom(t)
	wrong := account(srv)
	wrong.Secret = env.NewSecret("wrong")
	away := account(srv)
	away.API = "http://127.0.0.1:1"
	good := newCourier(t, account(srv), &strings.Builder{})
	permanent := func(err error) bool { return errors.Is(err, outbox.Permanent(errors.Unwrap(err))) }
	for _, tt := range []struct {
		name      string
		err       func() error
		permanent bool
	}{
		{"nobody can see the app", func() error { _, err := send(t, good, "x", "nobody"); return err }, true},
		{"bytes that are no message", func() error {
			_, err := good.Deliver(t.Context(), outbox.Row{Payload: []byte(`{"touser":"zhangsan","msgtype":"text","agentid":1000002,"text":{}}`)})
			return err
		}, true},
		{"wrong secret", func() error { _, err := send(t, newCourier(t, wrong, &strings.Builder{}), "x", "zhangsan"); return err }, false},
		{"WeCom is away", func() error { _, err := send(t, newCourier(t, away, &strings.Builder{}), "x", "zhangsan"); return err }, false},
		{"not configured", func() error {
			c := newCourier(t, courier.Account{AgentID: agent}, &strings.Builder{})
			_, err := send(t, c, "x", "zhangsan")
			return err
		}, false},
	} {
		err := tt.err()
		if err == nil || permanent(err) != tt.permanent {
			t.Errorf("%s: %v, permanent %v", tt.name, err, !tt.permanent)
		}
	}
}

func TestNotConfigured(t *testing.T) {
	t.Parallel()
	srv := newWeCom(t)
	for name, a := range map[string]courier.Account{
		"nothing": {}, "no secret": {CorpID: srv.CorpID, AgentID: agent, API: srv.URL}, "no company": {Secret: env.NewSecret("first"), AgentID: agent, API: srv.URL},
	} {
		c := newCourier(t, a, &strings.Builder{})
		_, deliverErr := c.Deliver(t.Context(), outbox.Row{})
		for what, err := range map[string]error{
			"Call": c.Call(t.Context(), http.MethodGet, "/cgi-bin/agent/get", nil, nil, nil), "Health": c.Health(t.Context()),
			"CheckAgent": c.CheckAgent(t.Context()), "Deliver": deliverErr,
		} {
			if !errors.Is(err, courier.ErrNotConfigured) || !strings.Contains(err.Error(), "SECRET is needed") {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		if c.Ready() {
			t.Errorf("%s: ready", name)
		}
	}
	// Without an agentid calls are possible, messages are not.
	a := account(srv)
	a.AgentID = 0
	c := newCourier(t, a, &strings.Builder{})
	if _, _, err := c.Prepare([]string{"zhangsan"}, message.Text{Content: "x"}); !errors.Is(err, courier.ErrNotConfigured) || c.Ready() {
		t.Errorf("without agentid: %v", err)
	}
	if err := c.Health(t.Context()); err != nil {
		t.Errorf("without agentid a token can be got: %v", err)
	}
	if err := courier.New(courier.Config{}).Health(t.Context()); !errors.Is(err, courier.ErrNotConfigured) {
		t.Errorf("new: %v", err)
	}
}

// TestUse: a saved setting counts at once; one that cannot be used changes
// nothing; another agentid alone costs no token.
func TestUse(t *testing.T) {
	t.Parallel()
	srv := newWeCom(t)
	c := newCourier(t, courier.Account{}, &strings.Builder{})
	if err := c.Use(account(srv)); err != nil {
		t.Fatal(err)
	}
	if _, err := send(t, c, "first", "zhangsan"); err != nil {
		t.Error(err)
	}
	broken := account(srv)
	broken.API = "ftp://x"
	if err := c.Use(broken); err == nil {
		t.Error("an account that cannot be used is taken")
	}
	before := srv.Calls("/cgi-bin/gettoken")
	other := account(srv)
	other.AgentID = agent + 1
	if err := c.Use(other); err != nil {
		t.Fatal(err)
	}
	var apiErr *wecom.Error
	if err := c.CheckAgent(t.Context()); !errors.As(err, &apiErr) || apiErr.Code != 301002 {
		t.Errorf("the other agent with the first secret: %v", err)
	}
	if n := srv.Calls("/cgi-bin/gettoken"); n != before {
		t.Errorf("%d tokens for another agentid", n-before)
	}
	other.Secret = env.NewSecret("second")
	if err := c.Use(other); err != nil {
		t.Fatal(err)
	}
	if _, err := send(t, c, "second", "zhangsan"); err != nil {
		t.Error(err)
	}
	if got := texts(srv); got != "first;second;" {
		t.Errorf("arrived: %q", got)
	}
	for name, edit := range map[string]func(*courier.Account){
		"company": func(a *courier.Account) { a.CorpID = "wwother" }, "secret": func(a *courier.Account) { a.Secret = env.NewSecret("wrong") },
		"address": func(a *courier.Account) { a.API += "/elsewhere" },
	} {
		a := other
		if err := c.Use(a); err != nil || c.Health(t.Context()) != nil {
			t.Errorf("before another %s: %v", name, err)
		}
		edit(&a)
		if err := c.Use(a); err != nil || c.Health(t.Context()) == nil {
			t.Errorf("another %s goes on with the old token: %v", name, err)
		}
	}
	if err := c.Use(courier.Account{}); err != nil || c.Ready() {
		t.Errorf("emptied settings: %v, ready %v", err, c.Ready())
	}
}
