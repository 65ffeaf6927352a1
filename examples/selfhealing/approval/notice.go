package approval

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/outbox"
)

// eventAnswer is of messages outside alarms; see [Desk.Answer].
const eventAnswer EventKind = "answer"

// notice is what this package keeps of a message in the outbox.
type notice struct {
	row     int64
	alarm   int64 // 0: of no alarm
	event   EventKind
	wanted  []string
	reached []string
	lost    []string
	taskID  string
	code    Code
}

// member is the one whom a digest is for.
func (n notice) member() string {
	if len(n.wanted) == 0 {
		return ""
	}
	return n.wanted[0]
}

// messageGroup keeps the messages of an alarm in order.
func messageGroup(alarm int64) string { return fmt.Sprintf("alarm/%d", alarm) }

// alarmOf undoes messageGroup; 0 is no alarm.
func alarmOf(group string) int64 {
	number, _ := strings.CutPrefix(group, "alarm/")
	alarm, _ := strconv.ParseInt(number, 10, 64)
	return alarm
}

// tell stores the message of an event beside what it tells.
func (d *Desk) tell(ctx context.Context, tx *sql.Tx, e Event) (row int64, err error) {
	if asks := e.Kind == EventAsked || e.Kind == EventReminder; asks && e.Alarm.Plan.Mode == ModeCard {
		e.TaskID = "fta-" + rand.Text() // never used before, by another database neither
	}
	return d.draft(ctx, tx, e, outbox.Draft{Group: messageGroup(e.Alarm.ID)})
}

func (d *Desk) draft(ctx context.Context, tx *sql.Tx, e Event, draft outbox.Draft) (row int64, err error) {
	row, err = outbox.Add(ctx, tx, draft, func(id int64) (string, []byte, error) { return d.cfg.Notifier(e, id) })
	if err != nil || row == 0 {
		return 0, err
	}
	n := notice{row: row, alarm: e.Alarm.ID, event: e.Kind, wanted: e.To}
	if e.Kind != EventCardUpdate { // the task_id stands for the card's own message
		n.taskID = e.TaskID
	}
	return row, n.insert(ctx, tx)
}

func (n notice) insert(ctx context.Context, tx *sql.Tx) error {
	alarm := sql.NullInt64{Int64: n.alarm, Valid: n.alarm != 0}
	_, err := tx.ExecContext(ctx, `INSERT INTO notice (row, alarm, event, wanted, reached, task_id) VALUES (?1, ?2, ?3, ?4, ?4, ?5)`,
		n.row, alarm, n.event, userList(n.wanted), n.taskID)
	return err
}

const noticeColumns = `row, coalesce(alarm, 0), event, wanted, reached, lost, task_id, code`

// readNotice reports false for rows that are none, such as runs.
func readNotice(ctx context.Context, tx *sql.Tx, row int64) (n notice, ok bool, err error) {
	n, err = scanNotice(tx.QueryRowContext(ctx, `SELECT `+noticeColumns+` FROM notice WHERE row = ?`, row))
	if errors.Is(err, sql.ErrNoRows) {
		return n, false, nil
	}
	return n, err == nil, err
}

func scanNotice(s interface{ Scan(...any) error }) (n notice, err error) {
	var wanted, reached, lost string
	err = s.Scan(&n.row, &n.alarm, &n.event, &wanted, &reached, &lost, &n.taskID, &n.code)
	if err != nil {
		return n, err
	}
	err = errors.Join(json.Unmarshal([]byte(wanted), &n.wanted), json.Unmarshal([]byte(reached), &n.reached),
		json.Unmarshal([]byte(lost), &n.lost))
	if err != nil {
		err = fmt.Errorf("the members of message %d cannot be read: %w", n.row, err)
	}
	return n, err
}

func userList(ids []string) string {
	if len(ids) == 0 {
		return "[]"
	}
	text, _ := json.Marshal(ids) // strings always can
	return string(text)
}

// Answer stores a message to one member that belongs to no alarm, such as the
// answer that came too late for a passive reply. It is never held back for a
// digest, though it counts as sent to the member; passive replies do not.
func (d *Desk) Answer(ctx context.Context, userid string, build outbox.Build) error {
	err := d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		row, err := outbox.Add(ctx, tx, outbox.Draft{Group: "answer/" + fold(userid)}, build)
		if err != nil || row == 0 {
			return err
		}
		if err := (notice{row: row, event: eventAnswer, wanted: []string{userid}}).insert(ctx, tx); err != nil {
			return err
		}
		return underWay(ctx, tx, row, []string{userid})
	})
	if err != nil {
		return fmt.Errorf("approval: answer: %w", err)
	}
	d.cfg.Wake()
	return nil
}
