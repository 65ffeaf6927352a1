package ticket

import (
	"slices"
	"time"

	"github.com/bkwecom/wecom/examples/internal/userid"
)

// Status of a ticket.
type Status string

const (
	Waiting  Status = "waiting"
	Approved Status = "approved"
	Refused  Status = "refused"
)

// Channel is the way an act came.
type Channel string

const (
	ChannelWeixin Channel = "weixin"
	ChannelPC     Channel = "pc"
)

// Ticket is one request and what has become of it.
type Ticket struct {
	ID      int64
	SN      string // REQ + yyyymmdd + the number of the day, of four digits at least
	Title   string
	Content string // lines end with \n; may be empty
	Creator string
	Created time.Time

	Status    Status
	Approvers []Approver // in the order of asking; past ones among them

	// The decision. Empty while the ticket waits.
	DecidedBy string // as the list of approvers spells it
	DecidedAt time.Time
	Opinion   string
}

// Approver is one who may decide, or who has handed that over.
type Approver struct {
	Username string

	// Unbound is 未绑定: no message could be sent, so nobody has told them.
	Unbound bool
	AskedAt time.Time // zero while Unbound

	// HandedTo is who decides instead; empty for a present approver.
	HandedTo string
}

// Past reports whether the approver has handed over.
func (a Approver) Past() bool { return a.HandedTo != "" }

// Unbound lists the present approvers that nobody has told.
func (t Ticket) Unbound() (usernames []string) {
	for _, a := range t.Approvers {
		if a.Unbound && !a.Past() {
			usernames = append(usernames, a.Username)
		}
	}
	return usernames
}

// Approver reports whether the user is a present approver, and as the ticket
// spells them.
func (t Ticket) Approver(username string) (Approver, bool) {
	for _, a := range t.Approvers {
		if !a.Past() && userid.Same(a.Username, username) {
			return a, true
		}
	}
	return Approver{}, false
}

// MayRead reports whether the user is the creator, or an approver, present or
// past.
func (t Ticket) MayRead(username string) bool {
	return userid.Same(t.Creator, username) ||
		slices.ContainsFunc(t.Approvers, func(a Approver) bool { return userid.Same(a.Username, username) })
}
