package message

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// RobotError is a refusal of the vendor, or an answer that is none of the vendor's.
type RobotError struct {
	Code       int    // errcode; 0 if the answer held none
	Message    string // errmsg on one line, without the robot's key
	HTTPStatus int    // normally 200, for refusals too
}

const (
	codeBadWebhook   = 93000
	codeRateLimited  = 45009
	codeSystemBusy   = -1
	maxRobotErrorMsg = 1024
)

// Error has the vendor's errcode, and says what to do where that is known.
func (e *RobotError) Error() string {
	text := fmt.Sprintf("message: robot: errcode %d: %s", e.Code, e.Message)
	if e.Code == 0 {
		text = fmt.Sprintf("message: robot: HTTP %d: %s", e.HTTPStatus, e.Message)
	}
	switch e.Code {
	case codeBadWebhook:
		text += "; check the webhook's address: its key is wrong, or the robot was taken from the group"
	case codeRateLimited:
		text += "; others post by this robot, too: 20 messages a minute are allowed"
	}
	return text
}

// ErrCode is Code.
func (e *RobotError) ErrCode() int { return e.Code }

// Retryable reports whether the same message may be taken a little later: "system busy" and HTTP 5xx.
// Whether the first one has arrived nobody knows then.
func (e *RobotError) Retryable() bool { return e.Code == codeSystemBusy || e.HTTPStatus >= 500 }

// NotSent is false: somebody has answered the request.
func (*RobotError) NotSent() bool { return false }

// robotFailure is a call without an answer. Its cause is only compared with, and behind a func, where no
// formatter looks: a *url.Error prints the whole address.
type robotFailure struct {
	text               string
	is                 func(target error) bool
	timeout            bool
	retryable, notSent bool
}

func (e *robotFailure) Error() string   { return "message: robot: " + e.text }
func (*robotFailure) ErrCode() int      { return 0 }
func (e *robotFailure) Retryable() bool { return e.retryable }
func (e *robotFailure) NotSent() bool   { return e.notSent }
func (e *robotFailure) Timeout() bool   { return e.timeout }

// Is finds context.Canceled and the like.
func (e *robotFailure) Is(target error) bool { return e.is != nil && e.is(target) }

// without takes the key out of a foreign text, and line breaks. The key has no character that an
// address or a quotation would write in another way.
func (r *robot) without(text string) string {
	text = strings.ReplaceAll(text, r.key(), "[redacted]")
	text = strings.Map(func(c rune) rune {
		if unicode.In(c, unicode.Cc, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return c
	}, text)
	if len(text) <= maxRobotErrorMsg {
		return text
	}
	cut := maxRobotErrorMsg
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// withoutURL takes off net/http's *url.Error, which prints the key.
func withoutURL(err error) error {
	for {
		u, ok := err.(*url.Error)
		if !ok || u.Err == nil {
			return err
		}
		err = u.Err
	}
}

func noAnswer(status int) string {
	switch {
	case status/100 == 3:
		return "the answer is a redirect, which is not followed; check the webhook's address"
	case status == http.StatusNotFound:
		return "there is nothing at this address; check the webhook's address"
	}
	return "the answer is not one of the API; check the webhook's address and what is between here and there"
}
