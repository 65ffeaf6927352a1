package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/command"
	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/internal/leak"
)

// childVariable makes the test binary run the program instead of the tests.
const childVariable = "ITSM_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
	}
	leak.Main(m)
}

// A child is the program in a process of its own.
type child struct {
	t    *testing.T
	addr string
	args []string
	env  []string
	log  *play.Log
	cmd  *exec.Cmd
}

func newChild(t *testing.T, args ...string) *child {
	t.Helper()
	dir := t.TempDir()
	l := must[net.Listener](t)(new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0"))
	_ = l.Close()
	c := &child{t: t, addr: l.Addr().String(), log: &play.Log{}}
	c.args = append([]string{"-addr", c.addr, "-db", filepath.Join(dir, "itsm.db")}, args...)
	c.env = []string{childVariable + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir,
		"BKPAAS_LOGIN_URL=http://127.0.0.1:1/login", "BKPAAS_APP_SECRET=hunter2hunter2"}
	t.Cleanup(func() {
		c.kill()
		if strings.Contains(c.log.String(), "hunter2") {
			t.Errorf("the log tells a secret:\n%s", c.log)
		}
	})
	return c
}

func (c *child) command(args ...string) *exec.Cmd {
	// One that should refuse to start, and runs, must not hang the tests.
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Minute)
	c.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, c.log, c.log
	return cmd
}

func (c *child) start() {
	c.t.Helper()
	c.cmd = c.command(c.args...)
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if status, _ := c.get("/ping"); status == http.StatusOK {
			return
		}
	}
	c.t.Fatalf("the program does not answer:\n%s", c.log)
}

func (c *child) kill() {
	if c.cmd != nil {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
		c.cmd = nil
	}
}

func (c *child) get(path string) (status int, body string) {
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, "http://"+c.addr+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func TestRealProcess(t *testing.T) {
	t.Parallel()
	c := newChild(t)
	c.start()
	if status, body := c.get("/healthz"); status != http.StatusOK || !strings.Contains(body, "BKAPP_USE_WEIXIN is not 1") {
		t.Errorf("%d %s", status, body)
	}
	if status, body := c.get("/o/itsm/weixin/"); status != http.StatusNotFound || strings.Contains(body, "模拟") {
		t.Errorf("the phone pages are on: %d %s", status, body)
	}
	if status, _ := c.get("/o/itsm/"); status != http.StatusFound {
		t.Errorf("the PC side: %d", status)
	}
	var exit *exec.ExitError
	second := c.command("-addr", "127.0.0.1:0", "-db", c.args[3])
	if err := second.Run(); !errors.As(err, &exit) || exit.ExitCode() != command.ExitUsage || !strings.Contains(c.log.String(), "in use by another process") {
		t.Errorf("second process: %v\n%s", err, c.log)
	}
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		if c.cmd == nil {
			c.start()
		}
		if err := c.cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := c.cmd.Wait(); err != nil {
			t.Errorf("%v: %v\n%s", signal, err, c.log)
		}
		c.cmd = nil
	}
	sim := c.command("-sim", "-addr", "127.0.0.1:0", "-db", c.args[3])
	if err := sim.Run(); !errors.As(err, &exit) || exit.ExitCode() != command.ExitUsage || !strings.Contains(c.log.String(), "another kind") {
		t.Errorf("simulation on a real database: %v\n%s", err, c.log)
	}
}

func TestSimProcess(t *testing.T) {
	t.Parallel()
	c := newChild(t, "-sim")
	c.start()
	if status, body := c.get("/healthz"); status != http.StatusOK || !strings.Contains(body, `"weixin":"ok"`) {
		t.Errorf("%d %s", status, body)
	}
	req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+c.addr+"/o/itsm/static/weixin/style.css", nil))
	req.Host = "evil.example"
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("by another name: %v, %v", resp, err)
	}
	c.kill()
	var exit *exec.ExitError
	if err := c.command("-addr", "127.0.0.1:0", "-db", c.args[3]).Run(); !errors.As(err, &exit) || exit.ExitCode() != command.ExitUsage || !strings.Contains(c.log.String(), "another kind") {
		t.Errorf("for real on a simulation's database: %v\n%s", err, c.log)
	}
	if !strings.Contains(c.log.String(), "成员的手机") {
		t.Errorf("no address is told:\n%s", c.log)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		env  map[string]string
		code int
		want []string
	}{
		{"nothing set", nil, nil, 2, []string{"BKPAAS_LOGIN_URL", "BKPAAS_APP_SECRET"}},
		{"phone half set", nil, map[string]string{"BKAPP_USE_WEIXIN": "1"}, 2,
			[]string{"BKAPP_WEIXIN_APP_ID", "BKAPP_WEIXIN_APP_SECRET", "BKAPP_WEIXIN_APP_EXTERNAL_HOST", "BKPAAS_LOGIN_URL"}},
		{"everything wrong", []string{"-addr", "nonsense"}, map[string]string{
			"PORT": "x", "BKPAAS_ENVIRONMENT": "dev", "BKAPP_TRUSTED_PROXIES": "everybody", "BKAPP_WEIXIN_APP_EXTERNAL_HOST": "a b",
			"BKAPP_WEIXIN_AGENT_ID": "x", "BKAPP_WEIXIN_SITE_URL": "mobile", "BKAPP_SESSION_KEYS": "short", "BKAPP_DOMAIN_VERIFY_DIR": "/nowhere",
		}, 2, []string{"PORT", "BKPAAS_ENVIRONMENT", "BKAPP_TRUSTED_PROXIES", "BKAPP_WEIXIN_APP_EXTERNAL_HOST", "BKAPP_WEIXIN_AGENT_ID",
			"BKAPP_WEIXIN_SITE_URL", "BKAPP_SESSION_KEYS", "BKAPP_DOMAIN_VERIFY_DIR", "-addr", "-db"}},
		{"help", []string{"-help"}, nil, 0, []string{"-demo", "-sim"}},
		{"two modes", []string{"-demo", "-sim"}, nil, 2, []string{"either"}},
		{"simulation for everybody", []string{"-sim", "-addr", "0.0.0.0:0"}, nil, 2, []string{"loopback"}},
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
					t.Errorf("%q is not named:\n%s", want, fmt.Sprint(&errOut))
				}
			}
		})
	}
}
