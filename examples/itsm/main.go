// Command itsm is 流程服务 on the phone: members of a WeCom company submit tickets
// and approve them, signed in without a password, behind a reverse proxy; on the
// PC the same pages are signed in with BlueKing (蓝鲸).
//
//	go -C examples run ./itsm -demo   plays the guide's 企业微信配置 and ends
//	go -C examples run ./itsm -sim    the same parts, staying up, to try by hand
//	go -C examples run ./itsm         for real, set up by the environment
//
// Tickets and their one decision are package ticket's, which knows neither HTTP
// nor WeCom; the files here are its pages, its JSON, its messages and their
// wiring.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"

	"github.com/bkwecom/wecom/examples/internal/command"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/serve"
	"github.com/bkwecom/wecom/examples/itsm/settings"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, getenv func(string) string, out, errOut io.Writer) int {
	return command.Command{Name: "itsm", Demo: demo, Sim: simulate, Live: live}.Run(ctx, args, getenv, out, errOut)
}

// live runs for real, from the environment.
func live(ctx context.Context, f command.Flags, getenv func(string) string, _, errOut io.Writer) error {
	cfg, err := fromEnvironment(f, getenv)
	if err != nil {
		return command.Usage(fmt.Errorf("cannot start:\n%w", err))
	}
	cfg.log = logs.New(errOut, slog.LevelInfo)
	a, err := newApp(ctx, cfg)
	if err != nil {
		return command.Start(err)
	}
	a.announce()
	a.start()
	return serve.Run(ctx, serve.Config{Addr: cfg.set.Addr, Handler: a.handler, Stop: a.stops(), Log: cfg.log,
		Listening: func(addr net.Addr) {
			cfg.log.Info("listening", "addr", addr.String(), "phone", cfg.set.PhoneURL(""))
		}})
}

// fromEnvironment reads everything, and complains about all of it at once.
func fromEnvironment(f command.Flags, getenv func(string) string) (config, error) {
	r := env.NewReader(getenv)
	cfg := config{set: settings.Read(r), dbKind: kindReal}
	cfg.dbFile = f.Read(r, &cfg.set.Common, "itsm.db")
	return cfg, r.Err()
}

// announce logs what an operator should know at a start.
func (a *app) announce() {
	set := a.cfg.set
	if !set.UseWeixin {
		a.cfg.log.Warn("the phone pages are off: set BKAPP_USE_WEIXIN to 1")
		return
	}
	if on, why := set.Notifications(); !on {
		a.cfg.log.Warn("nobody is told by message", "why", why)
		return
	}
	go func() {
		if err := a.courier.CheckAgent(context.Background()); err != nil {
			a.cfg.log.Warn("WeCom cannot be used yet", "err", err)
		}
	}()
}
