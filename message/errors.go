package message

import "fmt"

// LimitError says that something is larger than the vendor accepts, and nothing was sent; or that a file
// is larger than the limit of a download, which changes nothing at the vendor either.
type LimitError struct {
	Field string // as the vendor names it, for example "text.content"
	Limit int
	Size  int
	Unit  string // what is counted: "bytes", "users", "entries", "seconds" and the like
	hint  string
}

// Error names the field, its size and its limit, and says what to do; it never quotes the content.
func (e *LimitError) Error() string {
	s := fmt.Sprintf("message: %s has %d %s, the limit is %d", e.Field, e.Size, e.Unit, e.Limit)
	if e.hint != "" {
		s += ": " + e.hint
	}
	return s
}

// FieldError says that a field is missing, malformed or out of place. Nothing was sent.
type FieldError struct {
	Field   string // as the vendor names it, for example "touser[2]"
	Problem string // what is wrong, and what to do; never the content itself
}

// Error names the field and says what to do.
func (e *FieldError) Error() string { return "message: " + e.Field + ": " + e.Problem }

// The errors of the checks answer the questions that the errors of an API call answer, so that an
// outbox handles both alike: not sent, and useless to repeat.

// ErrCode is 0: the vendor was not asked.
func (*LimitError) ErrCode() int { return 0 }

// NotSent is true.
func (*LimitError) NotSent() bool { return true }

// Retryable is false.
func (*LimitError) Retryable() bool { return false }

// ErrCode is 0: the vendor was not asked.
func (*FieldError) ErrCode() int { return 0 }

// NotSent is true.
func (*FieldError) NotSent() bool { return true }

// Retryable is false.
func (*FieldError) Retryable() bool { return false }
