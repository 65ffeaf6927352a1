package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Schema is the tables of one package.
type Schema struct {
	// Name is the package's, unique in the file.
	Name string

	// Steps bring the tables from version n to n+1. A released step is never
	// changed: a new one is added after it.
	Steps []string
}

// prepare checks the kind before anything is written, then migrates.
func (db *DB) prepare(ctx context.Context, kind string, schemas []Schema) error {
	return db.Tx(ctx, func(tx *sql.Tx) error {
		if err := checkKind(ctx, tx, kind); err != nil {
			return err
		}
		for _, s := range schemas {
			if err := migrate(ctx, tx, s); err != nil {
				return fmt.Errorf("schema %s: %w", s.Name, err)
			}
		}
		return nil
	})
}

func checkKind(ctx context.Context, tx *sql.Tx, kind string) error {
	var tables, ours int
	err := tx.QueryRowContext(ctx, `SELECT count(*), count(CASE WHEN name = 'database_kind' THEN 1 END)
		FROM sqlite_schema WHERE type = 'table'`).Scan(&tables, &ours)
	if err != nil {
		return err
	}
	if ours == 0 {
		if tables > 0 {
			return fmt.Errorf("%w: it has tables of some other program, %q is wanted", ErrKind, kind)
		}
		_, err := tx.ExecContext(ctx, `
			CREATE TABLE database_kind (kind TEXT NOT NULL);
			CREATE TABLE database_schema (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
			INSERT INTO database_kind (kind) VALUES (?);`, kind)
		return err
	}
	var found string
	if err := tx.QueryRowContext(ctx, `SELECT kind FROM database_kind`).Scan(&found); err != nil {
		return err
	}
	if found != kind {
		return fmt.Errorf("%w: it is %q, %q is wanted: name another file with -db", ErrKind, found, kind)
	}
	return nil
}

func migrate(ctx context.Context, tx *sql.Tx, s Schema) error {
	var version int
	err := tx.QueryRowContext(ctx, `SELECT version FROM database_schema WHERE name = ?`, s.Name).Scan(&version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if version > len(s.Steps) {
		return fmt.Errorf("%w: it is at %d, this one knows %d", ErrNewer, version, len(s.Steps))
	}
	for i := version; i < len(s.Steps); i++ {
		if _, err := tx.ExecContext(ctx, s.Steps[i]); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO database_schema (name, version) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET version = excluded.version`, s.Name, len(s.Steps))
	return err
}
