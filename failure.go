package wecom

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// callError is a call without an answer. It keeps no raw cause, only a redacted
// text and closures: a *url.Error prints the whole URL, and a %#v or a dumper
// would find it in a field.
type callError struct {
	text      string
	is        func(target error) bool
	as        func(target any) bool
	timeout   bool
	retryable bool
	notSent   bool
}

func (e *callError) Error() string   { return e.text }
func (e *callError) ErrCode() int    { return 0 }
func (e *callError) Retryable() bool { return e.retryable }
func (e *callError) NotSent() bool   { return e.notSent }
func (e *callError) Timeout() bool   { return e.timeout }

// Temporary completes net.Error, so that errors.As finds one.
func (e *callError) Temporary() bool { return e.retryable }

func (e *callError) Is(target error) bool { return e.is != nil && e.is(target) }
func (e *callError) As(target any) bool   { return e.as != nil && e.as(target) }

// misuse is a call that was refused before anything was sent.
func misuse(path, format string, args ...any) *callError {
	return &callError{text: "wecom: " + oneLine(path, 200) + ": " + fmt.Sprintf(format, args...), notSent: true}
}

// errTooSlow is the cause of contexts that this package ends: another attempt may be faster.
var errTooSlow = errors.New("no answer in time")

// givenUp is a call whose context has ended.
func givenUp(ctx context.Context, doing string) *callError {
	err, cause := ctx.Err(), context.Cause(ctx)
	return &callError{
		text:    "wecom: " + doing + ": " + err.Error(),
		is:      func(target error) bool { return errors.Is(err, target) || errors.Is(cause, target) },
		timeout: errors.Is(err, context.DeadlineExceeded),

		retryable: cause == errTooSlow,
	}
}

// broken is a call that the network, a transport or a body's reader ended.
func broken(ctx context.Context, what string, err error, secrets []string) *callError {
	if ctx.Err() != nil {
		return givenUp(ctx, what)
	}
	var certificate *tls.CertificateVerificationError
	return &callError{
		text:      "wecom: " + what + ": " + oneLine(redact(withoutURL(err).Error(), secrets...), 1024),
		is:        func(target error) bool { return errors.Is(err, target) },
		timeout:   isTimeout(err),
		retryable: !errors.As(err, &certificate),
	}
}

// withoutURL takes off net/http's *url.Error, which prints the query.
func withoutURL(err error) error {
	for {
		u, ok := err.(*url.Error)
		if !ok || u.Err == nil {
			return err
		}
		err = u.Err
	}
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

func isNotSent(err error) bool {
	var n interface{ NotSent() bool }
	return errors.As(err, &n) && n.NotSent()
}

func isRetryable(err error) bool {
	var r interface{ Retryable() bool }
	return errors.As(err, &r) && r.Retryable()
}

// tokenError is a call that could not be made because gettoken fails.
type tokenError struct {
	cause error         // an *Error or *callError, both free of secrets
	next  time.Duration // until gettoken is asked again
}

func (e *tokenError) Error() string {
	return fmt.Sprintf("%v; no access token, the next attempt is in %v", e.cause, e.next)
}

func (e *tokenError) ErrCode() int {
	var c interface{ ErrCode() int }
	if errors.As(e.cause, &c) {
		return c.ErrCode()
	}
	return 0
}

func (e *tokenError) Retryable() bool { return isRetryable(e.cause) }
func (e *tokenError) NotSent() bool   { return true }
func (e *tokenError) Timeout() bool   { return isTimeout(e.cause) }
func (e *tokenError) Unwrap() error   { return e.cause }
