package message

// Card is a template card: [TextNotice], [NewsNotice], [ButtonInteraction], [VoteInteraction] or
// [MultipleInteraction]. It is a [Content]; later [Sender.Update] replaces it on the phones.
//
// A card needs a WeCom client of 3.1.6, the kinds with a vote or with selections 3.1.12. The
// interactive kinds need a callback URL in the app's settings (else error 43012), since each tap is
// an event that carries the card's TaskID; so is a tap in an [ActionMenu].
//
// Fields bear the vendor's names, and are left out of the request when they are empty. URLs are
// whole, with http or https. A length in characters is what the vendor recommends: the phone cuts
// or wraps what is longer, and [Check] lists it. A length in bytes, a count and a missing field
// refuse the card.
//
// Source: vendor's document message/send, template_card.
type Card interface {
	Content
	cardType() string
	// checkCard also allows what only an update may have.
	checkCard(p part)
	wire() templateCard
}

// The vendor's limits of a card, in bytes.
const (
	maxCardKey  = 1024 // key, question_key
	maxOptionID = 128
	maxTaskID   = 128
)

// cardKind is that of every card.
func cardKind() kind { return kind{msgType: "template_card", idTranslation: true} }

// checkSent checks a card that is sent, not one that replaces another.
func checkSent(c Card, f *fields) { c.checkCard(part{f: f, path: "template_card"}) }

// checkTaskID applies charset and length. Whether it is unique only the vendor knows.
func checkTaskID(p part, id string, required bool, why string) {
	if id == "" && required {
		p.bad("task_id", "is required%s", why)
	}
	p.f.maxBytes(p.path+".task_id", id, maxTaskID, "")
	for i := range len(id) {
		if c := id[i]; !alphanumeric(c) && c != '_' && c != '-' && c != '@' {
			p.bad("task_id", "byte %d is not allowed: a task_id has letters, digits and _ - @ only", i)
			return
		}
	}
}

// checkUpdateOnly refuses what the vendor gives a meaning in an update alone.
func checkUpdateOnly(p part, name string, set bool) {
	if set && !p.update {
		p.bad(name, "has a meaning in Update.Card only: leave it empty in a card that is sent")
	}
}
