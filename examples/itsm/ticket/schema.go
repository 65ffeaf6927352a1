package ticket

import "github.com/bkwecom/wecom/examples/internal/database"

// Schema is the tables of this package. It refers to the outbox's rows by their
// numbers alone.
var Schema = database.Schema{Name: "ticket", Steps: []string{`
CREATE TABLE ticket (
	id             INTEGER PRIMARY KEY AUTOINCREMENT,
	day            INTEGER NOT NULL, -- yyyymmdd, with number the sn
	number         INTEGER NOT NULL,
	form           BLOB,             -- hash of the form, NULL without a key
	creator        TEXT    NOT NULL,
	creator_folded TEXT    NOT NULL, -- in ASCII lower case
	title          TEXT    NOT NULL,
	content        TEXT    NOT NULL,
	status         TEXT    NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'approved', 'refused')),
	created_at     INTEGER NOT NULL,
	decided_by     TEXT    NOT NULL DEFAULT '',
	decided_at     INTEGER NOT NULL DEFAULT 0,
	opinion        TEXT    NOT NULL DEFAULT '',
	UNIQUE (day, number),
	UNIQUE (form)
) STRICT;
CREATE INDEX ticket_creator ON ticket (creator_folded, id);
CREATE INDEX ticket_waiting ON ticket (creator_folded, id) WHERE status = 'waiting';

CREATE TABLE ticket_approver (
	ticket    INTEGER NOT NULL REFERENCES ticket (id),
	folded    TEXT    NOT NULL,
	username  TEXT    NOT NULL,
	place     INTEGER NOT NULL, -- in the order of asking
	unbound   INTEGER NOT NULL,
	asked_at  INTEGER NOT NULL,
	handed_to TEXT    NOT NULL DEFAULT '',
	open      INTEGER NOT NULL DEFAULT 1, -- present, and the ticket waits
	PRIMARY KEY (ticket, folded)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_approver_open ON ticket_approver (folded, ticket) WHERE open = 1;

CREATE TABLE ticket_message (
	row      INTEGER PRIMARY KEY, -- the outbox's
	ticket   INTEGER NOT NULL REFERENCES ticket (id),
	username TEXT    NOT NULL
) STRICT;

CREATE TABLE ticket_history (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	ticket  INTEGER NOT NULL REFERENCES ticket (id),
	at      INTEGER NOT NULL,
	actor   TEXT    NOT NULL,
	channel TEXT    NOT NULL,
	act     TEXT    NOT NULL,
	target  TEXT    NOT NULL,
	words   TEXT    NOT NULL
) STRICT;
CREATE INDEX ticket_history_ticket ON ticket_history (ticket, id);
`}}
