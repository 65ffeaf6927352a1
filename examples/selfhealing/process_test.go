package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/command"
	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/examples/internal/serve"
	"github.com/bkwecom/wecom/internal/leak"
	"github.com/bkwecom/wecom/wecomtest"
)

// childVariable makes the test binary run the program instead of the tests.
const childVariable = "SELFHEALING_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "":
	case unhurried:
		os.Exit(runUnhurried())
	case gauged:
		os.Exit(runGauged())
	case floor:
		os.Exit(runFloor())
	default:
		os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
	}
	leak.Main(m)
}

// runTelling is the program, as edit has it, which tells at one more path what a
// test wants to know of the process.
func runTelling(edit func(*config), path string, tell func(*app, http.ResponseWriter, *http.Request)) int {
	ctx := context.Background()
	cfg, err := fromEnvironment(command.Flags{Addr: os.Args[2], DB: os.Args[4]}, "", os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return command.ExitUsage
	}
	cfg.log = logs.New(os.Stderr, slog.LevelInfo)
	edit(&cfg)
	a, err := newApp(ctx, cfg)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return command.ExitFailed
	}
	a.start()
	err = serve.Run(ctx, serve.Config{Addr: cfg.set.Addr, Stop: a.stops(), Log: cfg.log, Listening: func(net.Addr) {},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path {
				a.handler().ServeHTTP(w, r)
				return
			}
			tell(a, w, r)
		})})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return command.ExitFailed
	}
	return 0
}

// A real is the program in a process of its own, set up by the environment as
// in production, with WeCom and the hook in this one.
type real struct {
	t      *testing.T
	wecom  *wecomtest.Server
	agent  *wecomtest.Agent
	hook   *hook
	refuse atomic.Bool // the hook is away
	env    []string
	args   []string
	addr   string
	log    *play.Log
	cmd    *exec.Cmd
	secret string
}

func newReal(t *testing.T) *real {
	t.Helper()
	r := &real{t: t, log: &play.Log{}, secret: rand.Text(), addr: freeAddr(t)}
	r.wecom = wecomtest.NewServer()
	t.Cleanup(r.wecom.Close)
	unlimited(r.wecom)
	for _, id := range approvers {
		r.wecom.AddUser(wecomtest.User{ID: id})
	}
	app := wecomtest.App{AgentID: simAgent, Secret: rand.Text(), Token: rand.Text(), EncodingAESKey: play.AESKey(),
		CallbackURL: "http://" + r.addr + "/o/bk_fta_solutions/wechat/entry/", TrustedDomain: "mycompany.com"}
	r.agent = r.wecom.AddApp(app)
	runSecret := rand.Text()
	var err error
	if r.hook, err = newHook(runSecret); err != nil {
		t.Fatal(err)
	}
	hookSrv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r.refuse.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		r.hook.ServeHTTP(w, req)
	}))
	t.Cleanup(hookSrv.Close)
	dir := t.TempDir()
	plans := filepath.Join(dir, "plans.json")
	var all []string
	for alarmType, mode := range map[string]string{"api_default": "reply", "api_card": "card", "api_defense": "page"} {
		all = append(all, fmt.Sprintf(`{"alarm_type":%q,"name":"重启服务","approval":%q,"approvers":["zhangsan","lisi"],"timeout":"20m","run":{"url":%q}}`, alarmType, mode, hookSrv.URL))
	}
	text := "[" + strings.Join(all, ",") + "]"
	if err := os.WriteFile(plans, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r.env = []string{
		childVariable + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir,
		"BKPAAS_APP_SECRET=" + rand.Text(), "BKAPP_WEIXIN_QY_API_DOMAIN=" + r.wecom.URL, "BKAPP_WEIXIN_QY_OPEN_DOMAIN=" + r.wecom.URL,
		"BKAPP_FTA_APP_ID=monitor", "BKAPP_FTA_APP_SECRET=" + r.secret, "BKAPP_FTA_RUN_SECRET=" + runSecret, "BKAPP_FTA_PLANS=" + plans,
		"BKAPP_WECHAT_APP_URL=http://mycompany.com/o/bk_fta_solutions/wechat/", "BKAPP_WECHAT_CORPID=" + r.wecom.CorpID,
		"BKAPP_WECHAT_SECRET=" + app.Secret, fmt.Sprintf("BKAPP_WECHAT_AGENT_ID=%d", simAgent),
		"BKAPP_WECHAT_TOKEN=" + app.Token, "BKAPP_WECHAT_ENCODING_AES_KEY=" + app.EncodingAESKey,
	}
	r.args = []string{"-addr", r.addr, "-db", filepath.Join(dir, "real.db")}
	t.Cleanup(func() {
		r.kill()
		for _, pair := range r.env {
			name, value, _ := strings.Cut(pair, "=")
			if (strings.HasSuffix(name, "SECRET") || strings.HasSuffix(name, "TOKEN") || strings.HasSuffix(name, "KEY")) && strings.Contains(r.log.String(), value) {
				t.Errorf("the log tells %s:\n%s", name, r.log)
			}
		}
	})
	return r
}

