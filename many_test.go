package wecom_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/crypto"
	"github.com/bkwecom/wecom/jssdk"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// TestManyApps: two companies with three apps each in one process. The apps have one API address, one
// TokenStore, one mux, and as much in common as the vendor allows: agentids and secrets are the same in both
// companies, keys are shared across companies and by two apps of one. In 10,000 mixed calls none uses
// another's token, and every message is opened by its own app and refused by the five others.
func TestManyApps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(10 * 365 * 24 * time.Hour) // a bubble begins in 2000, when timestamps had nine digits
		town := newTown(t)
		defer time.Sleep(time.Minute) // renewals that run beside the calls end
		const batches, workers, calls = 10, 8, 125
		for batch := range batches {
			var wg sync.WaitGroup
			for worker := range workers {
				wg.Go(func() {
					for i := range calls {
						n := (batch*workers+worker)*calls + i
						town.apps[n%len(town.apps)].act(t, town, n)
					}
				})
			}
			wg.Wait()
			switch company := batch / 3 % 2; batch % 3 { // so that the next batch begins with all sorts of tokens
			case 0:
				town.cloud.companies[company].ExpireTokens()
			case 1:
				town.cloud.companies[company].RevokeTokens()
			case 2:
				time.Sleep(100 * time.Minute)
			}
		}
		town.verify(t, batches*workers*calls)
	})
}

// town is everything in the process.
type town struct {
	cloud    *cloud
	apps     []*resident
	mux      *http.ServeMux
	byReason [3]atomic.Int64 // of refused foreign messages: signature, receiver, app
}

// resident is one app with what is its own.
type resident struct {
	name    string
	agentID int
	srv     *wecomtest.Server
	agent   *wecomtest.Agent
	client  *wecom.Client
	twin    *wecom.Client // the same app in another process
	signer  *jssdk.Signer
	path    string
	page    string

	opened, sent, answered atomic.Int64
	foreign                atomic.Int64 // messages of others that this app refused
}

func newTown(t *testing.T) *town {
	town := &town{cloud: &cloud{owner: map[string]string{}}, mux: http.NewServeMux()}
	store := wecom.NewMemoryStore()
	for i, corp := range []string{"ww00000000000000aa", "ww00000000000000bb"} {
		srv := wecomtest.NewUnstartedServer()
		t.Cleanup(srv.Close)
		srv.CorpID = corp
		srv.Configure(func(r *wecomtest.Rules) {
			r.MemberPerMinute, r.MemberPerHour = 0, 0
			r.NewTokenEachTime = i == 1
		})
		srv.AddUser(wecomtest.User{ID: "zhangsan"})
		town.cloud.companies = append(town.cloud.companies, srv)
		for j := range 3 {
			town.apps = append(town.apps, town.settle(t, srv, 1000002+j, store))
		}
	}
	return town
}

