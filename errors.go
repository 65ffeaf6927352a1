package wecom

import (
	"fmt"
	"net/http"
)

// Error is an answer of the API that is not a success. Its texts hold no secret,
// no token and no sign-in code.
type Error struct {
	Code       int    // errcode, see the Code constants; 0 if the answer held none
	Message    string // errmsg on one line, cut to 1 KiB; says what was wrong if there was no errcode
	Path       string // of the call, as in /cgi-bin/message/send
	HTTPStatus int    // normally 200, for refusals too
}

// Error names path and code and says what to do next where that is known.
func (e *Error) Error() string {
	text := fmt.Sprintf("wecom: %s: errcode %d: %s", e.Path, e.Code, e.Message)
	if e.Code == 0 {
		text = fmt.Sprintf("wecom: %s: HTTP %d: %s", e.Path, e.HTTPStatus, e.Message)
	} else if e.HTTPStatus != http.StatusOK {
		text = fmt.Sprintf("wecom: %s: HTTP %d: errcode %d: %s", e.Path, e.HTTPStatus, e.Code, e.Message)
	}
	if hint := hints[e.Code]; hint != "" {
		text += "; " + hint
	}
	return text
}

// ErrCode is Code, for packages that do not import this one.
func (e *Error) ErrCode() int { return e.Code }

// Retryable reports whether the same call may succeed a little later: the codes
// that pass by themselves, and HTTP 5xx. Whether it may be repeated without being
// done twice is for the caller to know.
func (e *Error) Retryable() bool { return retryable(e.Code) || e.HTTPStatus >= 500 }

// NotSent is false: somebody has answered the request.
func (e *Error) NotSent() bool { return false }
