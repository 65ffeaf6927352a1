package callback

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// dispatch returns what to answer to a verified message: the result of its
// handler, which runs once for all copies of the message.
func (h *Handler) dispatch(r *http.Request, m Message, key string, start time.Time) outcome {
	run, first := h.join(r.Context(), key)
	if run == nil {
		h.report(r, ErrBusy)
		return outcome{status: http.StatusServiceUnavailable}
	}
	if first {
		go h.handle(r, run, m, start.Add(acknowledge))
	}
	select {
	case <-run.settled:
		return run.outcome
	case <-r.Context().Done(): // nobody reads the answer; if somebody does, it must not say handled
		return outcome{status: http.StatusServiceUnavailable}
	}
}

// handle runs the handler of a message and settles the run.
func (h *Handler) handle(r *http.Request, run *run, m Message, deadline time.Time) {
	defer h.leave()
	defer run.cancel()
	defer h.rescue(r, run)
	timer := time.AfterFunc(time.Until(deadline), func() {
		if !run.deadline() {
			h.forget(run) // a store that hangs must not keep the next delivery from trying
		}
	})
	defer timer.Stop()

	before, err := h.claim(run)
	if err != nil {
		h.report(r, fmt.Errorf("%w: %w", ErrDuplicates, err))
		before = &outcome{status: http.StatusServiceUnavailable}
	}
	if before != nil {
		h.forget(run)
		run.settle(*before)
		return
	}

	reply, xml, err := h.call(run.ctx, m)
	if err != nil {
		run.unclaim()
		h.report(r, fmt.Errorf("%w: %w", ErrHandler, err))
	}
	if !h.conclude(r, run, xml, err) && h.cfg.Late != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(run.ctx), h.cfg.Timeout)
		defer cancel()
		h.cfg.Late(ctx, m, reply, err)
	}
}

// claim asks the duplicate store for the message. It returns the outcome of a
// former handling, or nil when the message is ours. While another process has
// it, claim waits for that one's result until the deadline.
func (h *Handler) claim(run *run) (*outcome, error) {
	// What the handler may take, and the store afterwards to note its end.
	lease := h.cfg.Timeout + 2*storeTimeout
	for {
		mine, done, reply, err := h.cfg.Duplicates.Begin(run.ctx, run.key, lease)
		switch {
		case err != nil:
			return nil, err
		case mine:
			if run.claim() {
				return nil, nil
			}
			err := h.cfg.Duplicates.Fail(run.ctx, run.key)
			return nil, errors.Join(errors.New("it answered after the deadline; the message must come again"), err)
		case done:
			return &outcome{status: http.StatusOK, reply: reply}, nil
		}
		select {
		case <-run.settled:
			return nil, errors.New("another process has not finished the message in time")
		case <-time.After(storePoll):
		}
	}
}

// call runs the handler, makes its reply, and turns a panic into an error.
func (h *Handler) call(ctx context.Context, m Message) (reply Reply, xml []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			reply, xml, err = nil, nil, &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	head := *m.Head() // the handler may change its copy; the reply goes to the sender
	if reply, err = h.cfg.Handle(ctx, m); err != nil {
		return reply, nil, err
	}
	return reply, replyXML(&head, reply, time.Now()), nil
}

// conclude settles a run with the result of its handler and notes it in the
// duplicate store. It returns false if the message was acknowledged before.
func (h *Handler) conclude(r *http.Request, run *run, xml []byte, failed error) (inTime bool) {
	var err error
	if failed != nil {
		// The answer provokes the next delivery, which must find neither the
		// claim nor this run.
		err = h.cfg.Duplicates.Fail(run.ctx, run.key)
		h.forget(run)
		inTime = run.settle(outcome{status: http.StatusInternalServerError})
	} else {
		if inTime = run.settle(outcome{status: http.StatusOK, reply: xml}); !inTime {
			xml = nil // it goes to Late; a later copy must not show it a second time
		}
		// A captured request can be repeated until its timestamp is stale, and
		// that may lie ahead of our clock by Skew already.
		err = h.cfg.Duplicates.Done(run.ctx, run.key, xml, 2*h.cfg.Skew+5*time.Minute)
		h.forget(run)
	}
	if err != nil {
		h.report(r, fmt.Errorf("%w: %w", ErrDuplicates, err))
	}
	return inTime
}

// rescue ends a run whose goroutine panics outside of Handle, in Duplicates or
// Late, or is ended by runtime.Goexit, as a failed check of package testing
// does. net/http recovers on its own goroutines only.
func (h *Handler) rescue(r *http.Request, run *run) {
	if v := recover(); v != nil {
		h.report(r, fmt.Errorf("%w: %w", ErrHandler, &PanicError{Value: v, Stack: debug.Stack()}))
	}
	if run.unfinished() {
		defer func() { _ = recover() }() // a store that panics was reported above
		h.forget(run)
		defer run.settle(outcome{status: http.StatusInternalServerError})
		_ = h.cfg.Duplicates.Fail(run.ctx, run.key)
		return
	}
	h.forget(run)
	run.settle(outcome{status: http.StatusInternalServerError})
}

// report calls OnError, whose panic must not end the process.
func (h *Handler) report(r *http.Request, err error) {
	defer func() {
		if v := recover(); v != nil {
			slog.ErrorContext(r.Context(), "wecom callback: OnError panicked", "err", &PanicError{Value: v})
		}
	}()
	h.cfg.OnError(r, err)
}
