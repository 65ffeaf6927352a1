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
`, `
-- An alarm that joined an incident is decided, run and ended by that alarm: its
-- own status stays 'waiting' and is never read.
ALTER TABLE alarm ADD COLUMN incident  INTEGER REFERENCES alarm (id);
ALTER TABLE alarm ADD COLUMN remind_at INTEGER NOT NULL DEFAULT 0; -- 0: not, or no more
ALTER TABLE alarm ADD COLUMN version   INTEGER NOT NULL DEFAULT 1;
UPDATE alarm SET remind_at = (pushed_at + deadline_at) / 2 WHERE status = 'waiting';
DROP INDEX alarm_deadline;
CREATE INDEX alarm_deadline ON alarm (deadline_at) WHERE status = 'waiting' AND incident IS NULL;
CREATE INDEX alarm_reminder ON alarm (remind_at) WHERE remind_at <> 0;
CREATE INDEX alarm_dimension ON alarm (alarm_type, ip, pushed_at) WHERE status = 'waiting' AND incident IS NULL;
CREATE INDEX alarm_joined ON alarm (incident) WHERE incident IS NOT NULL;

CREATE TABLE notice (
	row      INTEGER PRIMARY KEY,            -- of the outbox
	alarm    INTEGER REFERENCES alarm (id),  -- NULL: of no alarm
	event    TEXT    NOT NULL,
	wanted   TEXT    NOT NULL,               -- JSON: whom it is news for
	reached  TEXT    NOT NULL,               -- JSON: whom it is sent to; the others have a digest
	lost     TEXT    NOT NULL DEFAULT '[]',  -- JSON: who of them cannot get it
	task_id  TEXT    NOT NULL DEFAULT '',    -- of the card that it is
	code     TEXT    NOT NULL DEFAULT '',    -- the card's response_code until its one update
	ended_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX notice_task ON notice (task_id) WHERE task_id <> '';
CREATE INDEX notice_card ON notice (alarm) WHERE code <> '';
CREATE INDEX notice_lost ON notice (row) WHERE lost <> '[]';
CREATE INDEX notice_ended ON notice (ended_at) WHERE ended_at <> 0;

CREATE TABLE notice_member ( -- what counts as sent to a member
	folded TEXT    NOT NULL,
	at     INTEGER NOT NULL, -- the greatest number while it is under way
	row    INTEGER NOT NULL,
	PRIMARY KEY (folded, at, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_member_row ON notice_member (row);

CREATE TABLE digest (
	folded TEXT    PRIMARY KEY,
	asked  INTEGER NOT NULL DEFAULT 0, -- approvals that were not asked for one by one
	told   INTEGER NOT NULL DEFAULT 0, -- other news
	row    INTEGER NOT NULL DEFAULT 0, -- of the outbox: the digest that is to be sent
	at     INTEGER NOT NULL DEFAULT 0  -- when the last one was
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
	seq     INTEGER PRIMARY KEY, -- without gaps, from 1
	alarm   INTEGER NOT NULL,    -- 0: of no alarm
	at      INTEGER NOT NULL,
	actor   TEXT    NOT NULL,
	channel TEXT    NOT NULL,
	step    TEXT    NOT NULL,
	detail  TEXT    NOT NULL,
	mac     BLOB    NOT NULL
) STRICT;
INSERT INTO audit SELECT row_number() OVER (ORDER BY id), alarm, at, actor, channel, step, detail, x'' FROM alarm_audit;
DROP TABLE alarm_audit;
CREATE INDEX audit_alarm ON audit (alarm, seq) WHERE alarm <> 0;
`}}
