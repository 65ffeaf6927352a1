package jssdk

import (
	"errors"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/internal/retry"
)

// FieldError says that a setting is missing or malformed.
type FieldError struct {
	Field   string // for example "Pages"
	Problem string // what is wrong, and what to do; never a value
}

// Error names the field and says what to do.
func (e *FieldError) Error() string { return "jssdk: Config." + e.Field + " " + e.Problem }

func fieldError(field, problem string) *FieldError { return &FieldError{field, problem} }

// ErrPage is the reason why a page got no signature: it is none of Config.Pages.
var ErrPage = errors.New("jssdk: this page may not use the JS-SDK")

var (
	errNoSigner = errors.New("jssdk: this Signer was not made by New")
	errNoTicket = errors.New("the answer holds no ticket or no expires_in; check where the API client calls")
	errTooSlow  = errors.New("no answer in time")
)

// ticketError is a page that got no signature for want of a ticket. It answers what the errors of API
// calls answer: ErrCode, Retryable, NotSent.
type ticketError struct {
	what  string
	cause error         // without secrets
	next  time.Duration // until the API is asked again; 0 if it may be at once
}

func (e *ticketError) Error() string {
	text := "jssdk: " + e.what + ": " + e.cause.Error()
	if e.next > 0 {
		text += fmt.Sprintf("; the next attempt is in %v", e.next.Round(time.Millisecond))
	}
	return text
}

func (e *ticketError) Unwrap() error { return e.cause }
func (e *ticketError) ErrCode() int  { return retry.ErrCode(e.cause) }
func (e *ticketError) NotSent() bool { return retry.NotSent(e.cause) }

func (e *ticketError) Retryable() bool {
	var r interface{ Retryable() bool }
	return errors.As(e.cause, &r) && r.Retryable() || errors.Is(e.cause, errTooSlow)
}

func foreignPage(why string) error { return fmt.Errorf("%w: %s", ErrPage, why) }