// freeAddr finds a port; that it stays free until the child has it is likely;
// if not, start fails.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func (r *real) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(r.t.Context(), os.Args[0], args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = r.env, r.log, r.log
	return cmd
}

func (r *real) start() {
	r.t.Helper()
	r.cmd = r.command(r.args...)
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, "http://"+r.addr+"/ping", nil)
		if err != nil {
			r.t.Fatal(err)
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
			return
		}
	}
	r.t.Fatalf("the program does not answer:\n%s", r.log)
}

// kill is kill -9.
func (r *real) kill() {
	if r.cmd != nil && r.cmd.Process != nil {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
		r.cmd = nil
	}
}

func (r *real) theatre() *theatre {
	return &theatre{secret: r.secret, pushURL: "http://" + r.addr + "/o/bk_fta_solutions/event/api/monitor/"}
}

// TestKillBetweenDecisionAndRun: once the member has read 审批成功, the run
// happens, though the process is killed at once; and with one key only.
func TestKillBetweenDecisionAndRun(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	rounds := 2
	if soak {
		rounds = 6 // more in a minute would be told by a digest; TestKill has hundreds
	}
	for round := range rounds {
		r.refuse.Store(true)
		r.start()
		id, err := r.theatre().push(t.Context(), "api_default", fmt.Sprint(round), "磁盘只读")
		if err != nil {
			t.Fatal(err, r.log)
		}
		reply, err := r.agent.SendText(t.Context(), "zhangsan", "TY "+number(id))
		r.kill()
		if err != nil || !strings.Contains(reply.Content, "审批成功") {
			t.Fatalf("reply %q, %v\n%s", reply.Content, err, r.log)
		}
		if keys := r.keys(id); len(keys) != 0 {
			t.Fatalf("the run %v came before the restart", keys)
		}
		r.refuse.Store(false)
		r.start()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		for _, want := range []struct{ member, words string }{{"zhangsan", number(id) + " 执行成功"}, {"lisi", number(id) + " 已由 zhangsan 同意"}} {
			if _, err := r.wecom.WaitInbox(ctx, want.member, func(m wecomtest.Message) bool { return strings.Contains(m.Content, want.words) }); err != nil {
				t.Errorf("%s never got %q: %v\n%s", want.member, want.words, err, r.log)
			}
		}
		cancel()
		// The same words after the restart are the same decision, not another.
		reply, err = r.agent.SendText(t.Context(), "zhangsan", "TY "+number(id))
		if err != nil || !strings.Contains(reply.Content, "审批成功") {
			t.Errorf("after the restart: %q, %v", reply.Content, err)
		}
		if keys := r.keys(id); len(keys) != 1 {
			t.Errorf("alarm %d has the run keys %v", id, keys)
		}
		r.kill()
	}
}

