package vault

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// Schema is the table of this package.
var Schema = database.Schema{Name: "vault", Steps: []string{`
CREATE TABLE vault_secret (
	name    TEXT    PRIMARY KEY, -- its purpose
	sealed  BLOB    NOT NULL,
	made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`}}

const (
	sessionKeys    = "session-keys"
	sessionKeySize = 32
)

// SessionKeys returns the keys of cookies, newest first: those given
// (BKAPP_SESSION_KEYS) if there are any, else one that is made once and kept in
// the database. If that cannot be opened, because the app's secret has changed,
// another one is made: people sign in again, and the log says why.
func (v *Vault) SessionKeys(ctx context.Context, db *database.DB, given [][]byte) ([][]byte, error) {
	if len(given) > 0 {
		return given, nil
	}
	var key []byte
	err := db.Tx(ctx, func(tx *sql.Tx) (err error) {
		key, err = v.storedKey(ctx, tx)
		if err != nil || key != nil {
			return err
		}
		key, err = v.makeKey(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("vault: the key of sessions: %w", err)
	}
	return [][]byte{key}, nil
}

// storedKey returns nil if there is none that can be opened.
func (v *Vault) storedKey(ctx context.Context, tx *sql.Tx) ([]byte, error) {
	var sealed []byte
	err := tx.QueryRowContext(ctx, `SELECT sealed FROM vault_secret WHERE name = ?`, sessionKeys).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := v.Open(sessionKeys, sealed)
	if errors.Is(err, ErrSealed) || err == nil && len(key) != sessionKeySize {
		v.log.WarnContext(ctx, "the stored key of sessions cannot be opened: "+Variable+
			" has changed, or the database was altered; a new key is made and everybody signs in again")
		return nil, nil
	}
	return key, err
}

func (v *Vault) makeKey(ctx context.Context, tx *sql.Tx) ([]byte, error) {
	key := make([]byte, sessionKeySize)
	_, _ = rand.Read(key) // never fails
	sealed, err := v.Seal(sessionKeys, key)
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO vault_secret (name, sealed, made_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, made_at = excluded.made_at`,
		sessionKeys, sealed, database.Millis(time.Now()))
	return key, err
}
