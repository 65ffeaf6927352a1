package menu_test

import (
	"errors"
	"testing"

	"github.com/bkwecom/wecom/menu"
)

// TestErrorsAnswer: the errors of the checks answer what the errors of a call do.
func TestErrorsAnswer(t *testing.T) {
	t.Parallel()
	for _, err := range []error{&menu.LimitError{}, &menu.FieldError{}} {
		var code interface{ ErrCode() int }
		var passing interface{ Retryable() bool }
		var unsent interface{ NotSent() bool }
		if !errors.As(err, &code) || code.ErrCode() != 0 ||
			!errors.As(err, &passing) || passing.Retryable() ||
			!errors.As(err, &unsent) || !unsent.NotSent() {
			t.Errorf("%T does not answer", err)
		}
	}
}
