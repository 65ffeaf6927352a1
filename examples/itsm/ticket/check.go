package ticket

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bkwecom/wecom/examples/internal/userid"
)

// Check returns the draft as Submit would store it, or FieldErrors.
func (d *Desk) Check(creator string, draft Draft) (Draft, error) {
	var errs FieldErrors
	draft.Title = errs.line(FieldTitle, draft.Title, MaxTitle)
	draft.Content = errs.text(FieldContent, draft.Content, MaxContent, false)
	draft.Approvers = errs.approvers(draft.Approvers, creator, d.cfg.SelfApproval)
	errs.key(draft.Key)
	return draft, errs.err()
}

func (e *FieldErrors) add(f FieldError) { *e = append(*e, f) }

// line checks a required text of one line.
func (e *FieldErrors) line(field, s string, limit int) string {
	if strings.ContainsAny(strings.TrimSpace(s), "\r\n\t\u2028\u2029") {
		e.add(FieldError{Field: field, Problem: ProblemCharacter})
		return s
	}
	return e.text(field, s, limit, true)
}

// newlines are the ways in which browsers and word processors end lines.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// text checks a text of many lines, and counts after trimming.
func (e *FieldErrors) text(field, s string, limit int, required bool) string {
	s = strings.TrimSpace(newlines.Replace(s))
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, harmful):
		e.add(FieldError{Field: field, Problem: ProblemCharacter})
	case required && !strings.ContainsFunc(s, visible):
		e.add(FieldError{Field: field, Problem: ProblemMissing})
	case utf8.RuneCountInString(s) > limit:
		e.add(FieldError{Field: field, Problem: ProblemTooLong, Limit: limit})
	}
	return s
}

// harmful is what would change how other text is shown: control characters, and
// the embeddings, overrides and isolates of Unicode's bidirectional algorithm
// (UAX #9), with which 拒绝 could be made to read like something else.
func harmful(c rune) bool {
	return unicode.IsControl(c) && c != '\n' && c != '\t' || '\u202a' <= c && c <= '\u202e' || '\u2066' <= c && c <= '\u2069'
}

func visible(c rune) bool { return unicode.IsGraphic(c) && !unicode.IsSpace(c) }

func (e *FieldErrors) approvers(names []string, creator string, self bool) (kept []string) {
	malformed := false
	for _, name := range names {
		name = strings.TrimSpace(name)
		switch {
		case name == "" || slices.ContainsFunc(kept, func(have string) bool { return userid.Same(have, name) }):
		case !userid.Valid(name):
			// One is enough to correct, and a hostile list is not repeated whole.
			if !malformed {
				e.add(FieldError{Field: FieldApprovers, Problem: ProblemUsername, Value: shorten(name)})
			}
			malformed = true
		case !self && userid.Same(name, creator):
			e.add(FieldError{Field: FieldApprovers, Problem: ProblemOwn, Value: name})
			kept = append(kept, name)
		default:
			kept = append(kept, name)
		}
	}
	switch {
	case len(kept) == 0 && !malformed:
		e.add(FieldError{Field: FieldApprovers, Problem: ProblemMissing})
	case len(kept) > MaxApprovers:
		e.add(FieldError{Field: FieldApprovers, Problem: ProblemTooMany, Limit: MaxApprovers})
	}
	return kept
}

func (e *FieldErrors) key(key string) {
	if len(key) > MaxKey {
		e.add(FieldError{Field: FieldKey, Problem: ProblemTooLong, Limit: MaxKey})
		return
	}
	if strings.ContainsFunc(key, func(c rune) bool {
		return !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || c == '_' || c == '-')
	}) {
		e.add(FieldError{Field: FieldKey, Problem: ProblemCharacter})
	}
}

// shorten makes a refused value one that can be shown.
func shorten(s string) string {
	const most = 64
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "")
}
