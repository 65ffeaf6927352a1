package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/bkwecom/wecom/wecomtest"
)

// asks sends a URL check by any pair and tells the status.
func (o *office) asks(token, key, corpID string) int {
	o.t.Helper()
	status, _ := o.get(o.inner("/o/bk_fta_solutions/wechat/entry/?" + echoQuery(o.t, token, key, corpID)))
	return status
}

func echoQuery(t testing.TB, token, key, corpID string) string {
	t.Helper()
	codec := must[*wecomcrypto.Codec](t)(wecomcrypto.New(token, key, corpID))
	s := must[wecomcrypto.Sealed](t)(codec.Seal([]byte("4242424242424242424"), fmt.Sprintf("%010d", time.Now().Unix()), "1597314862"))
	return url.Values{"msg_signature": {s.MsgSignature}, "timestamp": {s.Timestamp}, "nonce": {s.Nonce}, "echostr": {s.Encrypt}}.Encode()
}

func sealedMessage(t testing.TB, token, key, corpID string, plain []byte) (query, body string) {
	t.Helper()
	codec := must[*wecomcrypto.Codec](t)(wecomcrypto.New(token, key, corpID))
	s := must[wecomcrypto.Sealed](t)(codec.Seal(plain, fmt.Sprintf("%010d", time.Now().Unix()), "1"))
	query = url.Values{"msg_signature": {s.MsgSignature}, "timestamp": {s.Timestamp}, "nonce": {s.Nonce}}.Encode()
	return query, "<xml><Encrypt><![CDATA[" + s.Encrypt + "]]></Encrypt></xml>"
}

// TestRotation: the former pair goes on until WeCom has come with the new one,
// and then for a while; the program's own check is not WeCom.
func TestRotation(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	set := o.app.wechat.settings()
	oldToken, oldKey, corpID := set.Token.Reveal(), set.EncodingAESKey.Reveal(), set.CorpID
	newToken, newKey := "NewToken", play.AESKey()
	o.saves(settings.Token, newToken, settings.EncodingAESKey, newKey)
	admin := o.pc("admin")
	o.shows(o.console(admin), 200, "立即作废", "还没有收到使用新值的请求")
	if p := o.fill(admin, o.console(admin), "callback/"); !has(findings(p), "good 回调地址：URL 验证通过") {
		t.Errorf("%q", findings(p))
	}
	id := o.alarm("api_default", "1", "磁盘只读")
	o.gets("lisi", number(id))
	if answer := o.says("lisi", "BH "+number(id)); !strings.Contains(answer, "审批成功") { // by the old pair
		t.Errorf("by the old pair: %s", answer)
	}
	if p := o.app.state.Load().Retired; len(p) != 1 || p[0].Seen || time.Until(p[0].Until) < 23*time.Hour {
		t.Errorf("%+v", p)
	}
	// WeCom's console is saved: its check is the first request under the new pair.
	err := o.agent.Save(t.Context(), wecomtest.Callback{URL: set.AppURL + "entry/", Token: newToken, EncodingAESKey: newKey})
	if err != nil {
		t.Fatal(err)
	}
	o.until("the former pair ends soon", func() bool {
		p := o.app.state.Load().Retired
		return len(p) == 1 && p[0].Seen && time.Until(p[0].Until) <= settings.AfterSeen
	})
	if got := o.asks(oldToken, oldKey, corpID); got != 200 {
		t.Errorf("the old pair within its last minutes: %d", got)
	}
	p := o.shows(o.console(admin), 200, "企业微信已经在使用新值")
	o.shows(o.fill(admin, p, "retire/"), 200, "已作废")
	if got := o.asks(oldToken, oldKey, corpID); got != 400 {
		t.Errorf("the ended pair: %d", got)
	}
	if answer := o.says("lisi", "x"); !strings.Contains(answer, "没有执行任何操作") {
		t.Errorf("by the new pair: %s", answer)
	}
	if audit := o.changes(); audit[len(audit)-1] != "admin settings "+settings.OldPair {
		t.Errorf("%q", audit)
	}
}

