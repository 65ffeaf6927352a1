package ticket

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/userid"
)

// Decision is what an approver has decided, by whatever channel.
type Decision struct {
	Ticket  int64
	Actor   string // who is signed in; never a form field
	Approve bool
	Opinion string // up to 200 characters; a refusal needs one
	Channel Channel
}

// OutcomeKind is what became of an act.
type OutcomeKind string

const (
	OutcomeDecided    OutcomeKind = "decided"
	OutcomeRepeated   OutcomeKind = "repeated"    // the same decision by the same approver: a success too
	OutcomeHandedOver OutcomeKind = "handed_over" // of HandOver alone
	OutcomeAlready    OutcomeKind = "already"     // Ticket says who decided, and how
	OutcomeNotYours   OutcomeKind = "not_yours"   // the user may read the ticket, but not act on it
	OutcomeUnknown    OutcomeKind = "unknown"     // no such ticket, or not this user's to read
)

// Outcome of an act on one ticket.
type Outcome struct {
	ID     int64 // as it was asked for
	Kind   OutcomeKind
	Ticket Ticket // as it stands now; the zero Ticket with OutcomeUnknown
}

// Success reports whether the act stands.
func (o Outcome) Success() bool {
	return o.Kind == OutcomeDecided || o.Kind == OutcomeRepeated || o.Kind == OutcomeHandedOver
}

// Decide takes a decision. Errors mean that nothing was decided: FieldErrors for
// the opinion, or the database's; all else is an outcome.
func (d *Desk) Decide(ctx context.Context, dec Decision) (Outcome, error) {
	outs, err := d.DecideAll(ctx, []int64{dec.Ticket}, dec)
	if err != nil {
		return Outcome{}, err
	}
	return outs[0], nil
}

// DecideAll takes one decision on many tickets, at most 100, in one transaction;
// dec.Ticket is not read. The outcomes are in the order of ids, none is left
// out. An error means that nothing was decided at all.
func (d *Desk) DecideAll(ctx context.Context, ids []int64, dec Decision) ([]Outcome, error) {
	var errs FieldErrors
	dec.Opinion = errs.text(FieldOpinion, dec.Opinion, MaxOpinion, !dec.Approve)
	switch {
	case len(ids) == 0:
		errs.add(FieldError{Field: FieldTickets, Problem: ProblemMissing})
	case len(ids) > MaxBatch:
		errs.add(FieldError{Field: FieldTickets, Problem: ProblemTooMany, Limit: MaxBatch})
	}
	if err := errs.err(); err != nil {
		return nil, err
	}
	now := time.Now()
	outs := make([]Outcome, len(ids))
	err := d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		for i, id := range ids {
			dec.Ticket = id
			out, err := d.decide(ctx, tx, dec, now)
			if err != nil {
				return fmt.Errorf("ticket %d: %w", id, err)
			}
			out.ID = id
			outs[i] = out
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ticket: decide: %w", err)
	}
	d.cfg.Wake()
	for _, out := range outs {
		d.cfg.Log.InfoContext(ctx, "decision", "ticket", out.ID, "approve", dec.Approve, "by", dec.Actor,
			"channel", string(dec.Channel), "outcome", string(out.Kind))
	}
	return outs, nil
}

func (d *Desk) decide(ctx context.Context, tx *sql.Tx, dec Decision, now time.Time) (Outcome, error) {
	t, err := load(ctx, tx, `id = ?`, dec.Ticket)
	switch {
	case errors.Is(err, errNoTicket) || err == nil && !t.MayRead(dec.Actor):
		return Outcome{Kind: OutcomeUnknown}, nil
	case err != nil:
		return Outcome{}, err
	case !d.decides(t, dec.Actor):
		return Outcome{Kind: OutcomeNotYours, Ticket: t}, nil
	case t.Status != Waiting:
		kind := OutcomeAlready
		if userid.Same(t.DecidedBy, dec.Actor) && (t.Status == Approved) == dec.Approve {
			kind = OutcomeRepeated
		}
		return Outcome{Kind: kind, Ticket: t}, nil
	}
	approver, _ := t.Approver(dec.Actor)
	status, act := Refused, ActRefused
	if dec.Approve {
		status, act = Approved, ActApproved
	}
	// The condition of this UPDATE is the decision: whoever changes the row has
	// won, everybody else finds nothing to change.
	res, err := tx.ExecContext(ctx, `UPDATE ticket SET status = ?, decided_by = ?, decided_at = ?, opinion = ?
		WHERE id = ? AND status = 'waiting'
		AND EXISTS (SELECT 1 FROM ticket_approver WHERE ticket = ? AND folded = ? AND open = 1)`,
		status, approver.Username, database.Millis(now), dec.Opinion, t.ID, t.ID, userid.Fold(approver.Username))
	if err := onlyRow(res, err); err != nil {
		return Outcome{}, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE ticket_approver SET open = 0 WHERE ticket = ?`, t.ID); err != nil {
		return Outcome{}, err
	}
	err = record(ctx, tx, t.ID, Entry{At: now, Actor: approver.Username, Channel: dec.Channel, Act: act, Words: dec.Opinion})
	if err != nil {
		return Outcome{}, err
	}
	if t, err = load(ctx, tx, `id = ?`, t.ID); err != nil {
		return Outcome{}, err
	}
	addresses, err := d.cfg.Addresses(ctx, tx, []string{t.Creator})
	if err != nil {
		return Outcome{}, err
	}
	err = d.tell(ctx, tx, Event{Kind: EventDecided, Ticket: t, To: t.Creator, Address: addresses[t.Creator],
		By: t.DecidedBy, Words: t.Opinion}, now)
	return Outcome{Kind: OutcomeDecided, Ticket: t}, err
}

// onlyRow demands that one row was changed. One writer makes anything else
// impossible; a second one must not decide twice.
func onlyRow(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n != 1 {
		err = errors.New("the ticket changed meanwhile")
	}
	return err
}