// keys are the webhook-ids under which an alarm was run: a hook that is killed
// away from its mark may be called again, with the same one.
func (r *real) keys(alarm int64) (ids []string) {
	for _, run := range r.hook.log() {
		if run.AlarmID == alarm && !slices.Contains(ids, run.ID) {
			ids = append(ids, run.ID)
		}
	}
	return ids
}

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	r.start()
	second := r.command("-addr", freeAddr(t), "-db", r.args[3])
	var exit *exec.ExitError
	if err := second.Run(); !errors.As(err, &exit) || exit.ExitCode() != command.ExitUsage || !strings.Contains(r.log.String(), "in use by another process") {
		t.Errorf("second process: %v\n%s", err, r.log)
	}
	r.kill()
	sim := r.command("-sim", "-addr", freeAddr(t), "-db", r.args[3])
	if err := sim.Run(); !errors.As(err, &exit) || exit.ExitCode() != command.ExitUsage || !strings.Contains(r.log.String(), "another kind") {
		t.Errorf("simulation on a real database: %v\n%s", err, r.log)
	}
}

func TestStopsOnSignal(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		r.start()
		start := time.Now()
		if err := r.cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := r.cmd.Wait(); err != nil || time.Since(start) > 10*time.Second {
			t.Errorf("%v: ended after %v with %v\n%s", signal, time.Since(start), err, r.log)
		}
		r.cmd = nil
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.json")
	if err := os.WriteFile(bad, []byte(`[{"alarm_type":"a","name":"b","approval":"shout","approvers":["!"],"timeout":"soon"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		env  map[string]string
		code int
		want []string
	}{
		{"nothing set", nil, nil, 2, []string{"BKPAAS_APP_SECRET", "BKAPP_FTA_APP_ID", "BKAPP_FTA_APP_SECRET", "BKAPP_FTA_PLANS"}},
		{"everything wrong", []string{"-plans", bad}, map[string]string{
			"PORT": "x", "BKPAAS_ENVIRONMENT": "dev", "BKAPP_TRUSTED_PROXIES": "everybody", "BKAPP_WECHAT_APP_URL": "mycompany.com",
			"BKAPP_WECHAT_TOKEN": "a b", "BKAPP_WECHAT_ENCODING_AES_KEY": "short", "BKAPP_WECHAT_AGENT_ID": "x", "BKAPP_WECHAT_SUPER_APPROVER": "张三",
			"BKAPP_TIME_ZONE": "Mars",
		}, 2, []string{"PORT", "BKPAAS_ENVIRONMENT", "BKAPP_TRUSTED_PROXIES", "BKAPP_WECHAT_APP_URL", "BKAPP_WECHAT_TOKEN", "BKAPP_WECHAT_ENCODING_AES_KEY",
			"BKAPP_WECHAT_AGENT_ID", "BKAPP_WECHAT_SUPER_APPROVER", "BKAPP_TIME_ZONE", "-db", "shout", "approvers", "timeout"}},
		{"address", []string{"-addr", "nonsense"}, nil, 2, []string{"-addr"}},
		{"run secret", nil, map[string]string{"BKAPP_FTA_RUN_SECRET": "whsec_***"}, 2, []string{"BKAPP_FTA_RUN_SECRET"}},
		{"unknown flag", []string{"-fly"}, nil, 2, []string{"-fly"}},
		{"argument", []string{"demo"}, nil, 2, []string{"flags only"}},
		{"two modes", []string{"-demo", "-sim"}, nil, 2, []string{"either"}},
		{"simulation for everybody", []string{"-sim", "-addr", "0.0.0.0:0"}, nil, 2, []string{"loopback"}},
		{"help", []string{"-help"}, nil, 0, []string{"-demo", "-plans"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var errOut bytes.Buffer
			code := run(t.Context(), tt.args, func(name string) string { return tt.env[name] }, &errOut, &errOut)
			if code != tt.code {
				t.Errorf("exit %d, want %d", code, tt.code)
			}
			for _, want := range tt.want {
				if !strings.Contains(errOut.String(), want) {
					t.Errorf("%q is not named:\n%s", want, &errOut)
				}
			}
		})
	}
}
