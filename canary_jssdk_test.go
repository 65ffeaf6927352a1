package wecom_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/jssdk"
)

const (
	canaryPage  = "https://itsm.example.com/weixin/"
	jsapiTicket = "canaryJSTicket-0123456789"
)

// leakyTickets fails with what it was given.
type leakyTickets struct{}

func (leakyTickets) Load(context.Context, string) (string, time.Time, error) {
	return "", time.Time{}, nil
}

func (leakyTickets) Save(_ context.Context, _, ticket string, _ time.Time) error {
	return errors.New("SET " + ticket + ": connection refused")
}

// jssdkMode lets a page ask for its signatures while something fails.
func jssdkMode(name string, fail func(*http.Request) (*http.Response, error), change func(*jssdk.Config), page string) failureMode {
	return failureMode{name, func(t *testing.T, e *evidence) {
		e.secret("ticket", jsapiTicket)
		cfg := jssdk.Config{
			API: canaryClient(t, e, talkative("/get_jsapi_ticket", fail)), CorpID: corpID, AgentID: 1000002,
			Pages: []string{canaryPage}, APIs: []string{"scanQRCode"},
			OnError: func(err error) { e.err(err) },
		}
		change(&cfg)
		s, err := jssdk.New(cfg)
		if err != nil {
			e.err(err)
			return
		}
		_, err = s.SignConfig(t.Context(), page)
		e.err(err)
		e.serve(s.Handler(), httptest.NewRequest("GET", "/sign?url="+url.QueryEscape(page), nil))
		e.value("signer", s)
	}}
}

func ticketAnswer(r *http.Request) (*http.Response, error) {
	return response(r, 200, "application/json", `{"errcode":0,"ticket":"`+jsapiTicket+`","expires_in":7200}`), nil
}

var jssdkModes = []failureMode{
	jssdkMode("a page's ticket is refused", refusing(wecom.CodeInvalidToken), func(*jssdk.Config) {}, canaryPage),
	jssdkMode("a ticket's answer is no JSON", func(r *http.Request) (*http.Response, error) {
		return response(r, 200, "text/html", "<html>"+jsapiTicket+told(r)), nil
	}, func(*jssdk.Config) {}, canaryPage),
	jssdkMode("a store of tickets fails", ticketAnswer, func(cfg *jssdk.Config) { cfg.Tickets = leakyTickets{} }, canaryPage),
	jssdkMode("a page of another site asks for a signature", ticketAnswer, func(*jssdk.Config) {}, "https://evil.example/?code="+canaryCode),
	jssdkMode("a configured page is none", ticketAnswer, func(cfg *jssdk.Config) { cfg.Pages = []string{"ftp://x/?" + canaryCode} }, canaryPage),
}
