package message

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fields collects what is wrong with the fields of a message, and what could be better.
type fields struct {
	err    error // the first refusal
	advice []Advice
}

func (f *fields) refuse(err error) {
	if f.err == nil {
		f.err = err
	}
}

func (f *fields) bad(field, format string, args ...any) {
	f.refuse(&FieldError{Field: field, Problem: fmt.Sprintf(format, args...)})
}

// text refuses what cannot be written into a request: the vendor refuses the \u escapes that
// JSON needs for control characters (40033).
func (f *fields) text(field, s string) {
	if !utf8.ValidString(s) {
		f.bad(field, "is not valid UTF-8: convert it first")
		return
	}
	for i, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			f.bad(field, "holds the control character U+%04X at byte %d: only line feed and tab are allowed", r, i)
			return
		}
	}
}

func (f *fields) required(field, s string) {
	if s == "" {
		f.bad(field, "is required")
	}
	f.text(field, s)
}

func (f *fields) maxBytes(field, s string, limit int, hint string) {
	if len(s) > limit {
		f.refuse(&LimitError{Field: field, Limit: limit, Size: len(s), Unit: "bytes", hint: hint})
	}
}

// cutHint goes with fields that the vendor cuts in silence and that have a Truncate beside them.
const cutHint = "shorten it or set Truncate"

// limited is text and maxBytes, for what may be empty.
func (f *fields) limited(field, s string, limit int, hint string) {
	f.text(field, s)
	f.maxBytes(field, s, limit, hint)
}

func (f *fields) maxItems(field, unit string, n, limit int, hint string) {
	if n > limit {
		f.refuse(&LimitError{Field: field, Limit: limit, Size: n, Unit: unit, hint: hint})
	}
}

func (f *fields) maxCount(field, unit string, n, limit int) {
	f.maxItems(field, unit, n, limit, "send to parts of the list, which Message.Split makes")
}

// recommend lists lengths that the vendor's documents advise (建议不超过), and cuts or wraps on the
// phone.
func (f *fields) recommend(field, s string, limit int) {
	if n := utf8.RuneCountInString(s); n > limit {
		f.advice = append(f.advice, Advice{Field: field, Limit: limit, Size: n, Unit: "characters"})
	}
}

// link checks an address that a tap opens.
func (f *fields) link(field, s string) {
	f.required(field, s)
	f.maxBytes(field, s, 2048, "")
	f.address(field, s)
}

// address is link without a limit, for what the vendor gives none.
func (f *fields) address(field, s string) {
	f.text(field, s)
	if strings.ContainsFunc(s, unicode.IsSpace) {
		f.bad(field, "holds white space: percent-encode it")
	}
	// The cause is left out: it would quote the address, which may carry a login code.
	if u, err := url.Parse(s); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		f.bad(field, "must be a whole URL that begins with http:// or https:// and a host")
	}
}
