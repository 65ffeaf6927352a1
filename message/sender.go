package message

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bkwecom/wecom/internal/retry"
)

// Sender sends the messages of one app. It is safe for concurrent use as long as its fields are not
// changed.
type Sender struct {
	API     Caller // a *wecom.Client, with the secret of the app AgentID
	AgentID int    // as in the admin console; required

	// Limiter holds Send and SendPrepared within the rates that WeCom delivers; nil is none.
	Limiter *Limiter
	// MaxWait is how long a send may wait for Limiter, not beyond its ctx. A send that would have to
	// wait longer is refused at once with a [*RateError], and with 0 every one that would have to wait.
	MaxWait time.Duration
}

// Send checks m and sends it: [Sender.Prepare] and [Sender.SendPrepared] in one.
//
// Errors: [*LimitError], [*FieldError] and [*RateError] before the call; the Caller's errors, among
// them 81013 when no recipient is valid.
func (s *Sender) Send(ctx context.Context, m Message) (Result, error) {
	p, err := s.Prepare(m)
	if err != nil {
		return Result{}, err
	}
	return s.send(ctx, p)
}

// Prepare checks m and encodes it once. The same message gives the same bytes.
//
// Errors: [*LimitError] and [*FieldError].
func (s *Sender) Prepare(m Message) (Prepared, error) {
	var f fields
	if s.AgentID <= 0 {
		f.bad("agentid", "%d is no app: set Sender.AgentID", s.AgentID)
	}
	to := m.check(&f)
	if f.err != nil {
		return nil, f.err
	}
	return m.encode(to, s.AgentID)
}

// SendPrepared sends exactly these bytes, for an outbox that stores them and repeats after a crash.
// With duplicate check the vendor drops what it has had already, for as long as the interval lasts:
// an outbox must not repeat an unknown outcome later than that after its first attempt.
//
// Errors: [*FieldError] and [*RateError] before the call; the Caller's errors.
// Source: vendor's document message/send.
func (s *Sender) SendPrepared(ctx context.Context, p Prepared) (Result, error) {
	if !json.Valid(p) {
		return Result{}, &FieldError{Field: "prepared", Problem: "is no JSON: pass on unchanged what Prepare returned"}
	}
	return s.send(ctx, p)
}

func (s *Sender) send(ctx context.Context, p Prepared) (Result, error) {
	if s.Limiter == nil {
		return s.deliver(ctx, p, new(bool))
	}
	turn, err := s.Limiter.admit(ctx, p.users(), s.MaxWait)
	if err != nil {
		return Result{}, err
	}
	var reached bool
	defer func() { s.Limiter.done(turn, reached) }()
	return s.deliver(ctx, p, &reached)
}

// deliver sets reached if the vendor may have taken one of its attempts.
func (s *Sender) deliver(ctx context.Context, p Prepared, reached *bool) (Result, error) {
	var got answer
	err := s.repeat(ctx, "send", p.window, func(ctx context.Context) error {
		got = answer{} // an attempt that failed may have left something
		before := *reached
		*reached = true // also if Call panics
		err := s.API.Call(ctx, "POST", "/cgi-bin/message/send", nil, json.RawMessage(p), &got)
		*reached = before || err == nil || !retry.NotSent(err)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return got.result(p), nil
}
