package main

import (
	"regexp"
	"strings"
	"unicode"
)

// A replyCommand is a reply that decides: TY {id} or BH {id}, and a reason.
type replyCommand struct {
	approve bool
	number  string // {alarm}_{node}
	reason  string
}

// A command stands at the start. The number must not run on: TY 1_12 is not
// TY 1_1 with a reason of "2".
var commandPattern = regexp.MustCompile(`(?s)^(?i:(TY)|BH) +([0-9]+_[0-9]+)([^0-9A-Za-z_].*)?$`)

// A verb anywhere else makes the text ambiguous: as a word, or before a number
// whatever is around and between.
var anotherVerb = regexp.MustCompile(`(?i)(^|[^0-9a-z])(ty|bh)([^a-z]|$)|(t\s*y|b\s*h)\s*[0-9]+\s*_\s*[0-9]`)

// parseCommand reads a member's reply. Letter case, full-width ASCII, as
// Chinese keyboards write it, and spare spaces do not matter; nothing else is
// taken for something that it is not. What could mean two things is no command:
// these replies restart machines.
func parseCommand(text string) (c replyCommand, ok bool) {
	folded := strings.TrimRight(strings.TrimLeft(strings.Map(foldWidth, text), " "), " \t\r\n")
	m := commandPattern.FindStringSubmatch(folded)
	if m == nil || anotherVerb.MatchString(m[3]) {
		return replyCommand{}, false
	}
	c = replyCommand{approve: m[1] != "", number: m[2], reason: strings.TrimLeft(m[3], " \t\r\n,.;:!?-。；：、！？")}
	if c.approve && negative(c.reason) {
		return replyCommand{}, false
	}
	return c, true
}

// negative: TY 1_1 不要执行 is no approval, nor is TY 1_1（不）. Whatever is no
// letter and no digit may stand before the word, seen or unseen.
func negative(reason string) bool {
	lower := strings.ToLower(strings.TrimLeftFunc(reason, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }))
	for _, word := range []string{"不", "别", "no"} {
		if strings.HasPrefix(lower, word) {
			return true
		}
	}
	return false
}

// foldWidth maps full-width ASCII (U+FF01 to U+FF5E) and the ideographic space
// to ASCII.
func foldWidth(c rune) rune {
	switch {
	case c >= 0xFF01 && c <= 0xFF5E:
		return c - 0xFF01 + '!'
	case c == 0x3000:
		return ' '
	}
	return c
}
