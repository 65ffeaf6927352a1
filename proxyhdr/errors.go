package proxyhdr

import "strconv"

// HeaderError says which header of a trusted proxy cannot be read. It is for
// the log: the text quotes the beginning of some values.
type HeaderError struct {
	Header  string // for example "X-Forwarded-For"
	Problem string // what is wrong, and what to do
	value   string // quoted, or ""
}

// Error names the header, quotes at most 64 bytes of its value, and says what to do.
func (e *HeaderError) Error() string {
	return "proxyhdr: " + e.Header + e.value + " " + e.Problem
}

func refusal(header, value, problem string) error {
	if value != "" {
		value = " " + quote(value)
	}
	return &HeaderError{Header: shown(header), Problem: problem, value: value}
}

// quote keeps foreign text short and in plain ASCII.
func quote(s string) string {
	const most = 64
	if len(s) > most {
		return strconv.QuoteToASCII(s[:most]) + "…"
	}
	return strconv.QuoteToASCII(s)
}

// shown is a header as administrators write it.
func shown(header string) string {
	if header == xOriginalURI {
		return "X-Original-URI"
	}
	return header
}
