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

// TestErrorsSayWhatToDo names the field, the size and the way out.
func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"menu: button has 4 buttons, the limit is 3: put some into a group, or leave them out": &menu.LimitError{Field: "button", Limit: 3, Size: 4, Unit: "buttons"},
		"menu: button[0].name has 61 bytes, the limit is 60: shorten it":                       &menu.LimitError{Field: "button[0].name", Limit: 60, Size: 61, Unit: "bytes"},
		"menu: button[0].url: is empty":                                                        &menu.FieldError{Field: "button[0].url", Problem: "is empty"},
	} {
		if got := err.Error(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestNoButton: what is no button is not read as one.
func TestNoButton(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"name":7}`, `[]`, `"x"`, `{"sub_button":[1]}`} {
		b := menu.Button{Name: "before"}
		if err := json.Unmarshal([]byte(text), &b); err == nil || b.Name != "before" {
			t.Errorf("%s is read as %+v", text, b)
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
