package menu

import "fmt"

// LimitError says that something is larger than the vendor accepts. The menu was not sent.
type LimitError struct {
	Field string // for example "button[1].sub_button[0].name"
	Limit int
	Size  int
	Unit  string // "bytes" or "buttons"
}

// Error names the field, its size and its limit, and says what to do.
func (e *LimitError) Error() string {
	todo := "shorten it"
	if e.Unit == "buttons" {
		todo = "put some into a group, or leave them out"
	}
	return fmt.Sprintf("menu: %s has %d %s, the limit is %d: %s", e.Field, e.Size, e.Unit, e.Limit, todo)
}

// FieldError says that a field is missing, malformed or out of place. Nothing was sent.
type FieldError struct {
	Field   string // for example "button[0].url"
	Problem string // what is wrong, and what to do
}

// Error names the field and says what to do.
func (e *FieldError) Error() string { return "menu: " + e.Field + ": " + e.Problem }

// The errors of the checks answer the questions that the errors of an API call answer.

// ErrCode is 0: the vendor was not asked.
func (*LimitError) ErrCode() int { return 0 }

// Retryable is false.
func (*LimitError) Retryable() bool { return false }

// NotSent is true.
func (*LimitError) NotSent() bool { return true }

// ErrCode is 0: the vendor was not asked.
func (*FieldError) ErrCode() int { return 0 }

// Retryable is false.
func (*FieldError) Retryable() bool { return false }

// NotSent is true.
func (*FieldError) NotSent() bool { return true }
