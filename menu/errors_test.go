package menu_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
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

// TestExtraIsChecked: what would stand beside a field, break out of its place,
// or be refused for an escape is refused before the call.
func TestExtraIsChecked(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]menu.Button{
		"a field's name":      {Name: "x", Type: "click", Key: "k", Extra: map[string]json.RawMessage{"Type": json.RawMessage(`"view"`)}},
		"two members":         {Name: "x", Type: "click", Key: "k", Extra: map[string]json.RawMessage{"a": json.RawMessage(`1,"b":2`)}},
		"control in a name":   {Name: "x", Type: "click", Key: "k", Extra: map[string]json.RawMessage{"a\x02": json.RawMessage(`1`)}},
		"control in the type": {Name: "x", Type: "x\x01", Key: "k"},
	} {
		var field *menu.FieldError
		if err := menu.Create(t.Context(), nobody{}, 1, menu.Menu{Buttons: []menu.Button{b}}); !errors.As(err, &field) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// nobody is a Caller that must not be reached.
type nobody struct{}

func (nobody) Call(context.Context, string, string, url.Values, any, any) error {
	return errors.New("called")
}
