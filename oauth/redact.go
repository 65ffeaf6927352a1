package oauth

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	redacted    = "[redacted]"
	maxErrorMsg = 1024 // bytes of a foreign text
)

// withoutSecrets is err with another text. The cause is kept behind closures, where no formatter looks.
func withoutSecrets(err error, secrets ...string) error {
	if err == nil {
		return nil
	}
	return &foreign{
		text: clean(err.Error(), secrets...),
		is:   func(target error) bool { return errors.Is(err, target) },
		as:   func(target any) bool { return errors.As(err, target) },
	}
}

// foreign is an error of somebody else, whose text may hold anything.
type foreign struct {
	text string
	is   func(error) bool
	as   func(any) bool
}

func (e *foreign) Error() string        { return e.text }
func (e *foreign) Is(target error) bool { return e.is(target) }
func (e *foreign) As(target any) bool   { return e.as(target) }

// clean takes secrets and line breaks out of a foreign text and cuts it.
func clean(text string, secrets ...string) string {
	for _, s := range secrets {
		text = hide(text, s)
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
	if len(text) <= maxErrorMsg {
		return text
	}
	cut := maxErrorMsg
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// hide replaces a secret in the forms in which an address or an error may carry it. A very short one
// takes the whole text with it: what is left would tell where it stood.
func hide(text, secret string) string {
	if secret == "" {
		return text
	}
	quoted := strconv.Quote(secret)
	for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), quoted[1 : len(quoted)-1]} {
		if len(secret) < 4 && strings.Contains(text, form) {
			return redacted
		}
		text = strings.ReplaceAll(text, form, redacted)
	}
	return text
}
