package wecom_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/internal/toxic"
	"github.com/bkwecom/wecom/menu"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/oauth"
	"github.com/bkwecom/wecom/wecomtest"
)

// ends is what a toxic call uses: clients of a network before the simulated WeCom.
type ends struct {
	wc      *wecom.Client
	http    *http.Client
	mediaID string
}

const toxicAPI = "http://wecom.example"

type toxicCall struct {
	name, path string
	own        time.Duration // that an attempt may take when the caller sets no limit
	attempts   int           // requests that it may make
	healthy    int           // the errcode without a fault
	make       func(ctx context.Context, e *ends) error
}

var toxicCalls = []toxicCall{
	{"gettoken", gettoken, 10 * time.Second, 3, 0, func(ctx context.Context, e *ends) error {
		_, err := e.wc.Token(ctx)
		return err
	}},
	{"Call GET", getAgent, 30 * time.Second, 1, 0, func(ctx context.Context, e *ends) error {
		return e.wc.Call(ctx, http.MethodGet, getAgent, map[string][]string{"agentid": {"1000002"}}, nil, new(map[string]any))
	}},
	{"Call POST", "/cgi-bin/user/convert_to_openid", 30 * time.Second, 1, 43004, func(ctx context.Context, e *ends) error {
		return e.wc.Call(ctx, http.MethodPost, "/cgi-bin/user/convert_to_openid", nil, map[string]string{"userid": "zhangsan"}, nil)
	}},
	{"send", "/cgi-bin/message/send", 30 * time.Second, 1, 0, func(ctx context.Context, e *ends) error {
		_, err := (&message.Sender{API: e.wc, AgentID: 1000002}).Send(ctx, toZhangsan(false))
		return err
	}},
	{"send with duplicate check", "/cgi-bin/message/send", 30 * time.Second, 3, 0, func(ctx context.Context, e *ends) error {
		_, err := (&message.Sender{API: e.wc, AgentID: 1000002}).Send(ctx, toZhangsan(true))
		return err
	}},
	{"upload", "/cgi-bin/media/upload", 10 * time.Minute, 3, 0, func(ctx context.Context, e *ends) error {
		_, err := (&message.Media{API: e.wc}).Upload(ctx, message.MediaFile, "log.txt", strings.NewReader(strings.Repeat("x", 300<<10)), 300<<10)
		return err
	}},
	{"download", "/cgi-bin/media/get", 10 * time.Minute, 3, 0, func(ctx context.Context, e *ends) error {
		_, err := (&message.Media{API: e.wc}).Download(ctx, e.mediaID, io.Discard, 1<<20)
		return err
	}},
	{"download of a range", "/cgi-bin/media/get", 10 * time.Minute, 3, 0, func(ctx context.Context, e *ends) error {
		_, err := (&message.Media{API: e.wc}).DownloadRange(ctx, e.mediaID, io.Discard, 100, 4000)
		return err
	}},
	{"code exchange", "/cgi-bin/auth/getuserinfo", 30 * time.Second, 1, 40029, func(ctx context.Context, e *ends) error {
		_, err := oauth.WeCom{API: e.wc, CorpID: wecomtest.DefaultCorpID}.Exchange(ctx, "CODE")
		return err
	}},
	{"official account's exchange", "/sns/oauth2/access_token", 10 * time.Second, 1, 40029, func(ctx context.Context, e *ends) error {
		_, err := oauth.OfficialAccount{AppID: "wx0000000000000001", Secret: secret, APIURL: toxicAPI, HTTPClient: e.http}.Exchange(ctx, "CODE")
		return err
	}},
	{"card update", "/cgi-bin/message/update_template_card", 30 * time.Second, 3, 60140, func(ctx context.Context, e *ends) error {
		_, err := (&message.Sender{API: e.wc, AgentID: 1000002}).Update(ctx, message.Update{ResponseCode: "RESPONSE", To: message.Everyone, ReplaceName: "已同意"})
		return err
	}},
	{"menu create", "/cgi-bin/menu/create", 30 * time.Second, 3, 0, func(ctx context.Context, e *ends) error {
		return menu.Create(ctx, e.wc, 1000002, menu.Menu{Buttons: []menu.Button{menu.Click("帮助", "HELP")}})
	}},
}

func toZhangsan(check bool) message.Message {
	return message.Message{To: message.Recipients{Users: []string{"zhangsan"}}, Content: message.Text{Content: "构建完成"}, DuplicateCheck: check}
}

