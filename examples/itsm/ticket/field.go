package ticket

import (
	"fmt"
	"strings"
)

// Problem is what is wrong with a field.
type Problem string

const (
	ProblemMissing   Problem = "missing"   // nothing visible is in it
	ProblemTooLong   Problem = "too_long"  // more than Limit characters
	ProblemTooMany   Problem = "too_many"  // more than Limit entries
	ProblemCharacter Problem = "character" // not UTF-8, a control character, or one that reverses text
	ProblemUsername  Problem = "username"  // Value is not written as a username
	ProblemOwn       Problem = "own"       // Value is the creator, who may not approve it
	ProblemAlready   Problem = "already"   // Value is an approver already
)

// Problems lists all of them, for who has words for each.
var Problems = []Problem{
	ProblemMissing, ProblemTooLong, ProblemTooMany, ProblemCharacter, ProblemUsername, ProblemOwn, ProblemAlready,
}

// Names of fields, as forms and JSON spell them.
const (
	FieldTitle     = "title"
	FieldContent   = "content"
	FieldApprovers = "approvers"
	FieldKey       = "key"
	FieldOpinion   = "opinion"
	FieldTo        = "to"
	FieldReason    = "reason"
	FieldTickets   = "approval_list"
)

// Limits, in characters or entries.
const (
	MaxTitle     = 120
	MaxContent   = 5000
	MaxApprovers = 20
	MaxOpinion   = 200
	MaxReason    = 200
	MaxKey       = 64
	MaxBatch     = 100
	MaxPageSize  = 100
)

// FieldError tells a user which field is refused.
type FieldError struct {
	Field   string
	Problem Problem
	Value   string // which entry of a list, if one is meant
	Limit   int    // of ProblemTooLong and ProblemTooMany
}

func (e FieldError) Error() string {
	switch e.Problem {
	case ProblemMissing:
		return e.Field + ": is missing"
	case ProblemTooLong:
		return fmt.Sprintf("%s: is longer than %d characters", e.Field, e.Limit)
	case ProblemTooMany:
		return fmt.Sprintf("%s: has more than %d entries", e.Field, e.Limit)
	case ProblemCharacter:
		return e.Field + ": has a character that is not allowed there"
	case ProblemUsername:
		return fmt.Sprintf("%s: %q is not a username", e.Field, e.Value)
	case ProblemOwn:
		return fmt.Sprintf("%s: %q is who submitted the ticket, and may not approve it", e.Field, e.Value)
	case ProblemAlready:
		return fmt.Sprintf("%s: %q is an approver already", e.Field, e.Value)
	}
	return e.Field + ": " + string(e.Problem)
}

// FieldErrors is everything that is refused at once. Nothing was changed.
type FieldErrors []FieldError

func (e FieldErrors) Error() string {
	lines := make([]string, len(e))
	for i, f := range e {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Of lists what is wrong with one field.
func (e FieldErrors) Of(field string) (found []FieldError) {
	for _, f := range e {
		if f.Field == field {
			found = append(found, f)
		}
	}
	return found
}

// err is nil if nothing is refused.
func (e FieldErrors) err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}
