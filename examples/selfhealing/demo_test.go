package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	var out, errOut bytes.Buffer
	if code := run(t.Context(), []string{"-demo"}, os.Getenv, &out, &errOut); code != 0 {
		t.Fatalf("exit %d\n%s%s", code, &out, &errOut)
	}
	for _, want := range []string{"审批成功", "没有权限", "已由 zhangsan 同意", "已由 lisi 驳回", "已超时", "执行成功", "同类告警 1 条", "lisi 的卡片: zhangsan 已同意", "全部 19 步"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the demo does not show %q:\n%s", want, &out)
		}
	}
	if errOut.Len() > 0 {
		t.Errorf("stderr: %s", &errOut)
	}
}

// TestDemoBreaks cuts each link of the chain and sees the demo fail at that
// step: a demo that cannot fail shows nothing.
func TestDemoBreaks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		edit func(*config)
		step int
	}{
		{"callback with another token", func(c *config) { c.set.Wechat.Token = env.NewSecret("another") }, 1},
		{"menu not published", func(c *config) { c.client = swallow("/cgi-bin/menu/create") }, 2},
		{"message not sent", func(c *config) { c.client = swallow("/cgi-bin/message/send") }, 3},
		{"super approver not asked", func(c *config) { c.set.Wechat.SuperApprovers = nil }, 3},
		{"wrong approver", func(c *config) {
			for i := range c.plans {
				c.plans[i].Approvers = append(c.plans[i].Approvers, stranger)
			}
		}, 3},
		{"wrong super approver", func(c *config) { c.set.Wechat.SuperApprovers = append(c.set.Wechat.SuperApprovers, stranger) }, 3},
		{"plan not run", func(c *config) {
			for i := range c.plans {
				c.plans[i].Run = nil
			}
		}, 6},
		{"run not signed with the hook's secret", func(c *config) { c.set.RunSecret = env.NewSecret("another") }, 6},
		{"no timeout", func(c *config) {
			for i := range c.plans {
				c.plans[i].Timeout = time.Hour
			}
		}, 9},
		{"no convergence", func(c *config) { mode(c, "api_defense", approval.ModeReply) }, 10},
		{"everybody sees the page", func(c *config) {
			for i := range c.plans {
				if c.plans[i].AlarmType == "api_defense" {
					c.plans[i].Approvers = append(c.plans[i].Approvers, stranger)
				}
			}
		}, 10},
		{"sign-in leads elsewhere", func(c *config) { c.set.OpenDomain = "http://127.0.0.1:1" }, 11},
		{"no card", func(c *config) { mode(c, "api_card", approval.ModeReply) }, 15},
		{"cards of the others stay", func(c *config) { c.client = swallow("/cgi-bin/message/update_template_card") }, 17},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := demo(t.Context(), &out, tt.edit)
			if want := fmt.Sprintf("the demo broke at step %d", tt.step); err == nil || err.Error() != want {
				t.Errorf("demo: %v, want %q\n%s", err, want, &out)
			}
			if !strings.Contains(out.String(), "✘") {
				t.Errorf("the break is not shown:\n%s", &out)
			}
		})
	}
}

func mode(c *config, alarmType string, mode approval.Mode) {
	for i := range c.plans {
		if c.plans[i].AlarmType == alarmType {
			c.plans[i].Mode = mode
		}
	}
}

// TestDemoExitCode: a demo that breaks exits with 1. A temporary folder that
// does not exist is the one break that the environment can make.
func TestDemoExitCode(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/missing")
	t.Setenv("TMP", t.TempDir()+"/missing")
	var errOut bytes.Buffer
	if code := run(t.Context(), []string{"-demo"}, os.Getenv, io.Discard, &errOut); code != 1 {
		t.Errorf("exit %d: %s", code, &errOut)
	}
}

// swallow is a client whose calls of one path never reach WeCom, though the
// app is told that they did.
func swallow(path string) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path != path {
			return http.DefaultTransport.RoundTrip(r)
		}
		if r.Body == nil {
			return nil, errors.New("no body")
		}
		_, _ = io.Copy(io.Discard, r.Body)
		return &http.Response{
			StatusCode: http.StatusOK, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(`{"errcode":0,"errmsg":"ok","msgid":"m"}`)),
		}, nil
	})}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
