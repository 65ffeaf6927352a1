package message_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/message"
)

var errDial = &net.OpError{Op: "dial", Err: errors.New("refused")}

var hello = message.RobotText{Content: "hello"}

// Twenty pass, and the next one waits exactly until the minute of the first has ended.
func TestRobotWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &posts{}
		r := p.robot(t, message.RobotOptions{})
		began := time.Now()
		for i := range 45 {
			if err := r.Send(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
			if want := time.Duration(i/20) * time.Minute; p.at[i].Sub(began) != want {
				t.Errorf("message %d went out after %s, want %s", i+1, p.at[i].Sub(began), want)
			}
		}
	})
}

// However the messages come and however long their answers take, no minute holds more than 20.
func TestNoMinuteHoldsMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &posts{}
		var mu sync.Mutex
		var arrived []time.Time
		hc := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			n := len(arrived)
			mu.Unlock()
			time.Sleep(time.Duration(n*7%11) * time.Second) // on the way
			mu.Lock()
			arrived = append(arrived, time.Now())
			mu.Unlock()
			time.Sleep(time.Duration(n*3%5) * time.Second) // back
			return p.RoundTrip(req)
		})}
		r, err := message.NewRobot(robotWebhook, message.RobotOptions{HTTPClient: hc})
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for i := range 150 {
			all.Go(func() {
				time.Sleep(time.Duration(i*i%90) * time.Second)
				if err := r.Send(t.Context(), hello); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(arrived) != 150 {
			t.Fatalf("%d arrived", len(arrived))
		}
		for i := 20; i < len(arrived); i++ {
			if d := arrived[i].Sub(arrived[i-20]); d < time.Minute {
				t.Errorf("message %d arrived %s after message %d", i+1, d, i-19)
			}
		}
	})
}

func TestRobotRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &posts{}
		r := p.robot(t, message.RobotOptions{Refuse: true})
		began := time.Now()
		for range 20 {
			if err := r.Send(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		var busy *message.RobotBusyError
		for range 3 { // a refusal changes nothing
			err := r.Send(t.Context(), hello)
			if !errors.As(err, &busy) || !busy.Until.Equal(began.Add(time.Minute)) || !busy.NotSent() || !busy.Retryable() || busy.ErrCode() != 0 {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(err.Error(), busy.Until.Format(time.RFC3339)) {
				t.Error(err)
			}
		}
		time.Sleep(time.Until(busy.Until) - time.Nanosecond)
		if err := r.Send(t.Context(), hello); !errors.As(err, &busy) {
			t.Errorf("a nanosecond too early: %v", err)
		}
		time.Sleep(1 * time.Nanosecond)
		if err := r.Send(t.Context(), hello); err != nil {
			t.Error(err)
		}
		err := r.Send(t.Context(), hello)
		if !errors.As(err, &busy) || !busy.Until.Equal(began.Add(time.Minute+time.Second)) || len(p.got) != 21 {
			t.Errorf("%v after %d posts", err, len(p.got))
		}
	})
}

// While twenty are on their way nobody knows when their minute ends.
func TestRobotRefusesWhileAllAreOnTheirWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &posts{answer: func(int) (int, string, error) { return 200, `{"errcode":0}`, nil }}
		hc := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			time.Sleep(10 * time.Second)
			return p.RoundTrip(req)
		})}
		refusing, _ := message.NewRobot(robotWebhook, message.RobotOptions{HTTPClient: hc, Refuse: true})
		waiting, _ := message.NewRobot(robotWebhook, message.RobotOptions{HTTPClient: hc})
		for _, r := range []*message.Robot{refusing, waiting} {
			for range 20 {
				go func() {
					if err := r.Send(t.Context(), hello); err != nil {
						t.Error(err)
					}
				}()
			}
		}
		synctest.Wait()
		var busy *message.RobotBusyError
		if err := refusing.Send(t.Context(), hello); !errors.As(err, &busy) || time.Until(busy.Until) != time.Minute {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if err := waiting.Send(ctx, hello); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		time.Sleep(time.Minute)
	})
}

func TestRobotWaitsWithinItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &posts{}
		r := p.robot(t, message.RobotOptions{})
		for range 20 {
			if err := r.Send(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		// A deadline before the minute ends is told at once.
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var busy *message.RobotBusyError
		if err := r.Send(ctx, hello); !errors.As(err, &busy) || !time.Now().Equal(began) {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(7*time.Second, cancel)
		err := r.Send(ctx, hello)
		var e interface{ NotSent() bool }
		if !errors.Is(err, context.Canceled) || !errors.As(err, &e) || !e.NotSent() || time.Since(began) != 7*time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		// Who gave up holds no place.
		for range 20 {
			if err := r.Send(t.Context(), hello); err != nil {
				t.Error(err)
			}
		}
		if time.Since(began) != time.Minute || len(p.got) != 40 {
			t.Errorf("%d posts after %s", len(p.got), time.Since(began))
		}
	})
}

// What was never sent takes no place in the minute.
func TestRobotCountsWhatMayHaveArrived(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refused := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, errDial })}
		r, err := message.NewRobot(robotWebhook, message.RobotOptions{HTTPClient: refused, Refuse: true})
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			if err := r.Send(t.Context(), hello); !errors.Is(err, errDial) {
				t.Fatal(err)
			}
		}
		p := &posts{answer: func(int) (int, string, error) { return 0, "", errLost }}
		r = p.robot(t, message.RobotOptions{Refuse: true})
		for i := range 21 {
			err := r.Send(t.Context(), hello)
			if want := i < 20; errors.Is(err, errLost) != want {
				t.Errorf("message %d: %v", i+1, err)
			}
		}
	})
}
