package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

// needs finds a program, or skips the test by the name of its Debian package;
// where CI=true a missing program is a failure.
func needs(t *testing.T, program, debian string) string {
	t.Helper()
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin") {
		if file := filepath.Join(dir, program); exec.Command(file, "-v").Run() == nil {
			return file
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing: install Debian's package %s (make test-deps)", program, debian)
	}
	t.Skipf("SKIP: %s is missing: install Debian's package %s (make test-deps)", program, debian)
	return ""
}

// TestBehindNginx: WeCom comes through a real nginx that exposes the phone's
// paths only, as the guide's operator sets it up.
func TestBehindNginx(t *testing.T) {
	t.Parallel()
	nginx := needs(t, "nginx", "nginx-light")
	s := newStage(t, nil)
	dir := t.TempDir()
	addr := freeAddr(t)
	conf := fmt.Sprintf(`
daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	server {
		listen %[2]s;
		location ~ ^/(t|o)/bk_fta_solutions/(wechat|static/wechat)/ {
			proxy_set_header X-Forwarded-For $remote_addr;
			proxy_set_header X-Forwarded-Proto $scheme;
			proxy_set_header X-Forwarded-Host $http_host;
			proxy_pass http://%[3]s;
		}
		location / { return 404; }
	}
}`, dir, addr, s.listener.Addr())
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, nginx, "-c", file, "-p", dir, "-e", filepath.Join(dir, "error.log"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel()
		_ = cmd.Wait()
	}()
	up := func() bool {
		resp, err := http.Get("http://" + addr + "/")
		if err == nil {
			_ = resp.Body.Close()
		}
		return err == nil
	}
	for end := time.Now().Add(10 * time.Second); !up(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			log, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Fatalf("nginx does not answer: %s", log)
		}
	}

	outer := "http://" + addr + "/o/bk_fta_solutions/"
	set := s.app.cfg.set.Wechat
	if err := s.agent.Save(t.Context(), wecomtest.Callback{URL: outer + "wechat/entry/", Token: set.Token.Reveal(), EncodingAESKey: set.EncodingAESKey.Reveal()}); err != nil {
		t.Fatalf("the URL check fails through nginx: %v", err)
	}
	id := s.alarm("api_default", "1", canary)
	s.gets("lisi", number(id))
	if answer := s.says("lisi", "TY "+number(id)); !strings.Contains(answer, "审批成功") {
		t.Errorf("answer %q", answer)
	}
	s.run(id)
	for path, want := range map[string]int{
		outer + "event/api/monitor/": 404, outer + "healthz": 404, "http://" + addr + "/": 404, outer + "wechat/entry/": 400,
	} {
		if status, body := s.get(path); status != want {
			t.Errorf("%s: %d %s, want %d", path, status, body, want)
		}
	}
	// A refusal that leaves a large body unread must reach the peer as a refusal.
	resp, err := http.Post(outer+"wechat/entry/", "text/xml", strings.NewReader(strings.Repeat("x", 900<<10)))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a large body gets %d", resp.StatusCode)
	}
}