// poison builds a network and clients in a bubble. With kept connections the
// call's own is one that has served before.
func poison(t *testing.T, kept bool) (*toxic.Network, *ends) {
	t.Helper()
	srv := wecomtest.NewUnstartedServer()
	t.Cleanup(srv.Close)
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: secret})
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	srv.AddOfficialAccount(wecomtest.OfficialAccount{AppID: "wx0000000000000001", Secret: secret})
	n := toxic.New(srv)
	t.Cleanup(n.Close)
	tr := n.Transport(kept)
	t.Cleanup(tr.CloseIdleConnections)
	e := &ends{http: &http.Client{Transport: tr}, mediaID: srv.AddMedia(wecomtest.Media{Type: "file", Name: "log.txt", Data: make([]byte, 9000)})}
	c, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: secret, BaseURL: toxicAPI, HTTPClient: e.http})
	if err != nil {
		t.Fatal(err)
	}
	e.wc = c
	t.Cleanup(func() { time.Sleep(time.Minute) }) // a flight outlives a caller who gives up
	return n, e
}

// TestToxicNetwork: every kind of call ends in time, with an error that answers
// the three questions, whatever the network does; and says that it was not sent
// only if no byte of it was taken. Once the caller sets the limit, once nobody does.
func TestToxicNetwork(t *testing.T) {
	t.Parallel()
	for _, call := range toxicCalls {
		for fault := toxic.None; fault <= toxic.Oversize; fault++ {
			for _, kept := range []bool{false, true} {
				if fault == toxic.Refused && kept {
					continue // it needs no dial
				}
				for _, limit := range []time.Duration{3 * time.Second, 0} {
					if fault == toxic.Oversize && (kept || limit == 0) {
						continue // megabytes, and time has no part in it
					}
					t.Run(fmt.Sprintf("%s/%s/kept=%v/limit=%v", call.name, fault, kept, limit), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { meet(t, call, fault, kept, limit) })
					})
				}
			}
		}
	}
}

func meet(t *testing.T, call toxicCall, fault toxic.Fault, kept bool, limit time.Duration) {
	n, e := poison(t, kept)
	if call.path != gettoken {
		if _, err := e.wc.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	n.Break(call.path, fault)
	const pauses = 2500 * time.Millisecond
	ctx, within := t.Context(), time.Duration(call.attempts)*call.own+pauses
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
		within = limit
	}
	start := time.Now()
	err := call.make(ctx, e)
	took := time.Since(start)
	if took > within+100*time.Millisecond {
		t.Errorf("took %v, want at most %v: %v", took, within, err)
	}
	if fault == toxic.None {
		if err != nil && (call.healthy == 0 || errCode(t, err) != call.healthy) {
			t.Errorf("without a fault: %v", err)
		}
		return
	}
	if err == nil {
		t.Fatal("no error")
	}
	if code := errCode(t, err); code != 0 {
		t.Errorf("an errcode from nowhere: %v", err)
	}
	if passing := retryable(t, err); passing && limit > 0 && took == limit {
		t.Errorf("the caller's end is taken for the network's: %v", err)
	}
	unsent, written := notSent(t, err), n.Written(call.path)
	switch {
	case call.path == gettoken: // no call that waits for a token was sent
	case unsent && written > 0:
		t.Errorf("not sent, it says, and %d bytes were: %v", written, err)
	case fault == toxic.Refused && !unsent:
		t.Errorf("there was no connection, but it may have been sent: %v", err)
	}
	if requests := n.Requests(call.path); requests > call.attempts {
		t.Errorf("%d requests, want at most %d", requests, call.attempts)
	}
}

// TestUnsentAfterAll: what one attempt may have brought is not taken back by later
// ones that found no connection.
func TestUnsentAfterAll(t *testing.T) {
	t.Parallel()
	for _, tt := range toxicCalls {
		if tt.attempts == 1 || tt.path == gettoken {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, e := poison(t, false)
				if _, err := e.wc.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
				n.Break(tt.path, toxic.ResetAfter, toxic.Refused)
				err := tt.make(t.Context(), e)
				if err == nil || n.Requests(tt.path) != 1 {
					t.Fatalf("%d requests, %v", n.Requests(tt.path), err)
				}
				if notSent(t, err) {
					t.Errorf("not sent, it says, and the vendor has had it: %v", err)
				}
			})
		})
	}
}
