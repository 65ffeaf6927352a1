// Package serve runs an HTTP server until the process is told to stop, and then
// finishes what runs.
package serve

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Config of a server.
type Config struct {
	Addr     string
	Listener net.Listener // instead of Addr, if the address had to be known before
	Handler  http.Handler

	// Listening is told the address once connections are accepted. nil is allowed.
	Listening func(addr net.Addr)

	// Stop is called, in order, once no request runs any more: workers first, the
	// database last. All share what is left of the grace.
	Stop []func(ctx context.Context) error

	Grace time.Duration // 0 is 8 s, so that the process is gone within 10
	Log   *slog.Logger  // nil is slog.Default
}

// Run serves until ctx ends or SIGTERM or SIGINT arrives, then stops and
// returns nil; a second signal ends the process at once. What could not be
// finished within the grace is logged, not returned: the process did stop as it
// was told. An error means that serving was not possible; Stop ran then too.
func Run(ctx context.Context, cfg Config) error {
	log := cmp.Or(cfg.Log, slog.Default())
	grace := cmp.Or(cfg.Grace, 8*time.Second)
	told, unregister := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer unregister()

	server := &http.Server{
		Handler:           cfg.Handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	err := accept(told, server, cfg)
	unregister() // a second signal has its usual effect

	left, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	log.Info("stopping", "grace", grace.String())
	// Half of the grace is for requests: one that trickles in leaves the workers theirs.
	requests, cancelRequests := context.WithTimeout(left, grace/2)
	defer cancelRequests()
	if cut := server.Shutdown(requests); cut != nil {
		log.Warn("requests were cut short", "err", cut)
		_ = server.Close()
	}
	for _, stop := range cfg.Stop {
		if unfinished := stop(left); unfinished != nil {
			log.Warn("not everything could be finished", "err", unfinished)
		}
	}
	return err
}

// accept returns nil once ctx ends, or why connections cannot be accepted.
func accept(ctx context.Context, server *http.Server, cfg Config) error {
	listener, err := cfg.Listener, error(nil)
	if listener == nil {
		listener, err = new(net.ListenConfig).Listen(ctx, "tcp", cfg.Addr)
	}
	if err != nil {
		return fmt.Errorf("serve: name a free address with -addr or PORT: %w", err)
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if cfg.Listening != nil {
		cfg.Listening(listener.Addr())
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		return nil
	}
}
