package wecomtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

var errClosed = errors.New("the server is closed")

// DeliveryError says that every attempt of a callback failed.
type DeliveryError struct {
	Attempts []error // one per attempt, in order
}

// Error lists the attempts.
func (e *DeliveryError) Error() string {
	var b strings.Builder
	b.WriteString("wecomtest: the app took none of the callback's attempts")
	for i, err := range e.Attempts {
		fmt.Fprintf(&b, "; %d: %v", i+1, err)
	}
	return b.String()
}

// Unwrap gives the attempts to errors.Is and errors.As.
func (e *DeliveryError) Unwrap() []error { return e.Attempts }

// StatusError is why an attempt failed that the app answered: with another
// status than 200.
type StatusError struct{ Status int }

// Error names the status.
func (e *StatusError) Error() string { return fmt.Sprintf("status %d, want 200", e.Status) }

// Deliver sends a message or event, given as it is inside Encrypt, with the
// vendor's deadline and retries (vendor's document: "接收消息与事件"): each
// attempt has 5 s and is sealed anew, any status but 200 fails it. The error is
// a [*DeliveryError] if all attempts failed (one that was answered with another
// status is a [*StatusError] in it), and matches [ErrReply] if the app
// took it and answered with something that WeCom does not understand.
//
// plain need not be well-formed; a reply is then checked less closely.
func (a *Agent) Deliver(ctx context.Context, plain []byte) (Reply, error) {
	to, err := a.receiving()
	if err != nil {
		return Reply{}, err
	}
	rules := a.srv.currentRules()
	var failed DeliveryError
	for try := 0; ; try++ {
		body, err := a.attempt(ctx, to, plain, rules.CallbackTimeout)
		if err == nil {
			reply, err := a.readReply(to, plain, body)
			reply.Attempts = try + 1
			return reply, err
		}
		if ctx.Err() != nil {
			return Reply{Attempts: try + 1}, fmt.Errorf("wecomtest: callback given up: %w", ctx.Err())
		}
		failed.Attempts = append(failed.Attempts, err)
		if try >= rules.Retries {
			return Reply{Attempts: try + 1}, &failed
		}
		if err := a.pause(ctx, rules.RetryPause); err != nil {
			return Reply{Attempts: try + 1}, err
		}
	}
}

func (a *Agent) pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wecomtest: callback given up: %w", ctx.Err())
	case <-a.srv.base.Done():
		return fmt.Errorf("wecomtest: callback given up: %w", errClosed)
	}
}

// attempt is one POST. Only its answer of status 200 is no error.
func (a *Agent) attempt(ctx context.Context, to *receiving, plain []byte, limit time.Duration) ([]byte, error) {
	if !a.srv.begin() {
		return nil, errClosed
	}
	defer a.srv.running.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(a.srv.base, cancel)()

	fault := a.takeFault()
	if fault.Lost {
		return nil, errors.New("lost before it reached the app, as asked for")
	}
	req, err := a.newRequest(ctx, to, plain)
	if err != nil {
		return nil, err
	}
	if fault.Change != nil {
		fault.Change(req)
	}
	status, body, err := to.exchange(req, limit)
	switch {
	case err != nil:
		return nil, err
	case fault.AnswerLost:
		return nil, errors.New("the app's answer was lost, as asked for")
	case status != http.StatusOK:
		return nil, &StatusError{status}
	}
	return body, nil
}

// DeliverTwice delivers the same message again after the first copy was
// answered, as the vendor does when it did not see the answer.
func (a *Agent) DeliverTwice(ctx context.Context, plain []byte) (first, second Reply, err error) {
	if first, err = a.Deliver(ctx, plain); err != nil {
		return first, second, err
	}
	second, err = a.Deliver(ctx, plain)
	return first, second, err
}

// DeliverAtOnce delivers n copies of the same message concurrently and returns
// all replies; the error joins those of the copies.
func (a *Agent) DeliverAtOnce(ctx context.Context, plain []byte, n int) ([]Reply, error) {
	replies, errs := make([]Reply, max(n, 0)), make([]error, max(n, 0))
	var all sync.WaitGroup
	for i := range replies {
		all.Go(func() { replies[i], errs[i] = a.Deliver(ctx, plain) })
	}
	all.Wait()
	return replies, errors.Join(errs...)
}

// CallbackFault makes callbacks of an app misbehave; see [Agent.Disturb].
type CallbackFault struct {
	// Lost: the attempt never reaches the app.
	Lost bool
	// AnswerLost: the app gets it, but WeCom does not get the answer.
	AnswerLost bool
	// Change may alter the request just before it goes out, also to something that
	// the vendor never sends.
	Change func(*http.Request)
	// Times is how many attempts it hits: 0 means one, -1 all from now on.
	Times int
}

// Disturb lets the next attempts of the app's callbacks meet a fault. Several
// faults take effect one after the other.
func (a *Agent) Disturb(f CallbackFault) {
	if f.Times == 0 {
		f.Times = 1
	}
	a.srv.mu.Lock()
	defer a.srv.mu.Unlock()
	a.faults = append(a.faults, &f)
}

// ClearFaults ends all faults of the app's callbacks.
func (a *Agent) ClearFaults() {
	a.srv.mu.Lock()
	defer a.srv.mu.Unlock()
	a.faults = nil
}

func (a *Agent) takeFault() CallbackFault {
	a.srv.mu.Lock()
	defer a.srv.mu.Unlock()
	if len(a.faults) == 0 {
		return CallbackFault{}
	}
	f := a.faults[0]
	if f.Times > 0 {
		if f.Times--; f.Times == 0 {
			a.faults = a.faults[1:]
		}
	}
	return *f
}

func waitError(userid string, n int, cause error) error {
	return fmt.Errorf("wecomtest: no such message for %s among %d: %w", userid, n, cause)
}
