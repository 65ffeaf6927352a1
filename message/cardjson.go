package message

import "encoding/json"

// CardJSON is a card as message/send and message/update_template_card write it,
// checked as [Sender.Update] checks it: for a passive reply that replaces the card
// that was tapped (callback.UpdateTemplateCard).
//
// Errors: *LimitError and *FieldError.
func CardJSON(c Card) (json.RawMessage, error) {
	var f fields
	if absent(c) {
		f.bad("template_card", "is required")
		return nil, f.err
	}
	if c.checkCard(part{f: &f, path: "template_card", update: true}); f.err != nil {
		return nil, f.err
	}
	return appendJSON(nil, c.wire())
}
