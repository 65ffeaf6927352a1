// Command selfhealing is fault self-healing (故障自愈) with approval in WeCom:
// a monitoring system pushes an alarm, the approvers get a message, one of them
// answers TY or BH, and the plan runs or does not.
//
//	go -C examples run ./selfhealing -demo   plays the guide's 自愈测试 and ends
//	go -C examples run ./selfhealing -sim    the same parts, staying up, to try by hand
//	go -C examples run ./selfhealing         for real, set up by the environment
//
// The decision is made in package approval, which knows neither HTTP nor WeCom;
// the files here are its channels and their wiring.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/serve"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// The exit codes: 1 is a failure while running, 2 a setting that is wrong.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

type flags struct {
	demo, sim       bool
	addr, db, plans string
}

func run(ctx context.Context, args []string, getenv func(string) string, out, errOut io.Writer) int {
	var f flags
	set := flag.NewFlagSet("selfhealing", flag.ContinueOnError)
	set.SetOutput(errOut)
	set.BoolVar(&f.demo, "demo", false, "play the guide from end to end with a simulated WeCom, and end")
	set.BoolVar(&f.sim, "sim", false, "stay up with a simulated WeCom, on loopback only")
	set.StringVar(&f.addr, "addr", "", "listen on `host:port` (default :$PORT, or :5000; with -sim 127.0.0.1:5000)")
	set.StringVar(&f.db, "db", "", "SQLite `file` (default selfhealing.db, with -sim selfhealing-sim.db)")
	set.StringVar(&f.plans, "plans", "", "plan `file`, JSON (default $BKAPP_FTA_PLANS)")
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return exitUsage
	}
	if set.NArg() > 0 || f.demo && f.sim {
		fmt.Fprintln(errOut, "selfhealing takes flags only, and either -demo or -sim; see -help")
		return exitUsage
	}
	var err error
	switch {
	case f.demo:
		err = demo(ctx, out, nil)
	case f.sim:
		if port := getenv("PORT"); f.addr == "" && port != "" {
			f.addr = net.JoinHostPort("127.0.0.1", port)
		}
		err = simulate(ctx, f, out, errOut)
	default:
		err = live(ctx, f, getenv, errOut)
	}
	var wrong *usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintln(errOut, err)
		return exitUsage
	default:
		fmt.Fprintln(errOut, "selfhealing:", err)
		return exitFailed
	}
}

// A usageError is something that the operator must set right before a start.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// live runs for real, from the environment.
func live(ctx context.Context, f flags, getenv func(string) string, errOut io.Writer) error {
	cfg, err := fromEnvironment(f, getenv)
	if err != nil {
		return &usageError{fmt.Errorf("cannot start:\n%w", err)}
	}
	cfg.log = logs.New(errOut, slog.LevelInfo)
	a, err := newApp(ctx, cfg)
	if err != nil {
		return startError(err)
	}
	a.announce()
	a.start()
	return serve.Run(ctx, serve.Config{Addr: cfg.set.Addr, Handler: a.handler(), Stop: a.stops(), Log: cfg.log,
		Listening: func(addr net.Addr) {
			callback := "not set: " + settings.AppURL
			if cfg.set.Wechat.AppURL != "" {
				callback = cfg.set.Wechat.AppURL + "entry/"
			}
			cfg.log.Info("listening", "addr", addr.String(), "callback", callback)
		}})
}

// fromEnvironment reads everything, and complains about all of it at once.
func fromEnvironment(f flags, getenv func(string) string) (cfg config, err error) {
	r := env.NewReader(getenv)
	cfg.set, cfg.dbKind = settings.Read(r), kindReal
	if f.addr != "" {
		cfg.set.Addr = f.addr
		if _, _, err := net.SplitHostPort(f.addr); err != nil {
			r.Fail("-addr", "is not host:port, such as 127.0.0.1:5000")
		}
	}
	if cfg.dbFile, err = cfg.set.DatabaseFile(f.db, "selfhealing.db"); err != nil {
		r.Fail("-db", err.Error())
	}
	source := "-plans"
	if f.plans == "" {
		source, f.plans = "BKAPP_FTA_PLANS", cfg.set.PlansFile
	}
	if f.plans == "" {
		r.Fail(source, "is missing: name the plan file with it or with -plans")
	} else if cfg.plans, err = approval.LoadPlans(f.plans); err != nil {
		r.Fail(source, err.Error())
	}
	cfg.set.CheckRun(r, cfg.plans.HasRun())
	for _, p := range cfg.plans {
		if n := len(p.Approvers) + len(cfg.set.Wechat.SuperApprovers); n > maxReceivers {
			r.Fail(source, fmt.Sprintf("%s has %d approvers with the super approvers: a message goes to %d members at most", p.AlarmType, n, maxReceivers))
		}
	}
	return cfg, r.Err()
}

// maxReceivers is how many members one message can go to (vendor's document:
// message/send).
const maxReceivers = 1000

// startError tells a database that is in use or of another kind, which the
// operator must set right, from other failures.
func startError(err error) error {
	for _, wrong := range []error{database.ErrInUse, database.ErrKind, database.ErrNewer, database.ErrNotDatabase} {
		if errors.Is(err, wrong) {
			return &usageError{err}
		}
	}
	var path *fs.PathError // a folder that is not there, a file that may not be written
	if errors.As(err, &path) {
		return &usageError{err}
	}
	return err
}

// announce logs what an operator should know at a start.
func (a *app) announce() {
	set := a.cfg.set.Wechat
	if missing := set.Missing(); len(missing) > 0 {
		a.cfg.log.Warn("not set yet", "variables", missing)
	}
	if why := insecure(set); why != "" {
		a.cfg.log.Warn("messages from WeCom decide nothing", "why", why)
	}
	for _, p := range a.cfg.plans {
		if p.Mode != approval.ModeReply {
			a.cfg.log.Warn("this version asks by text and takes TY and BH for every plan",
				"alarm_type", p.AlarmType, "approval", string(p.Mode))
		}
	}
	if a.wechat.ready() {
		go func() {
			if err := a.wechat.checkAgent(context.Background()); err != nil {
				a.cfg.log.Warn("WeCom cannot be used yet", "err", err)
			}
		}()
	}
}
