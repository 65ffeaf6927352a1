package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/play"
)

// TestSim plays with -sim as a newcomer would: in a process of its own, through
// the page that it prints.
func TestSim(t *testing.T) {
	t.Parallel()
	r := &real{t: t, log: &play.Log{}, env: []string{childVariable + "=1", "TMPDIR=" + t.TempDir()}}
	r.cmd = r.command("-sim", "-addr", freeAddr(t), "-db", filepath.Join(t.TempDir(), "sim.db"))
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.kill)
	page := ""
	printed := regexp.MustCompile(`成员的手机和推送按钮 +(http://\S+)`)
	for end := time.Now().Add(30 * time.Second); page == "" && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if m := printed.FindStringSubmatch(r.log.String()); m != nil {
			page = m[1]
		}
	}
	read := func(resp *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatalf("%v\n%s", err, r.log)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	pushed := read(http.Post(page+"action/push", "", nil))
	m := regexp.MustCompile(`单号 (\d+_1)`).FindStringSubmatch(pushed)
	if m == nil {
		t.Fatalf("no number on the page:\n%s\n%s", pushed, r.log)
	}
	shows := func(path, want string) {
		t.Helper()
		var body string
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if body = read(http.Get(page + path)); strings.Contains(body, want) {
				return
			}
		}
		t.Errorf("%s does not show %q:\n%s", path, want, body)
	}
	shows("phone/lisi", "TY "+m[1])
	if body := read(http.PostForm(page+"phone/lisi", url.Values{"text": {"TY " + m[1]}})); !strings.Contains(body, "审批成功") {
		t.Errorf("the phone does not show the answer:\n%s", body)
	}
	shows("phone/zhangsan", "已由 lisi 同意")
	shows("phone/lisi", m[1]+" 执行成功")
	// The menu opens the app's page as the member, by way of the switch.
	todo := regexp.MustCompile(`href="([^"]*/wechat/_phone/lisi\?[^"]*)"[^>]*>审批列表<`).FindStringSubmatch(read(http.Get(page + "phone/lisi")))
	if todo == nil {
		t.Fatalf("no menu on the phone\n%s", r.log)
	}
	resp, err := http.Get(html.UnescapeString(todo[1]))
	if err != nil || resp.StatusCode != http.StatusOK || !strings.HasSuffix(resp.Request.URL.Path, "/wechat/todo/") {
		t.Fatalf("the menu leads to %+v, %v", resp, err)
	}
	_ = resp.Body.Close()
	if body := read(http.Post(page+"action/runs", "", nil)); !strings.Contains(body, "审批人 lisi") || !strings.Contains(body, "模拟环境") {
		t.Errorf("the run is not shown:\n%s", body)
	}
}

// TestSimDatabaseStays: a simulation goes on with its own database, and real
// mode refuses it.
func TestSimDatabaseStays(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	for range 2 {
		sim := r.command("-sim", "-addr", freeAddr(t), "-db", r.args[3])
		if err := sim.Start(); err != nil {
			t.Fatal(err)
		}
		before := strings.Count(r.log.String(), "模拟环境")
		for end := time.Now().Add(30 * time.Second); strings.Count(r.log.String(), "模拟环境") == before && time.Now().Before(end); {
			time.Sleep(20 * time.Millisecond)
		}
		_ = sim.Process.Kill()
		_ = sim.Wait()
	}
	if n := strings.Count(r.log.String(), "模拟环境"); n != 2 {
		t.Errorf("the simulation came up %d times:\n%s", n, r.log)
	}
	err := r.command(r.args...).Run()
	if code := fmt.Sprint(err); code != "exit status 2" || !strings.Contains(r.log.String(), "another kind") {
		t.Errorf("real mode on a simulation's database: %v\n%s", err, r.log)
	}
}
