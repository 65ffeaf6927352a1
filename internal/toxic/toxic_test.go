package toxic_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/internal/toxic"
)

// TestFaults holds each fault against a bare client: what arrived at the server,
// what the client saw, and when.
func TestFaults(t *testing.T) {
	t.Parallel()
	const limit = 100 * toxic.Pace
	body := strings.Repeat("x", 1000)
	for _, tt := range []struct {
		fault   toxic.Fault
		arrives bool // at the server
		header  bool // seen by the client
		written bool
		took    time.Duration
		err     error
	}{
		{toxic.None, true, true, true, 0, nil},
		{toxic.Refused, false, false, false, 0, syscall.ECONNREFUSED},
		{toxic.ResetBefore, false, false, false, 0, syscall.ECONNRESET},
		{toxic.Blackhole, false, false, true, limit, context.DeadlineExceeded},
		{toxic.ResetAfter, true, false, true, 0, syscall.ECONNRESET},
		{toxic.SlowHeader, true, false, true, limit, context.DeadlineExceeded},
		{toxic.SlowBody, true, true, true, limit, context.DeadlineExceeded},
		{toxic.HalfClose, true, false, true, 0, io.EOF},
		{toxic.CutBody, true, true, true, 0, io.ErrUnexpectedEOF},
		{toxic.Oversize, true, true, true, 0, errTooMuch},
	} {
		t.Run(tt.fault.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				served := 0
				n := toxic.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if data, err := io.ReadAll(r.Body); err != nil || len(data) != 200<<10 {
						t.Errorf("the server got %d bytes, %v", len(data), err)
					}
					served++
					io.WriteString(w, body)
				}))
				defer n.Close()
				n.Break("/call", tt.fault)
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				header, err := post(ctx, &http.Client{Transport: n.Transport(false)}, "http://a.example/call?q=1")
				took := limit - time.Until(deadline(ctx))
				if (served == 1) != tt.arrives || header != tt.header || (n.Written("/call") > 0) != tt.written {
					t.Errorf("served %d, header %v, %d bytes written", served, header, n.Written("/call"))
				}
				if (n.Requests("/call") == 1) != tt.written {
					t.Errorf("%d requests", n.Requests("/call"))
				}
				if took != tt.took || !errors.Is(err, tt.err) {
					t.Errorf("%v after %v, want %v after %v", err, took, tt.err, tt.took)
				}
				if tt.fault == toxic.Blackhole && n.Written("/call") >= 200<<10 {
					t.Error("a blackhole without a window took everything")
				}
			})
		})
	}
}

// TestSequence: faults come in their order and the last one stays; other paths
// are well; a kept connection breaks at its next request.
func TestSequence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := toxic.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			io.WriteString(w, strings.Repeat("x", 40))
		}))
		defer n.Close()
		tr := n.Transport(true)
		defer tr.CloseIdleConnections()
		c := &http.Client{Transport: tr}
		n.Break("/call", toxic.None, toxic.ResetAfter, toxic.Refused, toxic.HalfClose)
		for i, want := range []error{nil, syscall.ECONNRESET, syscall.ECONNREFUSED, io.EOF, io.EOF} {
			if _, err := post(t.Context(), c, "http://a.example/call"); !errors.Is(err, want) {
				t.Errorf("%d: %v, want %v", i, err, want)
			}
		}
		if _, err := post(t.Context(), c, "http://a.example/other"); err != nil {
			t.Error(err)
		}
	})
}

// TestSlowAnswerArrives: byte by byte, each at its time.
func TestSlowAnswerArrives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := toxic.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			io.WriteString(w, "four")
		}))
		defer n.Close()
		n.Break("/call", toxic.SlowBody)
		start := time.Now()
		if _, err := post(t.Context(), &http.Client{Transport: n.Transport(false)}, "http://a.example/call"); err != nil || time.Since(start) != 4*toxic.Pace {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := toxic.New(http.NotFoundHandler())
		n.Close()
		n.Close()
		var op *net.OpError
		if _, err := n.Dial(t.Context(), "tcp", "a.example:80"); !errors.As(err, &op) || op.Op != "dial" {
			t.Errorf("dial after Close: %v", err)
		}
	})
}

var errTooMuch = errors.New("too much")

// post sends 200 KiB and reads up to 4 MiB.
func post(ctx context.Context, c *http.Client, address string) (header bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, io.LimitReader(zeros{}, 200<<10))
	if err != nil {
		return false, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if len(data) == 4<<20 {
		err = errTooMuch
	}
	return true, err
}

func deadline(ctx context.Context) time.Time {
	d, _ := ctx.Deadline()
	return d
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
