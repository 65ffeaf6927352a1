package message

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Result is the answer to a message that was sent to somebody at least.
type Result struct {
	// MsgID recalls the message, within 24 h.
	MsgID string
	// InvalidUsers are unknown, or cannot see the app; in the spelling that was sent, though the
	// vendor answers in lower case.
	InvalidUsers   []string
	InvalidParties []int
	InvalidTags    []int
	// UnlicensedUsers have no basic API licence; a self-built app normally has none of them.
	UnlicensedUsers []string
	// ResponseCode is for [Sender.Update], once and within 72 h: of an interactive card, or of one
	// with an [ActionMenu]. Else it is empty. Whoever has it can change the card: fmt and log/slog do
	// not show it where the Result is a value of its own; what encloses it may, and encoding/json
	// does, so that it can be stored.
	ResponseCode string
}

type answer struct {
	InvalidUser    list `json:"invaliduser"`
	InvalidParty   list `json:"invalidparty"`
	InvalidTag     list `json:"invalidtag"`
	UnlicensedUser list `json:"unlicenseduser"`
	MsgID          word `json:"msgid"`
	ResponseCode   word `json:"response_code"`
}

// word is a string that may come as a number. Like list it never fails.
type word string

func (w *word) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		if s = string(b); strings.ContainsAny(s, "{[") || s == "null" {
			s = ""
		}
	}
	*w = word(s)
	return nil
}

func (a answer) result(p Prepared) Result {
	r := Result{
		MsgID:          string(a.MsgID),
		InvalidParties: a.InvalidParty.ids(),
		InvalidTags:    a.InvalidTag.ids(),
		ResponseCode:   string(a.ResponseCode),
	}
	if len(a.InvalidUser)+len(a.UnlicensedUser) > 0 {
		sent := p.spelling()
		r.InvalidUsers = a.InvalidUser.users(sent)
		r.UnlicensedUsers = a.UnlicensedUser.users(sent)
	}
	return r
}

// list reads ids joined by |, and the arrays of ids by which update_template_card answers to the
// same names. It never fails: the message is out, and an error would have it sent again.
type list []string

func (l *list) UnmarshalJSON(b []byte) error {
	*l = nil
	var v any
	if json.Unmarshal(b, &v) != nil {
		return nil
	}
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	for _, item := range items {
		switch item := item.(type) {
		case string:
			for id := range strings.SplitSeq(item, "|") {
				if id = strings.TrimSpace(id); id != "" {
					*l = append(*l, id)
				}
			}
		case float64:
			*l = append(*l, strconv.FormatFloat(item, 'f', -1, 64))
		}
	}
	return nil
}

func (l list) users(sent map[string]string) []string {
	var out []string
	for _, id := range l {
		if s, ok := sent[strings.ToLower(id)]; ok {
			id = s
		}
		out = append(out, id)
	}
	return out
}

// ids leaves out what is no number: it cannot have been sent.
func (l list) ids() []int {
	var out []int
	for _, s := range l {
		if id, err := strconv.Atoi(s); err == nil {
			out = append(out, id)
		}
	}
	return out
}