// TestPostIsSeen: a message is a first request as well as a URL check is; one
// that is refused is none.
func TestPostIsSeen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	old := o.app.wechat.settings()
	o.saves(settings.Token, "NewToken2")
	post := func(token string) int {
		q, body := sealedMessage(t, token, old.EncodingAESKey.Reveal(), old.CorpID, o.agent.TextXML("lisi", "help", time.Now()))
		resp, err := http.Post(o.inner("/o/bk_fta_solutions/wechat/entry/?"+q), "text/xml", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	for token, want := range map[string]int{"Guessed": 400, old.Token.Reveal(): 200} {
		if got := post(token); got != want {
			t.Errorf("by %s: %d", token, got)
		}
	}
	o.app.background.Wait()
	if o.app.state.Load().Retired[0].Seen {
		t.Error("seen, by another pair")
	}
	if got := post("NewToken2"); got != 200 {
		t.Errorf("by the new pair: %d", got)
	}
	o.until("it is seen", func() bool { return o.app.state.Load().Retired[0].Seen })
}

// TestPublicPair: by the pair that everybody knows the URL check alone works,
// and it ends at once when another is saved.
func TestPublicPair(t *testing.T) {
	t.Parallel()
	const token, key = "FTAToken", "FTAEncodingAESKeyFTAEncodingAESKey923456781"
	o := newOffice(t, func(c *config) {
		c.set.Wechat.Token, c.set.Wechat.EncodingAESKey = env.NewSecret(token), env.NewSecret(key)
	})
	corpID := o.wecom.CorpID
	o.shows(o.console(o.pc("admin")), 200, "请先修改")
	if got := o.asks(token, key, corpID); got != 200 {
		t.Errorf("the URL check: %d", got)
	}
	o.saves(settings.Token, "Secret1", settings.EncodingAESKey, play.AESKey())
	if got := o.asks(token, key, corpID); got != 400 || strings.Contains(o.console(o.pc("admin")).Body, "立即作废") {
		t.Errorf("the public pair after the change: %d", got)
	}
	// Back to it: what was valid decides nothing either.
	o.saves(settings.Token, token, settings.EncodingAESKey, key)
	if err := o.agent.Save(t.Context(), wecomtest.Callback{URL: o.app.wechat.settings().AppURL + "entry/", Token: token, EncodingAESKey: key}); err != nil {
		t.Fatal(err)
	}
	id := o.alarm("api_default", "1", "磁盘只读")
	o.gets("lisi", number(id))
	if answer := o.says("lisi", "TY "+number(id)); answer != "" {
		t.Errorf("answered %q", answer)
	}
	if got := len(o.hook.log()); got != 0 {
		t.Errorf("%d runs", got)
	}
}

// TestUnderLoad: while settings are saved nothing that members and monitoring
// systems do gets lost.
func TestUnderLoad(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	const rounds = 50
	var work sync.WaitGroup
	left := make(chan int, rounds)
	for i := range rounds {
		left <- i
	}
	close(left)
	for range 4 {
		work.Go(func() {
			for i := range left {
				id, err := o.push(t.Context(), "api_default", fmt.Sprint("load-", i), "磁盘只读")
				if err != nil {
					t.Errorf("push %d: %v", i, err)
					continue
				}
				reply, err := o.agent.SendText(t.Context(), "lisi", "BH "+number(id))
				if err != nil || !strings.Contains(reply.Content, "审批成功") && !strings.Contains(reply.Content, "单号") {
					t.Errorf("reply to %d: %q %v", id, reply.Content, err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() {
		work.Wait()
		close(done)
	}()
	first := o.app.wechat.settings()
	saved := 0
	for running := true; running; saved++ {
		_, err := o.app.change(t.Context(), func(ctx context.Context) (state settings.State, err error) {
			c := settings.Change{Version: o.app.state.Load().Version, By: "admin", Values: map[string]string{
				settings.Token:         []string{first.Token.Reveal(), "Changed1"}[saved%2],
				settings.SuperApprover: []string{super, super + "," + stranger}[saved%2],
				settings.StaticURL:     fmt.Sprintf("/static%d/", saved),
			}}
			state, _, err = o.app.store.Save(ctx, c, o.app.recordSettings)
			return state, err
		})
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-done:
			running = false
		default:
		}
	}
	if saved < 2 {
		t.Errorf("%d saves in all", saved)
	}
}

// TestAnotherAgentID: what waits when the agentid changes goes out by the new app,
// whether or not it has been tried.
func TestAnotherAgentID(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	second := wecomtest.App{AgentID: simAgent + 1, Secret: play.Secret()}
	o.wecom.AddApp(second)
	// The admin has mistaken the secret: WeCom refuses what is sent (301002).
	o.saves(settings.Secret, second.Secret)
	id := o.alarm("api_default", "1", "磁盘只读")
	o.until("it was tried", func() bool {
		return o.wecom.Calls("/cgi-bin/message/send") > 0
	})
	o.saves(settings.AgentID, fmt.Sprint(second.AgentID))
	m := o.gets("zhangsan", number(id))
	if m.AgentID != second.AgentID {
		t.Errorf("sent by %d", m.AgentID)
	}
	o.until("everything is sent", o.drained)
	count := 0
	for _, m := range o.wecom.Inbox("zhangsan") {
		if strings.Contains(m.Content, number(id)) {
			count++
		}
	}
	if count != 1 {
		t.Errorf("%d messages", count)
	}
}

// TestRestart: what was saved, and the former pair, is there after a restart;
// with another BKPAAS_APP_SECRET the program starts and says what it cannot read.
func TestRestart(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	old := o.app.wechat.settings()
	o.saves(settings.Token, "NewToken", settings.SuperApprover, "zhaoliu")
	cfg := o.app.cfg
	cfg.dbFile = o.copyDatabase()
	restart := func(appSecret env.Secret) *app {
		t.Helper()
		cfg.set.AppSecret = appSecret
		return must[*app](t)(newApp(t.Context(), cfg))
	}
	again := restart(cfg.set.AppSecret)
	for token, want := range map[string]int{"NewToken": 200, old.Token.Reveal(): 200, "Guessed": 400} {
		w := httptest.NewRecorder()
		again.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/wechat/entry/?"+echoQuery(t, token, old.EncodingAESKey.Reveal(), old.CorpID), nil))
		if w.Code != want {
			t.Errorf("%s: %d", token, w.Code)
		}
	}
	if got := again.wechat.settings().SuperApprovers; len(got) != 1 || got[0] != "zhaoliu" {
		t.Errorf("super approvers %q", got)
	}
	if err := errors.Join(again.settingsHealth(t.Context()), again.db.Close()); err != nil {
		t.Fatal(err)
	}
	other := restart(env.NewSecret("another"))
	defer func() { _ = other.db.Close() }()
	if err := other.settingsHealth(t.Context()); err == nil || !strings.Contains(err.Error(), settings.Token) {
		t.Errorf("health: %v", err)
	}
	p := other.console.page(httptest.NewRequest(http.MethodGet, consolePath, nil))
	if len(p.Unreadable) != 1 || p.Unreadable[0] != "TOKEN" || len(p.Retired) != 0 || other.entry.configured() {
		t.Errorf("page: %+v", p.Unreadable)
	}
}

// copyDatabase is the file as a backup would have it.
func (o *office) copyDatabase() (file string) {
	o.t.Helper()
	file = filepath.Join(o.t.TempDir(), "copy.db")
	err := o.app.db.Tx(o.t.Context(), func(*sql.Tx) error { // nobody writes meanwhile
		for _, suffix := range []string{"", "-wal"} {
			data, err := os.ReadFile(o.app.db.Path() + suffix)
			if err != nil {
				return err
			}
			if err := os.WriteFile(file+suffix, data, 0o600); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return file
}
