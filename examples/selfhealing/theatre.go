package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/examples/internal/webhook"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/bkwecom/wecom/wecomtest"
)

// The members of the simulated company.
var (
	approvers = []string{"zhangsan", "lisi"}
	super     = "wangwu"
	stranger  = "zhaoliu"
)

const simAgent = 1000002

// A theatre is everything that -demo and -sim need in one process: WeCom with
// its members, the run hook, and the app itself, set up as an operator would.
type theatre struct {
	wecom    *wecomtest.Server
	agent    *wecomtest.Agent
	hook     *hook
	hookSrv  *http.Server
	app      *app
	pushURL  string
	secret   string // of who may push alarms
	listener net.Listener
}

// openTheatre listens on addr, builds the parts and starts WeCom; serving the
// app is left to the caller. edit may change the app's configuration.
func openTheatre(ctx context.Context, addr, dbFile string, log *slog.Logger, edit func(*config)) (_ *theatre, err error) {
	t := &theatre{secret: play.Secret()}
	if t.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", addr); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	runSecret := play.Secret()
	if t.hook, err = newHook(runSecret); err != nil {
		return nil, err
	}
	hookListener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t.hookSrv = &http.Server{Handler: t.hook, ReadHeaderTimeout: time.Second}
	go func() { _ = t.hookSrv.Serve(hookListener) }()

	t.wecom = wecomtest.NewServer()
	for _, id := range append([]string{super, stranger}, approvers...) {
		t.wecom.AddUser(wecomtest.User{ID: id, Name: id})
	}
	// Members come by the external name, monitoring systems by the inner address.
	port := t.listener.Addr().(*net.TCPAddr).Port
	base := "/o/" + settings.DefaultApp
	external := fmt.Sprintf("http://localhost:%d%s/wechat/", port, base)
	app := wecomtest.App{AgentID: simAgent, Name: "故障自愈", Secret: play.Secret(), Token: play.Secret(), EncodingAESKey: play.AESKey(), CallbackURL: external + "entry/", TrustedDomain: fmt.Sprintf("localhost:%d", port)}
	t.agent = t.wecom.AddApp(app)
	t.pushURL = fmt.Sprintf("http://%s%s/event/api/monitor/", t.listener.Addr(), base)

	cfg := config{dbFile: dbFile, dbKind: kindSim, log: log}
	cfg.set = settings.Settings{
		Common: env.Common{AppID: settings.DefaultApp, Environment: "prod", Prefix: base, APIDomain: t.wecom.URL, OpenDomain: t.wecom.URL,
			AppSecret: env.NewSecret(play.Secret()), TrustedProxies: env.Loopback()},
		PushAppID: "monitor", PushSecret: env.NewSecret(t.secret), RunSecret: env.NewSecret(runSecret), Zone: time.Local,
		Wechat: settings.Wechat{
			AppURL: external, StaticURL: settings.DefaultStaticURL, CorpID: t.wecom.CorpID,
			Secret: env.NewSecret(app.Secret), AgentID: simAgent, Token: env.NewSecret(app.Token), EncodingAESKey: env.NewSecret(app.EncodingAESKey),
			SuperApprovers: []string{super},
		},
	}
	if cfg.plans, err = simPlans("http://" + hookListener.Addr().String() + "/_hook"); err != nil {
		return nil, err
	}
	if edit != nil {
		edit(&cfg)
	}
	if t.app, err = newApp(ctx, cfg); err != nil {
		return nil, err
	}
	t.app.start()
	return t, nil
}

// close ends what the app's own stops do not.
func (t *theatre) close() {
	_ = t.listener.Close()
	if t.hookSrv != nil {
		_ = t.hookSrv.Close()
	}
	if t.wecom != nil {
		t.wecom.Close()
	}
}

// simPlans reads a plan file as an operator would write it.
func simPlans(hookURL string) (approval.Plans, error) {
	dir, err := os.MkdirTemp("", "selfhealing-plans-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "plans.json")
	text := fmt.Sprintf(`[
 {"alarm_type": "api_default", "name": "重启服务", "approval": "reply", "approvers": ["zhangsan", "lisi"],
  "timeout": "20m", "run": {"url": %[1]q, "max": "1m"}},
 {"alarm_type": "api_quick", "name": "清理磁盘", "approval": "reply", "approvers": ["zhangsan", "lisi"],
  "timeout": "2s", "run": {"url": %[1]q, "max": "1m"}},
 {"alarm_type": "api_defense", "name": "隔离主机", "approval": "page", "approvers": ["zhangsan", "lisi"],
  "timeout": "20m", "run": {"url": %[1]q, "max": "1m"}},
 {"alarm_type": "api_card", "name": "切换主备", "approval": "card", "approvers": ["zhangsan", "lisi"],
  "timeout": "20m", "run": {"url": %[1]q, "max": "1m"}}]`, hookURL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return approval.LoadPlans(file)
}

// push pushes an alarm as a monitoring system would, and returns its number.
func (t *theatre) push(ctx context.Context, alarmType, sourceID, content string) (id int64, err error) {
	return t.pushOn(ctx, "10.0.0.1", alarmType, sourceID, content)
}

func (t *theatre) pushOn(ctx context.Context, ip, alarmType, sourceID, content string) (id int64, err error) {
	body, err := json.Marshal(map[string]string{
		"ip": ip, "source_id": sourceID, "source_time": time.Now().Format("2006-01-02 15:04:05-07:00"),
		"alarm_type": alarmType, "alarm_content": content,
	})
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.pushURL, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Secret", t.secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	var answer pushAnswer
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxPush)).Decode(&answer); err != nil {
		return 0, fmt.Errorf("the push was answered %s: %w", resp.Status, err)
	}
	if !answer.Result {
		return 0, fmt.Errorf("the push was refused: %d %s", answer.Code, answer.Message)
	}
	return answer.Data.AlarmID, nil
}

// A hook is what a plan runs: it checks the signature and keeps a log.
type hook struct {
	key webhook.Key

	mu   sync.Mutex
	runs []hookRun
}

type hookRun struct {
	ID       string // webhook-id
	AlarmID  int64  `json:"alarm_id"`
	Plan     string `json:"plan"`
	IP       string `json:"ip"`
	Approver string `json:"approver"`
	Username string `json:"bk_username"`
}

func newHook(secret string) (*hook, error) {
	key, err := webhook.ParseKey(secret)
	return &hook{key: key}, err
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPush))
	if err == nil {
		err = h.key.Verify(r.Header, body, time.Now())
	}
	run := hookRun{ID: r.Header.Get(webhook.HeaderID)}
	if err == nil {
		err = json.Unmarshal(body, &run)
	}
	if err != nil {
		http.Error(w, "not a signed run", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.runs = append(h.runs, run)
	w.WriteHeader(http.StatusNoContent)
}

// log returns the runs so far.
func (h *hook) log() []hookRun {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]hookRun(nil), h.runs...)
}

func number(id int64) string { return strconv.FormatInt(id, 10) + "_1" }
