package ticket

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/bkwecom/wecom/examples/internal/userid"
)

// View is one of the lists of a user.
type View string

const (
	// MyApproval (待我审批) is what the user may decide now.
	MyApproval View = "my_approval"

	// MyTodo (我的待办) is everything that waits for the user's act: MyApproval,
	// tickets to hand over that they may not decide themselves, and own tickets
	// that wait for an approver whom nobody told (未绑定).
	MyTodo View = "my_todo"

	// MyCreated (我的申请) is what the user has submitted.
	MyCreated View = "my_created"
)

// Views lists all of them.
var Views = []View{MyApproval, MyTodo, MyCreated}

const defaultPageSize = 10 // of BlueKing's own pages

// List returns one page of a view, newest first, and how many tickets the view
// has. Pages count from 1, and one behind the last is empty; size is 1 to 100, 0
// is 10. What is out of range is brought into it, an unknown view is an error.
func (d *Desk) List(ctx context.Context, view View, username string, page, size int) (count int, items []Ticket, err error) {
	where, args, err := d.where(view, username)
	if err != nil {
		return 0, nil, err
	}
	if size <= 0 {
		size = defaultPageSize
	}
	size = min(size, MaxPageSize)
	page = min(max(page, 1), 1<<30)
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM ticket WHERE `+where, args...).Scan(&count); err != nil {
			return err
		}
		args := append(args, size, int64(page-1)*int64(size))
		items, err = loadAll(ctx, tx, where+` ORDER BY id DESC LIMIT ? OFFSET ?`, args...)
		return err
	})
	if err != nil {
		return 0, nil, fmt.Errorf("ticket: list: %w", err)
	}
	return count, items, nil
}

// Counts says how many tickets each view of the user has.
func (d *Desk) Counts(ctx context.Context, username string) (map[View]int, error) {
	counts := map[View]int{}
	err := d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		for _, view := range Views {
			where, args, err := d.where(view, username)
			if err != nil {
				return err
			}
			var n int
			if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM ticket WHERE `+where, args...).Scan(&n); err != nil {
				return err
			}
			counts[view] = n
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ticket: counts: %w", err)
	}
	return counts, nil
}

func (d *Desk) where(view View, username string) (where string, args []any, err error) {
	user := userid.Fold(username)
	switch view {
	case MyApproval:
		return `id IN (SELECT ticket FROM ticket_approver WHERE folded = ? AND open = 1) AND (creator_folded <> ? OR ?)`,
			[]any{user, user, d.cfg.SelfApproval}, nil
	case MyTodo:
		return `id IN (SELECT ticket FROM ticket_approver WHERE folded = ? AND open = 1
			UNION SELECT t.id FROM ticket t JOIN ticket_approver a ON a.ticket = t.id
				WHERE t.creator_folded = ? AND t.status = 'waiting' AND a.open = 1 AND a.unbound = 1)`,
			[]any{user, user}, nil
	case MyCreated:
		return `creator_folded = ?`, []any{user}, nil
	}
	return "", nil, fmt.Errorf("ticket: there is no view %q: name one of %v", shorten(string(view)), Views)
}
