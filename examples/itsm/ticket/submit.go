package ticket

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/userid"
)

// Draft is what a creator fills in.
type Draft struct {
	Title     string   // 1 to 120 characters, one line
	Content   string   // up to 5000 characters, may be empty
	Approvers []string // 1 to 20 usernames; the first spelling of each counts

	// Key is the form's own: the page makes a random one when it shows the form,
	// and the same form twice makes one ticket. A form that was changed meanwhile
	// is another form. Up to 64 letters, digits, _ and -; empty means that every
	// call makes a ticket.
	Key string

	Channel Channel
}

// Submit makes a ticket and asks its approvers. again means that the same form
// was submitted before, and the ticket is that one. Errors: FieldErrors, or the
// database's.
func (d *Desk) Submit(ctx context.Context, creator string, draft Draft) (t Ticket, again bool, err error) {
	if creator == "" {
		return Ticket{}, false, errors.New("ticket: submit: the creator is empty")
	}
	draft, err = d.Check(creator, draft)
	if err != nil {
		return Ticket{}, false, err
	}
	now := time.Now()
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		t, again, err = d.submit(ctx, tx, creator, draft, now)
		return err
	})
	if err != nil {
		return Ticket{}, false, fmt.Errorf("ticket: submit: %w", err)
	}
	if !again {
		d.cfg.Wake()
		d.cfg.Log.InfoContext(ctx, "ticket submitted", "ticket", t.ID, "sn", t.SN, "by", creator, "channel", string(draft.Channel),
			"approvers", len(t.Approvers), "unbound", len(t.Unbound()))
	}
	return t, again, nil
}

func (d *Desk) submit(ctx context.Context, tx *sql.Tx, creator string, draft Draft, now time.Time) (t Ticket, again bool, err error) {
	form := draft.form(creator)
	if form != nil {
		t, err = load(ctx, tx, `form = ?`, form)
		if err == nil || !errors.Is(err, errNoTicket) {
			return t, err == nil, err
		}
	}
	day, number, err := d.next(ctx, tx, now)
	if err != nil {
		return Ticket{}, false, err
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO ticket (day, number, form, creator, creator_folded, title, content, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		day, number, form, creator, userid.Fold(creator), draft.Title, draft.Content, database.Millis(now))
	if err != nil {
		return Ticket{}, false, err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return Ticket{}, false, err
	}
	err = record(ctx, tx, id, Entry{At: now, Actor: creator, Channel: draft.Channel, Act: ActSubmitted})
	if err != nil {
		return Ticket{}, false, err
	}
	addresses, err := d.cfg.Addresses(ctx, tx, draft.Approvers)
	if err != nil {
		return Ticket{}, false, err
	}
	for place, approver := range draft.Approvers {
		if err := addApprover(ctx, tx, id, approver, place, addresses[approver] != "", now); err != nil {
			return Ticket{}, false, err
		}
	}
	if t, err = load(ctx, tx, `id = ?`, id); err != nil {
		return Ticket{}, false, err
	}
	for _, approver := range draft.Approvers {
		err := d.tell(ctx, tx, Event{Kind: EventAsked, Ticket: t, To: approver, Address: addresses[approver]}, now)
		if err != nil {
			return Ticket{}, false, err
		}
	}
	return t, false, nil
}

// next gives the day and its next number. There is one writer, so no number is
// given twice, and one that was undone is given again.
func (d *Desk) next(ctx context.Context, tx *sql.Tx, now time.Time) (day, number int, err error) {
	y, m, dd := now.In(d.cfg.Zone).Date()
	day = y*10000 + int(m)*100 + dd
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) + 1 FROM ticket WHERE day = ?`, day).Scan(&number)
	return day, number, err
}

// form is the same for the same form submitted again, nil without a key. Another
// user's form never collides: a key could be guessed, and the answer shows a
// ticket.
func (draft Draft) form(creator string) []byte {
	if draft.Key == "" {
		return nil
	}
	h := sha256.New()
	for _, part := range append([]string{userid.Fold(creator), draft.Key, draft.Title, draft.Content}, draft.Approvers...) {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}

// addApprover makes the user a present approver, for the first time or again.
func addApprover(ctx context.Context, tx *sql.Tx, ticket int64, username string, place int, told bool, now time.Time) error {
	var asked int64
	if told {
		asked = database.Millis(now)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO ticket_approver (ticket, folded, username, place, unbound, asked_at)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (ticket, folded) DO UPDATE SET username = excluded.username, place = excluded.place,
		unbound = excluded.unbound, asked_at = excluded.asked_at, handed_to = '', open = 1`,
		ticket, userid.Fold(username), username, place, !told, asked)
	return err
}
