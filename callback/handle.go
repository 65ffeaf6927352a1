package callback

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

// dispatch returns what to answer to a verified message: the result of its
// handler, which runs once for all copies of the message.
func (h *Handler) dispatch(r *http.Request, m Message, key string, start time.Time) outcome {
	run, first := h.join(r.Context(), key)
	if run == nil {
		h.cfg.OnError(r, ErrBusy)
		return outcome{status: http.StatusServiceUnavailable}
	}
	if first {
		go h.handle(r, run, m, start)
	}
	select {
	case <-run.settled:
		return run.outcome
	case <-r.Context().Done(): // nobody reads the answer; if somebody does, it must not say handled
		return outcome{status: http.StatusServiceUnavailable}
	}
}

// handle runs the handler of a message and settles the run.
func (h *Handler) handle(r *http.Request, run *run, m Message, start time.Time) {
	defer h.leave()
	ctx := run.ctx
	defer run.cancel()
	deadline := time.AfterFunc(acknowledge-time.Since(start), run.deadline)
	defer deadline.Stop()

	before, err := h.claim(ctx, run)
	if err != nil {
		h.cfg.OnError(r, fmt.Errorf("%w: %w", ErrDuplicates, err))
		before = &outcome{status: http.StatusServiceUnavailable}
	}
	if before != nil {
		h.forget(run)
		run.settle(*before)
		return
	}

	reply, err := h.call(ctx, m)
	if err != nil {
		h.cfg.OnError(r, fmt.Errorf("%w: %w", ErrHandler, err))
	}
	if !h.conclude(ctx, r, run, m.Head(), reply, err) && h.cfg.Late != nil {
		h.late(ctx, r, m, reply, err)
	}
}

// conclude settles a run with the result of its handler and notes it in the
// duplicate store. It returns false if the message was acknowledged before.
func (h *Handler) conclude(ctx context.Context, r *http.Request, run *run, head *Header, reply Reply, failed error) (inTime bool) {
	// The store must be told although the handler has used up its time.
	if end, _ := ctx.Deadline(); ctx.Err() != nil || time.Until(end) < storeTimeout {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		defer cancel()
	}
	var err error
	if failed != nil {
		// The answer provokes the next delivery, which must find neither the
		// claim nor this run.
		err = h.cfg.Duplicates.Fail(ctx, run.key)
		h.forget(run)
		inTime = run.settle(outcome{status: http.StatusInternalServerError})
	} else {
		o := outcome{status: http.StatusOK, reply: replyXML(head, reply, time.Now())}
		if inTime = run.settle(o); !inTime {
			o.reply = nil // it goes to Late; a later copy must not show it a second time
		}
		// A captured request can be repeated until its timestamp is stale, and
		// that may lie ahead of our clock by Skew already.
		err = h.cfg.Duplicates.Done(ctx, run.key, o.reply, 2*h.cfg.Skew+5*time.Minute)
		h.forget(run)
	}
	if err != nil {
		h.cfg.OnError(r, fmt.Errorf("%w: %w", ErrDuplicates, err))
	}
	return inTime
}

// claim asks the duplicate store for the message. It returns the outcome of a
// former handling, or nil when the message is ours. While another process has
// it, claim waits for that one's result until the deadline.
func (h *Handler) claim(ctx context.Context, run *run) (*outcome, error) {
	for {
		mine, done, reply, err := h.cfg.Duplicates.Begin(ctx, run.key, h.cfg.Timeout)
		switch {
		case err != nil:
			return nil, err
		case mine:
			if !run.claim() { // too late: this delivery was answered already
				return &outcome{status: http.StatusServiceUnavailable}, h.cfg.Duplicates.Fail(ctx, run.key)
			}
			return nil, nil
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

// call runs the handler and makes its panic an error.
func (h *Handler) call(ctx context.Context, m Message) (reply Reply, err error) {
	defer func() {
		if v := recover(); v != nil {
			reply, err = nil, &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return h.cfg.Handle(ctx, m)
}

func (h *Handler) late(ctx context.Context, r *http.Request, m Message, reply Reply, err error) {
	defer func() {
		if v := recover(); v != nil {
			h.cfg.OnError(r, fmt.Errorf("callback: Late: %w", &PanicError{Value: v, Stack: debug.Stack()}))
		}
	}()
	h.cfg.Late(context.WithoutCancel(ctx), m, reply, err)
}
