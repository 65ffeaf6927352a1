package settings

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// Change is what an admin wants to be saved.
type Change struct {
	Version int64  // of the state that the admin has seen
	By      string // a BlueKing user

	// Values by field. A secret that is empty is kept, and so is a field that is
	// not in it.
	Values map[string]string
	// Clear are secrets that shall be empty.
	Clear []string
}

// Audit records which fields somebody has changed, in the transaction that saves
// them.
type Audit func(ctx context.Context, tx *sql.Tx, actor string, fields ...string) error

// RefusedError says what is wrong with values. Nothing was saved.
type RefusedError struct{ Problems []Problem }

func (e *RefusedError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Field + ": " + p.Text
	}
	return "settings: not saved: " + strings.Join(lines, "; ")
}

// ConflictError means that somebody else has saved meanwhile. Nothing was saved.
type ConflictError struct {
	State  State    // as it is now
	Fields []string // that were changed since
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("settings: not saved: %s changed meanwhile: reload the page", strings.Join(e.Fields, ", "))
}

// Save stores what differs from what counts now, and nothing if a value is
// refused (*RefusedError) or if it was changed meanwhile (*ConflictError). It
// returns the new state and the fields that it has changed.
func (s *Store) Save(ctx context.Context, c Change, audit Audit) (state State, changed []string, err error) {
	now := time.Now()
	err = s.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		old, err := s.load(ctx, tx)
		if err != nil {
			return err
		}
		if old.Version != c.Version {
			return &ConflictError{old, old.since(c.Version)}
		}
		values := old.merged(c)
		next, problems := ParseWechat(func(field string) string { return values[field] })
		if problems = append(problems, s.cfg.Check(next)...); len(problems) > 0 {
			return &RefusedError{problems}
		}
		if changed = old.changed(next, c.Clear); len(changed) == 0 {
			state = old
			return nil
		}
		for _, field := range changed {
			saved := Saved{By: c.By, At: now, Version: old.Version + 1}
			if err := s.put(ctx, tx, field, next.Text(field), saved); err != nil {
				return err
			}
		}
		if err := s.retire(ctx, tx, old, next, now); err != nil {
			return err
		}
		if err := audit(ctx, tx, c.By, changed...); err != nil {
			return err
		}
		state, err = s.load(ctx, tx)
		return err
	})
	return state, changed, err
}

// since lists the fields that were saved after a version.
func (s State) since(version int64) (fields []string) {
	for _, field := range Fields {
		if s.Saved[field].Version > max(version, 0) {
			fields = append(fields, field)
		}
	}
	return fields
}

func (s State) merged(c Change) map[string]string {
	values := map[string]string{}
	for _, field := range Fields {
		given, ok := c.Values[field]
		given = strings.TrimSpace(given)
		switch {
		case IsSecret(field) && slices.Contains(c.Clear, field):
		case ok && (given != "" || !IsSecret(field)):
			values[field] = given
		default:
			values[field] = s.Text(field)
		}
	}
	return values
}

// changed lists the fields of which another value is to be stored.
func (s State) changed(next Wechat, clear []string) (fields []string) {
	for _, field := range Fields {
		// What cannot be read counts as empty, but something is stored.
		emptied := slices.Contains(s.Unreadable, field) && slices.Contains(clear, field)
		if s.Text(field) != next.Text(field) || emptied {
			fields = append(fields, field)
		}
	}
	return fields
}

func (s *Store) put(ctx context.Context, tx *sql.Tx, field, text string, saved Saved) (err error) {
	value := []byte(text)
	if IsSecret(field) && text != "" {
		if value, err = s.cfg.Vault.Seal(purpose(field), value); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO wechat_setting (field, value, saved_by, saved_at, version) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (field) DO UPDATE SET value = excluded.value, saved_by = excluded.saved_by,
			saved_at = excluded.saved_at, version = excluded.version`,
		field, value, saved.By, database.Millis(saved.At), saved.Version)
	return err
}
