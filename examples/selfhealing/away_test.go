package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// TestTenMinutesAway: WeCom cannot be reached for ten minutes; members go on to
// decide, and everything arrives afterwards, once. Time is synctest's, WeCom and
// its members are in memory.
func TestTenMinutesAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		wecom := wecomtest.NewUnstartedServer()
		defer wecom.Close()
		unlimited(wecom)
		for _, id := range approvers {
			wecom.AddUser(wecomtest.User{ID: id})
		}
		entry := &later{}
		agent := wecom.AddApp(wecomtest.App{AgentID: simAgent, Secret: "secret", Token: "token", EncodingAESKey: wecomtest.ExampleAESKey,
			CallbackURL: "http://mycompany.com/o/bk_fta_solutions/wechat/entry/", Handler: entry})
		var cfg config
		cfg.dbFile, cfg.dbKind, cfg.log = filepath.Join(dir, "away.db"), kindSim, slog.New(slog.DiscardHandler)
		cfg.client = &http.Client{Transport: wecom.Transport()}
		cfg.limits, cfg.budget = &message.Limiter{MemberPerMinute: 1e6, MemberPerHour: 1e6}, 1e6
		cfg.set = settings.Settings{Common: env.Common{AppID: settings.DefaultApp, Prefix: "/o/bk_fta_solutions", APIDomain: wecom.URL, AppSecret: env.NewSecret("x")}, Zone: time.UTC}
		cfg.set.Wechat = settings.Wechat{AppURL: "http://mycompany.com/o/bk_fta_solutions/wechat/", CorpID: wecom.CorpID, Secret: env.NewSecret("secret"),
			AgentID: simAgent, Token: env.NewSecret("token"), EncodingAESKey: env.NewSecret(wecomtest.ExampleAESKey)}
		for _, mode := range []approval.Mode{approval.ModeReply, approval.ModeCard, approval.ModePage} {
			cfg.plans = append(cfg.plans, approval.Plan{AlarmType: string(mode), Name: "套餐", Mode: mode, Approvers: approvers, Timeout: 2 * time.Hour})
		}
		a, err := newApp(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		entry.Handler = a.handler()
		a.start()
		defer func() {
			for _, stop := range a.stops() {
				if err := stop(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}()
		push := func(mode approval.Mode, n int) int64 {
			r, err := a.desk.Push(t.Context(), approval.Alarm{AppID: "monitor", SourceID: fmt.Sprint(mode, n), SourceTime: time.Now(), IP: fmt.Sprint(n), Type: string(mode), Content: canary})
			if err != nil {
				t.Fatal(err)
			}
			return r.Alarm
		}
		card := push(approval.ModeCard, 0) // on the phones before
		time.Sleep(10 * time.Second)
		wecom.Fail("", wecomtest.Fault{Unreachable: true, Times: -1})
		var ids []int64
		for i := range 12 {
			id := push([]approval.Mode{approval.ModeReply, approval.ModeCard, approval.ModePage}[i%3], i+1)
			ids = append(ids, id)
			time.Sleep(45 * time.Second)
			if i%2 == 0 {
				if reply, err := agent.SendText(t.Context(), "lisi", "BH "+number(id)); err != nil || !strings.Contains(reply.Content, "审批成功") {
					t.Errorf("answer %q, %v", reply.Content, err)
				}
			}
		}
		task := ""
		for _, m := range wecom.Inbox("lisi") {
			task = cmp.Or(task, m.TaskID)
		}
		if _, err := agent.TapCard(t.Context(), "lisi", task, keyReject); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		if n := len(wecom.Inbox("zhangsan")); n != 1 {
			t.Errorf("%d messages came while WeCom was away", n)
		}
		wecom.ClearFaults()
		time.Sleep(5 * time.Minute)
		for _, member := range approvers {
			asked, decided := map[int64]int{}, map[int64]int{}
			for _, m := range wecom.Inbox(member) {
				for _, id := range ids {
					switch {
					case cardOf(m, id), strings.Contains(m.Content, ": "+number(id)) || strings.Contains(m.Content, "TY "+number(id)):
						asked[id]++
					case !m.Passive && strings.Contains(m.Content, " "+number(id)+" 已由 lisi 驳回"):
						decided[id]++
					}
				}
				if cardOf(m, card) && m.Replaced != "lisi 已驳回" {
					t.Errorf("%s's card says %q", member, m.Replaced)
				}
			}
			for i, id := range ids {
				want := 0
				if i%2 == 0 && member != "lisi" {
					want = 1
				}
				if asked[id] != 1 || decided[id] != want {
					t.Errorf("%s, alarm %d: asked %d times, told %d times, want 1 and %d", member, id, asked[id], decided[id], want)
				}
			}
		}
		if err := a.outboxHealth(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// later is a handler that is known only after its address.
type later struct{ http.Handler }
