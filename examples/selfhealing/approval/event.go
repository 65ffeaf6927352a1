package approval

import (
	"fmt"
	"log/slog"
)

// EventKind says what a message tells.
type EventKind string

const (
	EventAsked        EventKind = "asked"    // approval is wanted
	EventReminder     EventKind = "reminder" // half of the time to decide is over
	EventDecided      EventKind = "decided"
	EventTimedOut     EventKind = "timed_out"
	EventRunSucceeded EventKind = "run_succeeded"
	EventRunFailed    EventKind = "run_failed"
	EventDigest       EventKind = "digest"      // too much to be told one by one
	EventCardUpdate   EventKind = "card_update" // a card that asked is to say what became of it
)

// Event is something that members are told. Alarm.Plan.Mode says how the
// approval is asked for.
type Event struct {
	Kind  EventKind
	Alarm Alarm // as it is after the event, or later; the zero Alarm in a digest

	// To is whom the event is news for: everybody who may decide (asked, reminder,
	// timed out, run failed), all of them but the member who did (decided), that
	// member (run succeeded), one member (digest), those whose card is to change
	// (card update). It may be empty.
	To []string

	// TaskID is of the card that asks or reminds, in a plan of ModeCard; of the
	// card that is to change in a card update. It is unique for each message.
	TaskID string

	// ResponseCode changes the card once, within 72 hours (card update only).
	ResponseCode Code

	Waiting int // digest: how many approvals wait for the member
	Missed  int // digest: how much other news was not sent one by one
}

// Notifier makes the message of an event: the outbox kind that delivers it and
// its bytes, which hold row so that equal messages differ. A kind of "" means
// no message. It runs inside the transaction of the event, which its error
// undoes, and again before the first attempt of delivery (see [Desk.Fix]), for
// those members then who can be sent to; it must not use the database.
type Notifier func(e Event, row int64) (kind string, payload []byte, err error)

// Sent is what the deliverer of a message returns as its result, as JSON: the
// names are those of message.Result, which can be returned as it is. No result at
// all is understood too.
type Sent struct {
	MsgID        string   `json:",omitempty"`
	InvalidUsers []string `json:",omitempty"` // who cannot get it
	ResponseCode Code     `json:",omitempty"` // of a card
}

// Code is a response_code. Whoever has it can change the card, so fmt and slog
// do not show it; encoding/json does, for the database.
type Code string

const hiddenCode = "[hidden]"

// String does not show the code.
func (c Code) String() string {
	if c == "" {
		return ""
	}
	return hiddenCode
}

// Format answers every verb with String.
func (c Code) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, c.String()) }

// LogValue implements [slog.LogValuer].
func (c Code) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Reveal returns the code itself.
func (c Code) Reveal() string { return string(c) }
