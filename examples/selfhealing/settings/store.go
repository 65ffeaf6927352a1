package settings

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/vault"
)

// Schema is the tables of this package.
var Schema = database.Schema{Name: "settings", Steps: []string{`
CREATE TABLE wechat_setting (
	field    TEXT    PRIMARY KEY,
	value    BLOB    NOT NULL, -- of a secret sealed, unless it is empty
	saved_by TEXT    NOT NULL,
	saved_at INTEGER NOT NULL,
	version  INTEGER NOT NULL  -- of the save
) STRICT, WITHOUT ROWID;
CREATE TABLE wechat_pair ( -- former Token and EncodingAESKey
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	sealed   BLOB    NOT NULL,
	until_at INTEGER NOT NULL,
	seen     INTEGER NOT NULL DEFAULT 0
) STRICT;
`}}

// StoreConfig of a store.
type StoreConfig struct {
	DB    *database.DB
	Vault *vault.Vault
	First Wechat // from the environment: what nobody has saved

	// Check finds further problems of settings that are to be saved. nil is none.
	Check func(Wechat) []Problem

	Log *slog.Logger // nil is slog.Default
}

// Store keeps what the settings page saves. It is safe for concurrent use.
type Store struct{ cfg StoreConfig }

// NewStore needs a database with [Schema].
func NewStore(cfg StoreConfig) (*Store, error) {
	if cfg.DB == nil || cfg.Vault == nil {
		return nil, errors.New("settings: DB or Vault is nil")
	}
	if cfg.Check == nil {
		cfg.Check = func(Wechat) []Problem { return nil }
	}
	cfg.Log = cmp.Or(cfg.Log, slog.Default())
	return &Store{cfg}, nil
}

// Load reads what counts now.
func (s *Store) Load(ctx context.Context) (state State, err error) {
	err = s.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		state, err = s.load(ctx, tx)
		return err
	})
	return state, wrap(err)
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("settings: %w", err)
}

func (s *Store) load(ctx context.Context, tx *sql.Tx) (State, error) {
	state := State{Saved: map[string]Saved{}}
	values := map[string]string{}
	for _, field := range Fields {
		values[field] = s.cfg.First.Text(field)
	}
	rows, err := tx.QueryContext(ctx, `SELECT field, value, saved_by, saved_at, version FROM wechat_setting`)
	if err != nil {
		return state, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var field string
		var value []byte
		var saved Saved
		var at int64
		if err := rows.Scan(&field, &value, &saved.By, &at, &saved.Version); err != nil {
			return state, err
		}
		if !slices.Contains(Fields, field) {
			continue // of another version of this program
		}
		saved.At = database.Time(at)
		state.Saved[field] = saved
		state.Version = max(state.Version, saved.Version)
		if IsSecret(field) && len(value) > 0 {
			if value, err = s.cfg.Vault.Open(purpose(field), value); err != nil {
				state.Unreadable = append(state.Unreadable, field)
			}
		}
		values[field] = string(value)
	}
	if err := rows.Err(); err != nil {
		return state, err
	}
	var problems []Problem
	state.Wechat, problems = ParseWechat(func(field string) string { return values[field] })
	for _, p := range problems {
		state.Unreadable = append(state.Unreadable, p.Field)
	}
	slices.Sort(state.Unreadable)
	state.Retired, err = s.pairs(ctx, tx, time.Now())
	return state, err
}

func purpose(field string) string { return "settings/" + field }
