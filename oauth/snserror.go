package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

// Error is a refusal by the API of official accounts, or an answer that is none of that API. Errors of
// WeCom are those of the [Caller].
type Error struct {
	Code       int    // errcode; 0 if the answer held none
	Message    string // errmsg on one line, without secrets
	Path       string // of the call, as in /sns/oauth2/access_token
	HTTPStatus int    // normally 200, for refusals too
}

// Error names path and code, and says what to do where that is known.
func (e *Error) Error() string {
	text := fmt.Sprintf("oauth: %s: errcode %d: %s", e.Path, e.Code, e.Message)
	switch e.Code {
	case 0:
		text = fmt.Sprintf("oauth: %s: HTTP %d: %s", e.Path, e.HTTPStatus, e.Message)
	case codeBadSecret, codeBadSecretMP:
		text += "; check OfficialAccount.Secret"
	case codeNoRight:
		text += "; the visitor must sign in with Scope UserInfo"
	}
	return text
}

const (
	codeBusy        = -1
	codeBadSecret   = 40001
	codeBadCode     = 40029
	codeBadSecretMP = 40125
	codeUsedCode    = 40163
	codeOldCode     = 42003
	codeNoRight     = 48001
)

// ErrCode is Code.
func (e *Error) ErrCode() int { return e.Code }

// Retryable reports whether the vendor was busy. A code may be lost all the same: sign in anew.
func (e *Error) Retryable() bool { return e.Code == codeBusy || e.HTTPStatus >= 500 }

// NotSent is false: somebody has answered.
func (*Error) NotSent() bool { return false }

// snsFailure is a call without an answer. It keeps no cause: a *url.Error prints secret and code.
type snsFailure struct {
	text                        string
	is                          func(error) bool
	timeout, retryable, notSent bool
}

func (e *snsFailure) Error() string        { return e.text }
func (*snsFailure) ErrCode() int           { return 0 }
func (e *snsFailure) Retryable() bool      { return e.retryable }
func (e *snsFailure) NotSent() bool        { return e.notSent }
func (e *snsFailure) Timeout() bool        { return e.timeout }
func (e *snsFailure) Is(target error) bool { return e.is(target) }

func snsBroken(ctx context.Context, path string, err error, notSent bool, secrets []string) error {
	for {
		u, ok := err.(*url.Error)
		if !ok || u.Err == nil {
			break
		}
		err = u.Err
	}
	var t interface{ Timeout() bool }
	return &snsFailure{
		text: "oauth: " + path + ": " + clean(err.Error(), secrets...),
		is:   func(target error) bool { return errors.Is(err, target) }, notSent: notSent,
		timeout:   errors.As(err, &t) && t.Timeout(),
		retryable: ctx.Err() == nil,
	}
}
