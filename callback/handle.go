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
func (h *Handler) dispatch(key string, j job, start time.Time) outcome {
	r := j.r
	run, first := h.join(r.Context(), key)
	if run == nil {
		h.report(r, ErrBusy)
		return outcome{status: http.StatusServiceUnavailable}
	}
	if first {
		run.job = j
		go h.handle(run, start.Add(acknowledge))
	}
	select {
	case <-run.settled:
		return run.outcome
	case <-r.Context().Done(): // nobody reads the answer; if somebody does, it must not say handled
		return outcome{status: http.StatusServiceUnavailable}
	}
}

// handle runs the handler of a message and settles the run.
func (h *Handler) handle(run *run, deadline time.Time) {
	defer h.leave()
	defer run.cancel()
	defer h.rescue(run)
	timer := time.AfterFunc(time.Until(deadline), func() {
		if !run.deadline() {
			h.forget(run) // a store that hangs must not keep the next delivery from trying
		}
	})
	defer timer.Stop()

	before, err := h.claim(run)
	if err != nil {
		h.tell(run, fmt.Errorf("%w: %w", ErrDuplicates, err))
		before = &outcome{status: http.StatusServiceUnavailable}
	}
	if before != nil {
		if before.status == http.StatusOK && run.r == nil {
			h.drop(run)
		}
		h.forget(run)
		run.settle(*before)
		return
	}

	m := run.m
	run.open = true
	reply, sealable, err := h.call(run.ctx, m, run.to)
	run.open = false
	if err != nil {
		run.unclaim()
		h.tell(run, fmt.Errorf("%w: %w", ErrHandler, err))
	}
	run.reply = reply
	if !h.conclude(run, sealable, err) && h.cfg.Late != nil && run.r != nil {
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
func (h *Handler) call(ctx context.Context, m Message, to target) (reply Reply, sealable []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			reply, sealable, err = nil, nil, &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	head := *m.Head() // the handler may change its copy; the reply goes to the sender
	if reply, err = h.cfg.Handle(ctx, m); err != nil {
		return reply, nil, err
	}
	sealable, err = encodeReply(&head, to, reply, time.Now())
	return reply, sealable, err
}

// conclude settles a run with the result of its handler and notes it in the
// duplicate store. It returns false if the message was acknowledged before.
func (h *Handler) conclude(run *run, reply []byte, failed error) (inTime bool) {
	var err error
	if failed != nil {
		// The answer provokes the next delivery, which must find neither the
		// claim nor this run.
		h.keep(run, failed)
		err = h.cfg.Duplicates.Fail(run.ctx, run.key)
		h.forget(run)
		inTime = run.settle(outcome{status: http.StatusInternalServerError})
	} else {
		if inTime = run.settle(outcome{status: http.StatusOK, reply: reply}); !inTime {
			reply = nil // it goes to Late; a later copy must not show it a second time
		}
		// A captured request can be repeated until its timestamp is stale, and
		// that may lie ahead of our clock by Skew already.
		err = h.cfg.Duplicates.Done(run.ctx, run.key, reply, 2*h.cfg.Skew+5*time.Minute)
		h.drop(run)
		h.forget(run)
	}
	if err != nil {
		h.tell(run, fmt.Errorf("%w: %w", ErrDuplicates, err))
	}
	return inTime
}

// rescue ends a run whose goroutine panics outside of Handle, in Duplicates or
// Late, or is ended by runtime.Goexit, as a failed check of package testing
// does. net/http recovers on its own goroutines only.
func (h *Handler) rescue(run *run) {
	if v := recover(); v != nil {
		h.tell(run, fmt.Errorf("%w: %w", ErrHandler, &PanicError{Value: v, Stack: debug.Stack()}))
	}
	if run.unfinished() || run.open {
		defer func() { _ = recover() }() // a store that panics was reported above
		h.forget(run)
		defer run.settle(outcome{status: http.StatusInternalServerError})
		h.keep(run, errors.New("the handler's goroutine ended"))
		_ = h.cfg.Duplicates.Fail(run.ctx, run.key)
		return
	}
	h.forget(run)
	run.settle(outcome{status: http.StatusInternalServerError})
}

// tell reports what happens in a run: to OnError, or to who called Replay.
func (h *Handler) tell(run *run, err error) {
	if run.r == nil {
		run.errs = append(run.errs, err)
		return
	}
	h.report(run.r, err)
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
