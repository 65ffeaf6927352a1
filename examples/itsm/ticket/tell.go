package ticket

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/internal/userid"
)

// tell stores the message of an event beside what it tells, or that nobody can
// be told.
func (d *Desk) tell(ctx context.Context, tx *sql.Tx, e Event, now time.Time) error {
	if e.Address == "" {
		return record(ctx, tx, e.Ticket.ID, Entry{At: now, Actor: System, Act: ActNotTold, Target: e.To})
	}
	// Messages of a ticket keep their order for each reader; one who cannot be
	// reached now holds up nobody else.
	group := fmt.Sprintf("ticket/%d/%s", e.Ticket.ID, userid.Fold(e.To))
	row, err := outbox.Add(ctx, tx, outbox.Draft{Group: group}, func(id int64) (string, []byte, error) {
		return d.cfg.Notifier(e, id)
	})
	if err != nil || row == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO ticket_message (row, ticket, username) VALUES (?, ?, ?)`, row, e.Ticket.ID, e.To)
	return err
}

// Bound asks an approver who has just been bound about every waiting ticket of
// theirs that nobody told them of, and returns how many. It may be called at
// every visit. After the commit the caller wakes the outbox if it is not 0.
func (d *Desk) Bound(ctx context.Context, tx *sql.Tx, username string) (asked int, err error) {
	now := time.Now()
	tickets, err := loadAll(ctx, tx, `id IN (SELECT ticket FROM ticket_approver WHERE folded = ? AND open = 1 AND unbound = 1)
		ORDER BY id`, userid.Fold(username))
	if err != nil {
		return 0, fmt.Errorf("ticket: bound: %w", err)
	}
	for _, t := range tickets {
		told, err := d.askLater(ctx, tx, t, username, now)
		if err != nil {
			return 0, fmt.Errorf("ticket: bound: ticket %d: %w", t.ID, err)
		}
		if told {
			asked++
		}
	}
	return asked, nil
}

func (d *Desk) askLater(ctx context.Context, tx *sql.Tx, t Ticket, username string, now time.Time) (told bool, err error) {
	approver, ok := t.Approver(username)
	if !ok || !d.decides(t, username) {
		return false, nil
	}
	addresses, err := d.cfg.Addresses(ctx, tx, []string{approver.Username})
	if err != nil || addresses[approver.Username] == "" {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE ticket_approver SET unbound = 0, asked_at = ? WHERE ticket = ? AND folded = ?`,
		database.Millis(now), t.ID, userid.Fold(username))
	if err != nil {
		return false, err
	}
	err = record(ctx, tx, t.ID, Entry{At: now, Actor: System, Act: ActToldLater, Target: approver.Username})
	if err != nil {
		return false, err
	}
	if t, err = load(ctx, tx, `id = ?`, t.ID); err != nil {
		return false, err
	}
	return true, d.tell(ctx, tx, Event{Kind: EventAsked, Ticket: t, To: approver.Username, Address: addresses[approver.Username]}, now)
}

// Finished is the outbox's hook for final rows: it records which messages did
// not arrive.
func (d *Desk) Finished(ctx context.Context, tx *sql.Tx, row outbox.Row) error {
	var ticket int64
	var username string
	err := tx.QueryRowContext(ctx, `DELETE FROM ticket_message WHERE row = ? RETURNING ticket, username`, row.ID).Scan(&ticket, &username)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // somebody else's
	}
	if err != nil {
		return fmt.Errorf("ticket: %w", err)
	}
	act := ActMessageFailed
	switch row.State {
	case outbox.Done:
		return nil
	case outbox.Unknown:
		act = ActMessageUnknown
	}
	return record(ctx, tx, ticket, Entry{At: time.Now(), Actor: System, Act: act, Target: username, Words: row.LastError})
}
