package jssdk

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

const maxErrorText = 1024 // bytes of a foreign text

// foreign is an error of the API client or of a store, which may have any text. The cause is behind
// closures, where no formatter looks.
type foreign struct {
	text string
	is   func(error) bool
	as   func(any) bool
}

func (e *foreign) Error() string        { return e.text }
func (e *foreign) Is(target error) bool { return e.is(target) }
func (e *foreign) As(target any) bool   { return e.as(target) }

// withoutSecrets is err with tickets and line breaks taken out of its text.
func withoutSecrets(err error, secrets ...string) error {
	text := err.Error()
	for _, s := range secrets {
		if s != "" {
			text = strings.NewReplacer(s, "[redacted]", url.QueryEscape(s), "[redacted]").Replace(text)
		}
	}
	return &foreign{
		text: oneLine(text, maxErrorText),
		is:   func(target error) bool { return errors.Is(err, target) },
		as:   func(target any) bool { return errors.As(err, target) },
	}
}

func oneLine(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "…"
}

// safely turns a panic of somebody else's code into an error: in a goroutine of ours it would end the
// process.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}
