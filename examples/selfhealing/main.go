// Command selfhealing is fault self-healing (故障自愈) with approval in WeCom:
// a monitoring system pushes an alarm, the approvers get a message, a card or a
// link to a page, one of them decides, and the plan runs or does not.
//
//	go -C examples run ./selfhealing -demo   plays the guide's 自愈测试 and ends
//	go -C examples run ./selfhealing -sim    the same parts, staying up, to try by hand
//	go -C examples run ./selfhealing         for real, set up by the environment
//	go -C examples run ./selfhealing -doctor        checks the settings, WeCom and the callback address
//	go -C examples run ./selfhealing -publish-menu  publishes 审批列表
//	go -C examples run ./selfhealing -audit         verifies that the audit was not changed
//
// The decision is made in package approval, which knows neither HTTP nor WeCom;
// the files here are its channels and their wiring.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"

	"github.com/bkwecom/wecom/examples/internal/command"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/serve"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, getenv func(string) string, out, errOut io.Writer) int {
	var plans string
	var tools tools
	return command.Command{
		Name: "selfhealing",
		More: func(set *flag.FlagSet) {
			set.StringVar(&plans, "plans", "", "plan `file`, JSON (default $BKAPP_FTA_PLANS)")
			tools.flags(set)
		},
		Demo: func(ctx context.Context, out io.Writer) error { return demo(ctx, out, nil) },
		Sim:  simulate,
		Live: func(ctx context.Context, f command.Flags, getenv func(string) string, out, errOut io.Writer) error {
			if ran, err := tools.run(ctx, f, plans, getenv, out, errOut); ran {
				return err
			}
			return live(ctx, f, plans, getenv, errOut)
		},
	}.Run(ctx, args, getenv, out, errOut)
}

// live runs for real, from the environment.
func live(ctx context.Context, f command.Flags, plans string, getenv func(string) string, errOut io.Writer) error {
	cfg, err := fromEnvironment(f, plans, getenv)
	if err != nil {
		return command.Usage(fmt.Errorf("cannot start:\n%w", err))
	}
	cfg.log = logs.New(errOut, slog.LevelInfo)
	a, err := newApp(ctx, cfg)
	if err != nil {
		return command.Start(err)
	}
	a.announce(ctx)
	a.start()
	return serve.Run(ctx, serve.Config{Addr: cfg.set.Addr, Handler: a.handler(), Stop: a.stops(), Log: cfg.log,
		Listening: func(addr net.Addr) {
			callback := "not set: " + settings.AppURL
			if address := a.wechat.settings().AppURL; address != "" {
				callback = address + "entry/"
			}
			cfg.log.Info("listening", "addr", addr.String(), "callback", callback)
		}})
}

// fromEnvironment reads everything, and complains about all of it at once.
func fromEnvironment(f command.Flags, plans string, getenv func(string) string) (cfg config, err error) {
	r := env.NewReader(getenv)
	cfg.set, cfg.dbKind = settings.Read(r), kindReal
	cfg.dbFile = f.Read(r, &cfg.set.Common, "selfhealing.db")
	source := "-plans"
	if plans == "" {
		source, plans = "BKAPP_FTA_PLANS", cfg.set.PlansFile
	}
	if plans == "" {
		r.Fail(source, "is missing: name the plan file with it or with -plans")
	} else if cfg.plans, err = approval.LoadPlans(plans); err != nil {
		r.Fail(source, err.Error())
	}
	cfg.set.CheckRun(r, cfg.plans.HasRun())
	for _, p := range cfg.tooMany(cfg.set.Wechat) {
		r.Fail(source, p.Text)
	}
	return cfg, r.Err()
}

// maxReceivers is how many members one message can go to (vendor's document:
// message/send).
const maxReceivers = 1000

// tooMany checks how many members each plan's approvers are with the super
// approvers.
func (c config) tooMany(w settings.Wechat) (problems []settings.Problem) {
	for _, p := range c.plans {
		if n := len(p.Approvers) + len(w.SuperApprovers); n > maxReceivers {
			problems = append(problems, settings.Problem{
				Field: settings.SuperApprover,
				Text:  fmt.Sprintf("%s has %d approvers with the super approvers: a message goes to %d members at most", p.AlarmType, n, maxReceivers),
				Words: fmt.Sprintf("与套餐 %s 的审批人合计 %d 人，一条消息最多发给 %d 人", p.AlarmType, n, maxReceivers),
			})
		}
	}
	return problems
}

// announce logs what an operator should know at a start.
func (a *app) announce(ctx context.Context) {
	set := a.wechat.settings()
	if missing := set.Missing(); len(missing) > 0 {
		a.cfg.log.Warn("not set yet", "variables", missing)
	}
	if why := insecure(set); why != "" {
		a.cfg.log.Warn("messages from WeCom decide nothing", "why", why)
	}
	if err := a.settingsHealth(ctx); err != nil {
		a.cfg.log.Error("saved settings", "err", err)
	}
	if a.wechat.Ready() {
		go func() {
			if err := a.wechat.CheckAgent(ctx); err != nil {
				a.cfg.log.Warn("WeCom cannot be used yet", "err", err)
			}
		}()
	}
}
