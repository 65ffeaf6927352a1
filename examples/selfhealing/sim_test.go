package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/examples/internal/visit"
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
	// A link of a message opens signed in, in an ordinary browser.
	defense := regexp.MustCompile(`单号 ((\d+)_1)`).FindStringSubmatch(read(http.Post(page+"action/defense", "", nil)))
	shows("phone/lisi", defense[1])
	links := regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(read(http.Get(page+"phone/lisi")), -1)
	jar := must[*cookiejar.Jar](t)(cookiejar.New(nil))
	lisi := &visit.Visit{Client: &http.Client{Jar: jar}}
	opened := false
	for _, link := range links {
		address := html.UnescapeString(link[1])
		if plain, _ := url.QueryUnescape(address); !strings.Contains(plain, "/wechat/a/"+defense[2]+"/") {
			continue
		}
		p := must[visit.Page](t)(lisi.Get(t.Context(), must[*url.URL](t)(must[*url.URL](t)(url.Parse(page)).Parse(address)).String()))
		if err := p.Shows(200, "准许执行自愈套餐", "模拟环境", defense[1]); err != nil {
			t.Errorf("%v\n%s", err, p.Body)
		}
		done := must[visit.Page](t)(lisi.Send(t.Context(), p, flowPage, url.Values{"message": {"rejected"}}))
		if err := done.Shows(200, "lisi 驳回"); err != nil {
			t.Error(err)
		}
		opened = true
		break
	}
	if !opened {
		t.Errorf("no link to the alarm on the phone: %v", links)
	}
	// So does the menu, by way of the switch.
	todo := regexp.MustCompile(`href="([^"]*/wechat/_phone/lisi\?[^"]*)"[^>]*>审批列表<`).FindStringSubmatch(read(http.Get(page + "phone/lisi")))
	if todo == nil {
		t.Fatalf("no menu on the phone\n%s", r.log)
	}
	if p := must[visit.Page](t)(lisi.Get(t.Context(), html.UnescapeString(todo[1]))); p.Status != http.StatusOK || !strings.HasSuffix(p.URL.Path, "/wechat/todo/") {
		t.Errorf("the menu leads to %s", p.URL)
	}
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
