package ticket

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/internal/userid"
)

// HandOver is an approver's wish that a colleague decide instead.
type HandOver struct {
	Ticket  int64
	From    string // who is signed in
	To      string // a username
	Reason  string // 1 to 200 characters
	Channel Channel
}

// HandOver makes To an approver in place of From, who may then read the ticket
// but no longer decide it. Nobody is handed what they approve already, and the
// creator nothing unless SelfApproval is on. Errors: FieldErrors (fields to and
// reason), or the database's.
func (d *Desk) HandOver(ctx context.Context, h HandOver) (out Outcome, err error) {
	var errs FieldErrors
	h.Reason = errs.text(FieldReason, h.Reason, MaxReason, true)
	h.To = strings.TrimSpace(h.To)
	switch {
	case h.To == "":
		errs.add(FieldError{Field: FieldTo, Problem: ProblemMissing})
	case !userid.Valid(h.To):
		errs.add(FieldError{Field: FieldTo, Problem: ProblemUsername, Value: shorten(h.To)})
	}
	if err := errs.err(); err != nil {
		return Outcome{}, err
	}
	now := time.Now()
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		out, err = d.handOver(ctx, tx, h, now)
		return err
	})
	if refused := (FieldErrors)(nil); errors.As(err, &refused) {
		return Outcome{}, refused
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("ticket: hand over: %w", err)
	}
	d.cfg.Wake()
	d.cfg.Log.InfoContext(ctx, "hand-over", "ticket", h.Ticket, "by", h.From, "to", h.To,
		"channel", string(h.Channel), "outcome", string(out.Kind))
	out.ID = h.Ticket
	return out, nil
}

func (d *Desk) handOver(ctx context.Context, tx *sql.Tx, h HandOver, now time.Time) (Outcome, error) {
	t, err := load(ctx, tx, `id = ?`, h.Ticket)
	if errors.Is(err, errNoTicket) || err == nil && !t.MayRead(h.From) {
		return Outcome{Kind: OutcomeUnknown}, nil
	}
	if err != nil {
		return Outcome{}, err
	}
	from, ok := t.Approver(h.From)
	switch {
	case !ok:
		return Outcome{Kind: OutcomeNotYours, Ticket: t}, nil
	case t.Status != Waiting:
		return Outcome{Kind: OutcomeAlready, Ticket: t}, nil
	}
	if _, already := t.Approver(h.To); already {
		return Outcome{}, FieldErrors{{Field: FieldTo, Problem: ProblemAlready, Value: h.To}}
	}
	if !d.cfg.SelfApproval && userid.Same(t.Creator, h.To) {
		return Outcome{}, FieldErrors{{Field: FieldTo, Problem: ProblemOwn, Value: h.To}}
	}
	// Conditions as those of a decision, which may have been first.
	res, err := tx.ExecContext(ctx, `UPDATE ticket_approver SET handed_to = ?, open = 0 WHERE ticket = ? AND folded = ? AND open = 1`,
		h.To, t.ID, userid.Fold(from.Username))
	if err := onlyRow(res, err); err != nil {
		return Outcome{}, err
	}
	addresses, err := d.cfg.Addresses(ctx, tx, []string{h.To})
	if err != nil {
		return Outcome{}, err
	}
	var last int
	if err := tx.QueryRowContext(ctx, `SELECT max(place) FROM ticket_approver WHERE ticket = ?`, t.ID).Scan(&last); err != nil {
		return Outcome{}, err
	}
	if err := addApprover(ctx, tx, t.ID, h.To, last+1, addresses[h.To] != "", now); err != nil {
		return Outcome{}, err
	}
	err = record(ctx, tx, t.ID, Entry{At: now, Actor: from.Username, Channel: h.Channel, Act: ActHandedOver, Target: h.To, Words: h.Reason})
	if err != nil {
		return Outcome{}, err
	}
	if t, err = load(ctx, tx, `id = ?`, t.ID); err != nil {
		return Outcome{}, err
	}
	err = d.tell(ctx, tx, Event{Kind: EventHandedOver, Ticket: t, To: h.To, Address: addresses[h.To],
		By: from.Username, Words: h.Reason}, now)
	return Outcome{Kind: OutcomeHandedOver, Ticket: t}, err
}
