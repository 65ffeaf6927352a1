package command

import (
	"context"
	"fmt"
	"net"
)

// Loopback refuses addresses that others than this machine could reach.
func Loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return Usage(fmt.Errorf("-addr: %w", err))
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return Usage(fmt.Errorf("-addr %s: a simulation listens on loopback only, such as 127.0.0.1:5000", addr))
	}
	return nil
}

// ListenBeside takes the port after the app's, so that a simulation's page has
// the same address at the next start, or any other if that is in use.
func ListenBeside(ctx context.Context, app net.Addr) (net.Listener, error) {
	if next, ok := app.(*net.TCPAddr); ok {
		beside := *next
		beside.Port++
		if l, err := new(net.ListenConfig).Listen(ctx, "tcp", beside.String()); err == nil {
			return l, nil
		}
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
}
