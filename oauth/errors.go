package oauth

import (
	"errors"
	"fmt"
)

// FieldError says that a setting or an argument is missing or malformed. Nothing was sent.
type FieldError struct {
	Field   string // for example "Config.CallbackURL"
	Problem string // what is wrong, and what to do; never a value
}

// Error names the field and says what to do.
func (e *FieldError) Error() string { return "oauth: " + e.Field + ": " + e.Problem }

// ErrCode is 0: the vendor was not asked.
func (*FieldError) ErrCode() int { return 0 }

// Retryable is false.
func (*FieldError) Retryable() bool { return false }

// NotSent is true.
func (*FieldError) NotSent() bool { return true }

func fieldError(field, format string, args ...any) *FieldError {
	return &FieldError{field, fmt.Sprintf(format, args...)}
}

// ErrNobody is an answer of the vendor that names neither a member nor anybody else.
var ErrNobody = errors.New("oauth: the vendor's answer names nobody: check that the code was made for this app")