// settle makes an app. The second and the third of a company share Token and key.
func (town *town) settle(t *testing.T, srv *wecomtest.Server, id int, store wecom.TokenStore) *resident {
	a := &resident{agentID: id, srv: srv, name: fmt.Sprintf("%s/%d", srv.CorpID, id)}
	a.path = "/" + a.name + "/"
	a.page = "https://apps.example.com" + a.path
	secret, token := fmt.Sprintf("secret-of-%d", id), "TokenOfTwo"
	if id == 1000002 {
		token = "TokenOfOne"
	}
	newClient := func() *wecom.Client {
		c, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: secret, Tokens: store, HTTPClient: &http.Client{Transport: door{town.cloud, a.name, t}}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	a.client, a.twin = newClient(), newClient()
	h, err := callback.New(callback.Config{
		Token: token, EncodingAESKey: wecomtest.ExampleAESKey, ReceiverID: srv.CorpID, AgentIDs: []int{id},
		Handle:  func(_ context.Context, m callback.Message) (callback.Reply, error) { return a.open(t, m), nil },
		OnError: func(_ *http.Request, err error) { town.refused(t, a, err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	town.mux.Handle(a.path, h)
	a.agent = srv.AddApp(wecomtest.App{
		AgentID: id, Secret: secret, Token: token, EncodingAESKey: wecomtest.ExampleAESKey, TrustedDomain: "apps.example.com",
		CallbackURL: a.page, Handler: town.postman(t, a),
	})
	a.signer, err = jssdk.New(jssdk.Config{
		API: a.client, CorpID: srv.CorpID, AgentID: id, Pages: []string{a.page},
		APIs: []string{"scanQRCode"}, AgentAPIs: []string{"selectExternalContact"}, Tickets: store,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// act makes one of the mixed calls.
func (a *resident) act(t *testing.T, town *town, n int) {
	client, ctx := a.client, t.Context()
	if n%5 == 0 {
		client = a.twin
	}
	var err error
	switch n / len(town.apps) % 6 {
	case 0:
		_, err = (&message.Sender{API: client, AgentID: a.agentID}).Send(ctx, message.Message{
			To: message.Recipients{Users: []string{"zhangsan"}}, Content: message.Text{Content: "from " + a.name},
		})
		a.sent.Add(1)
	case 1, 2:
		var reply wecomtest.Reply
		reply, err = a.agent.SendText(ctx, "zhangsan", fmt.Sprintf("to %s: %d", a.name, n))
		if want := fmt.Sprintf("read by %s: %d", a.name, n); err == nil && reply.Content != want {
			err = fmt.Errorf("the reply is %q, want %q", reply.Content, want)
		}
		a.answered.Add(1)
	case 3:
		var out struct {
			AgentID int `json:"agentid"`
		}
		err = client.Call(ctx, http.MethodGet, getAgent, url.Values{"agentid": {fmt.Sprint(a.agentID)}}, nil, &out)
		if err == nil && out.AgentID != a.agentID {
			err = fmt.Errorf("agent/get answered for %d", out.AgentID)
		}
	case 4: // another's agentid
		other := 1000002 + (a.agentID-1000002+1)%3
		var refused *wecom.Error
		err = client.Call(ctx, http.MethodGet, getAgent, url.Values{"agentid": {fmt.Sprint(other)}}, nil, nil)
		if errors.As(err, &refused) && refused.Code == wecom.CodeWrongAgent {
			err = nil
		} else {
			err = fmt.Errorf("the app may ask about another: %v", err)
		}
	case 5:
		err = a.sign(ctx, town)
	}
	if err != nil {
		t.Errorf("call %d of %s: %v", n, a.name, err)
	}
}

// sign makes both signatures of a page: good for this app, and for no other one of either company.
func (a *resident) sign(ctx context.Context, town *town) error {
	config, err := a.signer.SignConfig(ctx, a.page)
	if err != nil {
		return err
	}
	agentConfig, err := a.signer.SignAgentConfig(ctx, a.page)
	if err != nil {
		return err
	}
	asJSON := func(v any) []byte { data, _ := json.Marshal(v); return data }
	err = errors.Join(a.srv.CheckJSSDKConfig(a.page, asJSON(config)), a.srv.CheckJSSDKAgentConfig(a.page, asJSON(agentConfig)))
	for _, other := range town.apps {
		if other == a {
			continue
		}
		config.AppID, agentConfig.CorpID, agentConfig.AgentID = other.srv.CorpID, other.srv.CorpID, fmt.Sprint(other.agentID)
		if other.srv != a.srv && other.srv.CheckJSSDKConfig(a.page, asJSON(config)) == nil || other.srv.CheckJSSDKAgentConfig(a.page, asJSON(agentConfig)) == nil {
			err = errors.Join(err, fmt.Errorf("a page signed for %s serves %s", a.name, other.name))
		}
	}
	return err
}

// open is the app's handler.
func (a *resident) open(t *testing.T, m callback.Message) callback.Reply {
	text, ok := m.(*callback.Text)
	if !ok || text.ToUser != a.srv.CorpID || text.AgentID != fmt.Sprint(a.agentID) || !strings.HasPrefix(text.Content, "to "+a.name+": ") {
		t.Errorf("%s opened a message that is not its own", a.name)
		return nil
	}
	a.opened.Add(1)
	return callback.TextReply("read by " + strings.TrimPrefix(text.Content, "to "))
}

// verify looks at the traces that all calls left.
func (town *town) verify(t *testing.T, calls int) {
	t.Helper()
	tokens := map[string]string{}
	var opened, sent int64
	for _, a := range town.apps {
		token, err := a.client.Token(t.Context())
		if other, taken := tokens[token]; taken || err != nil {
			t.Errorf("%s and %s have one token, %v", a.name, other, err)
		}
		tokens[token] = a.name
		if a.opened.Load() != a.answered.Load() || a.opened.Load() == 0 {
			t.Errorf("%s opened %d messages of %d", a.name, a.opened.Load(), a.answered.Load())
		}
		opened, sent = opened+a.opened.Load(), sent+a.sent.Load()
	}
	for _, a := range town.apps {
		if got, want := a.foreign.Load(), opened-a.opened.Load(); got != want {
			t.Errorf("%s refused %d messages of others, want %d", a.name, got, want)
		}
	}
	for i, reason := range []string{"signature", "receiver", "app"} {
		if town.byReason[i].Load() == 0 {
			t.Errorf("no foreign message was refused for its %s", reason)
		}
	}
	var arrived int64
	for _, srv := range town.cloud.companies {
		for _, m := range srv.Inbox("zhangsan") {
			if m.Passive {
				continue
			}
			arrived++
			if want := fmt.Sprintf("from %s/%d", srv.CorpID, m.AgentID); m.Content != want {
				t.Errorf("the phone shows %q as a message %q", m.Content, want)
			}
		}
	}
	if arrived != sent || sent == 0 || town.cloud.calls.Load() < int64(calls)/2 {
		t.Errorf("%d messages of %d arrived, in %d requests", arrived, sent, town.cloud.calls.Load())
	}
}

// postman brings a message to its app, and a copy to every other: none may open it.
func (town *town) postman(t *testing.T, to *resident) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := readAll(r)
		for _, other := range town.apps {
			if other == to {
				continue
			}
			answer := &recorder{header: http.Header{}}
			town.mux.ServeHTTP(answer, withBody(r, other.path, body))
			if answer.status/100 != 4 || strings.Contains(string(answer.body), "Encrypt") {
				t.Errorf("%s answers a message to %s with %d %q", other.name, to.name, answer.status, answer.body)
			}
		}
		town.mux.ServeHTTP(w, withBody(r, to.path, body))
	})
}

func (town *town) refused(t *testing.T, by *resident, err error) {
	by.foreign.Add(1)
	for i, reason := range []error{crypto.ErrSignature, crypto.ErrReceiver, callback.ErrAgent} {
		if errors.Is(err, reason) {
			town.byReason[i].Add(1)
			return
		}
	}
	t.Errorf("%s: %v", by.name, err)
}
