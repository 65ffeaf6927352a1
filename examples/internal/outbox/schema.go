package outbox

import "github.com/bkwecom/wecom/examples/internal/database"

// Schema is the table of this package.
var Schema = database.Schema{Name: "outbox", Steps: []string{`
CREATE TABLE outbox (
	id         INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never given twice
	grp        TEXT    NOT NULL,
	kind       TEXT    NOT NULL,
	payload    BLOB    NOT NULL,
	state      TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed', 'unknown')),
	attempts   INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	next_at    INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	at_expiry  TEXT    NOT NULL CHECK (at_expiry IN ('failed', 'unknown')),
	last_error TEXT    NOT NULL DEFAULT '',
	result     BLOB
) STRICT;
CREATE INDEX outbox_waiting ON outbox (grp, id) WHERE state = 'waiting';
CREATE INDEX outbox_open ON outbox (state) WHERE state <> 'done';
`, `
ALTER TABLE outbox ADD COLUMN fixed    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN ended_at INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET fixed = 1 WHERE attempts > 0; -- their bytes are under way
UPDATE outbox SET ended_at = next_at WHERE state <> 'waiting';
CREATE INDEX outbox_ended ON outbox (state, ended_at) WHERE state <> 'waiting';
`}}
