package jssdk

import (
	"log/slog"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Config is how an app's pages use the JS-SDK. API, CorpID, Pages and at least one of APIs and AgentAPIs
// must be set.
type Config struct {
	API    Caller // with the secret of the app
	CorpID string
	// AgentID is the app's; needed for AgentAPIs, and it keeps the tickets of several apps apart in a store.
	AgentID int
	// Pages are the pages that get signatures, as browsers see them: an address with a slash at its end
	// stands for everything below it, any other for itself, with any query. Their domains must be
	// trusted domains (可信域名) of the app, with a proven owner.
	Pages []string
	// APIs is the jsApiList of wx.config, such as "scanQRCode"; AgentAPIs that of wx.agentConfig.
	// Without any the Handler does not answer for that call.
	APIs, AgentAPIs []string

	// Tickets shares the tickets between processes; nil keeps them in this one.
	Tickets TicketStore
	// OnError is told why a ticket could not be had, what is wrong with Tickets, and which pages were
	// refused; never a ticket, nor the query of a page. It must not block and may be called by several
	// goroutines. nil logs to slog.Default.
	OnError func(error)
}

// New checks the Config; it makes no request. The error is a [*FieldError].
func New(cfg Config) (*Signer, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	c := &core{corpID: cfg.CorpID, agentID: strconv.Itoa(cfg.AgentID), apis: slices.Clone(cfg.APIs), agentAPIs: slices.Clone(cfg.AgentAPIs)}
	for _, text := range cfg.Pages {
		p, err := parsePlace(text)
		if err != nil {
			return nil, err
		}
		c.places = append(c.places, p)
	}
	onError := cfg.OnError
	if onError == nil {
		onError = func(err error) { slog.Warn("wecom jssdk", "err", err) }
	}
	c.report = func(err error) { _ = safely(func() error { onError(err); return nil }) }
	newKeeper := func(k kind) *keeper {
		return &keeper{
			what: k.what, ask: k.ask(cfg.API), report: c.report,
			store: cfg.Tickets, key: "wecom:ticket:" + k.name + ":" + c.corpID + ":" + c.agentID,
		}
	}
	c.corp, c.agent = newKeeper(corpTicket), newKeeper(appTicket)
	return &Signer{c}, nil
}

func (c Config) check() error {
	v := reflect.ValueOf(c.API)
	switch {
	case c.API == nil || v.Kind() == reflect.Pointer && v.IsNil():
		return fieldError("API", "is nil: pass a *wecom.Client")
	case c.CorpID == "" || !plain(c.CorpID):
		return fieldError("CorpID", "must be the company's corpid, as in ww1234567890abcdef: it stands in the admin console under 我的企业")
	case c.AgentID < 0 || c.AgentID == 0 && len(c.AgentAPIs) > 0:
		return fieldError("AgentID", "is needed for wx.agentConfig: it stands in the admin console beside the app")
	case len(c.Pages) == 0:
		return fieldError("Pages", "is empty: name the pages that may use the JS-SDK, such as https://itsm.example.com/o/itsm/weixin/")
	case len(c.APIs)+len(c.AgentAPIs) == 0:
		return fieldError("APIs", "is empty, and AgentAPIs too: name what pages call, such as scanQRCode")
	}
	for _, name := range slices.Concat(c.APIs, c.AgentAPIs) {
		if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:") != "" {
			return fieldError("APIs", "name functions of the JS-SDK without wx., such as scanQRCode")
		}
	}
	return nil
}

// plain text is ASCII that needs no care in addresses, logs and keys of a store.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' || r == '\\' })
}
