package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/serve"
	"github.com/bkwecom/wecom/internal/leak"
)

var quiet = slog.New(slog.DiscardHandler)

// TestMain lets the test binary play the process that gets a signal.
func TestMain(m *testing.M) {
	if os.Getenv("SERVE_TEST_CHILD") != "" {
		err := serve.Run(context.Background(), serve.Config{
			Addr: "127.0.0.1:0", Handler: slow(500 * time.Millisecond), Log: quiet,
			Listening: func(a net.Addr) { fmt.Println(a) },
			Stop: []func(context.Context) error{
				func(context.Context) error { fmt.Println("worker stopped"); return nil },
				func(context.Context) error { fmt.Println("database closed"); return nil },
			},
		})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	leak.Main(m)
}

// slow answers its first line at once and its last after d.
func slow(d time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "begun\n")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-time.After(d):
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, "done\n")
	})
}

func TestSignals(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("windows has no SIGTERM to send")
	}
	for _, sig := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // of a hang
			defer cancel()
			child := exec.CommandContext(ctx, os.Args[0])
			child.Env = append(os.Environ(), "SERVE_TEST_CHILD=1")
			out, err := child.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = child.Process.Kill() }()
			said := bufio.NewReader(out)
			addr, _ := said.ReadString('\n')
			resp, err := http.Get("http://" + strings.TrimSpace(addr))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			body := bufio.NewReader(resp.Body)
			if line, _ := body.ReadString('\n'); line != "begun\n" {
				t.Fatalf("got %q", line)
			}
			if err := child.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if line, err := body.ReadString('\n'); line != "done\n" {
				t.Errorf("the running request was cut: %q, %v", line, err)
			}
			rest, _ := io.ReadAll(said)
			if string(rest) != "worker stopped\ndatabase closed\n" {
				t.Errorf("stopped as %q", rest)
			}
			if err := child.Wait(); err != nil {
				t.Errorf("exit: %v", err)
			}
		})
	}
}

func TestGraceEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var log bytes.Buffer
	var stopped atomic.Bool
	begun := make(chan error, 1)
	ran := make(chan error, 1)
	go func() {
		ran <- serve.Run(ctx, serve.Config{
			Addr: "127.0.0.1:0", Handler: slow(time.Hour), Grace: 50 * time.Millisecond,
			Log: slog.New(slog.NewTextHandler(&log, nil)),
			Listening: func(a net.Addr) {
				go func() {
					resp, err := http.Get("http://" + a.String())
					if err == nil {
						_ = resp.Body.Close()
					}
					begun <- err
				}()
			},
			Stop: []func(context.Context) error{
				func(context.Context) error { return errors.New("worker is stuck") },
				func(context.Context) error { stopped.Store(true); return nil },
			},
		})
	}()
	if err := <-begun; err != nil {
		t.Fatal(err)
	}
	cancel()
	select {
	case err := <-ran:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the stuck request held the process")
	}
	if !stopped.Load() || !strings.Contains(log.String(), "worker is stuck") {
		t.Errorf("stopped %v, log %s", stopped.Load(), log.String())
	}
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	stopped := false
	err = serve.Run(t.Context(), serve.Config{Addr: l.Addr().String(), Handler: http.NotFoundHandler(), Log: quiet,
		Stop: []func(context.Context) error{func(context.Context) error { stopped = true; return nil }}})
	if err == nil || !strings.Contains(err.Error(), "-addr") || !stopped {
		t.Errorf("%v, stopped %v", err, stopped)
	}
}
