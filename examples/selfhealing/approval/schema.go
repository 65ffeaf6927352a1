package approval

import "github.com/bkwecom/wecom/examples/internal/database"

// Schema is the tables of this package. It refers to the outbox's rows by their
// numbers alone.
var Schema = database.Schema{Name: "approval", Steps: []string{`
CREATE TABLE alarm (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	app_id      TEXT    NOT NULL,
	source_id   TEXT    NOT NULL,
	source_time INTEGER NOT NULL,
	ip          TEXT    NOT NULL,
	alarm_type  TEXT    NOT NULL,
	content     TEXT    NOT NULL,
	context     BLOB,
	plan        BLOB    NOT NULL, -- JSON of the plan as it was
	status      TEXT    NOT NULL DEFAULT 'waiting' CHECK (status IN
		('waiting', 'approved', 'running', 'succeeded', 'failed', 'rejected', 'timed_out')),
	pushed_at   INTEGER NOT NULL,
	deadline_at INTEGER NOT NULL,
	decided_by  TEXT    NOT NULL DEFAULT '',
	decided_at  INTEGER NOT NULL DEFAULT 0,
	approved    INTEGER NOT NULL DEFAULT 0,
	channel     TEXT    NOT NULL DEFAULT '',
	reason      TEXT    NOT NULL DEFAULT '',
	asked_row   INTEGER NOT NULL DEFAULT 0,
	run_id      TEXT    NOT NULL DEFAULT '',
	run_error   TEXT    NOT NULL DEFAULT '',
	UNIQUE (app_id, source_id)
) STRICT;
CREATE INDEX alarm_deadline ON alarm (deadline_at) WHERE status = 'waiting';

CREATE TABLE alarm_approver (
	folded TEXT    NOT NULL, -- the userid in ASCII lower case
	alarm  INTEGER NOT NULL REFERENCES alarm (id),
	PRIMARY KEY (folded, alarm)
) STRICT, WITHOUT ROWID;

CREATE TABLE alarm_audit (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	alarm   INTEGER NOT NULL REFERENCES alarm (id),
	at      INTEGER NOT NULL,
	actor   TEXT    NOT NULL,
	channel TEXT    NOT NULL,
	step    TEXT    NOT NULL,
	detail  TEXT    NOT NULL
) STRICT;
CREATE INDEX alarm_audit_alarm ON alarm_audit (alarm, id);
`}}
