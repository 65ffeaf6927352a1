package ticket

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// Get returns a ticket and its history, oldest first, to who may read it;
// everybody else gets ErrForbidden.
func (d *Desk) Get(ctx context.Context, id int64, reader string) (t Ticket, entries []Entry, err error) {
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		t, err = load(ctx, tx, `id = ?`, id)
		if errors.Is(err, errNoTicket) || err == nil && !t.MayRead(reader) {
			return ErrForbidden
		}
		if err != nil {
			return fmt.Errorf("ticket: %w", err)
		}
		if entries, err = history(ctx, tx, id); err != nil {
			return fmt.Errorf("ticket: %w", err)
		}
		return nil
	})
	if err != nil {
		return Ticket{}, nil, err
	}
	return t, entries, nil
}

var errNoTicket = errors.New("no such ticket")

func load(ctx context.Context, tx *sql.Tx, where string, args ...any) (Ticket, error) {
	tickets, err := loadAll(ctx, tx, where, args...)
	if err != nil {
		return Ticket{}, err
	}
	if len(tickets) == 0 {
		return Ticket{}, errNoTicket
	}
	return tickets[0], nil
}

// loadAll reads tickets; where is SQL of this package, never a caller's.
func loadAll(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]Ticket, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, day, number, creator, title, content, status, created_at, decided_by, decided_at, opinion
		FROM ticket WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var tickets []Ticket
	for rows.Next() {
		var t Ticket
		var day, number int
		var created, decided int64
		if err := rows.Scan(&t.ID, &day, &number, &t.Creator, &t.Title, &t.Content, &t.Status, &created,
			&t.DecidedBy, &decided, &t.Opinion); err != nil {
			return nil, err
		}
		t.SN = fmt.Sprintf("REQ%08d%04d", day, number)
		t.Created, t.DecidedAt = database.Time(created), database.Time(decided)
		tickets = append(tickets, t)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return tickets, loadApprovers(ctx, tx, tickets)
}

// loadApprovers fills in the approvers of all tickets, with one query for each
// hundred.
func loadApprovers(ctx context.Context, tx *sql.Tx, tickets []Ticket) error {
	for len(tickets) > 0 {
		part := tickets[:min(len(tickets), 100)]
		if err := loadSomeApprovers(ctx, tx, part); err != nil {
			return err
		}
		tickets = tickets[len(part):]
	}
	return nil
}

func loadSomeApprovers(ctx context.Context, tx *sql.Tx, tickets []Ticket) error {
	byID := make(map[int64]*Ticket, len(tickets))
	ids := make([]any, len(tickets))
	for i := range tickets {
		byID[tickets[i].ID], ids[i] = &tickets[i], tickets[i].ID
	}
	rows, err := tx.QueryContext(ctx, `SELECT ticket, username, unbound, asked_at, handed_to FROM ticket_approver
		WHERE ticket IN (?`+strings.Repeat(", ?", len(ids)-1)+`) ORDER BY ticket, place`, ids...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var a Approver
		var id, asked int64
		if err := rows.Scan(&id, &a.Username, &a.Unbound, &asked, &a.HandedTo); err != nil {
			return err
		}
		a.AskedAt = database.Time(asked)
		byID[id].Approvers = append(byID[id].Approvers, a)
	}
	return rows.Err()
}
