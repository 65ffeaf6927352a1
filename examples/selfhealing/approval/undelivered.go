package approval

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
)

// Undelivered is a message that did not reach all of its members.
type Undelivered struct {
	Row    int64
	Alarm  int64     // 0: of no alarm
	Event  EventKind // "" of a message that this package does not know
	To     []string  // who did not get it
	State  outbox.State
	Reason string
	At     time.Time
}

// Undelivered lists messages that failed for good, that may not have arrived,
// and that (State Done) have arrived but for some members, the latest first, at
// most limit. Runs are not among them: how they end is told with their alarm.
func (d *Desk) Undelivered(ctx context.Context, limit int) (all []Undelivered, err error) {
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		rows, err := outbox.Undelivered(ctx, tx, limit, KindRun)
		if err != nil {
			return err
		}
		all = nil
		for _, row := range rows {
			n, ok, err := readNotice(ctx, tx, row.ID)
			if err != nil {
				return err
			}
			if !ok {
				n.alarm = alarmOf(row.Group)
			}
			all = append(all, Undelivered{Row: row.ID, Alarm: n.alarm, Event: n.event, To: n.reached,
				State: row.State, Reason: row.LastError, At: row.Ended})
		}
		partly, err := partlyDelivered(ctx, tx, limit)
		all = append(all, partly...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("approval: %w", err)
	}
	slices.SortFunc(all, func(a, b Undelivered) int { return cmp.Compare(b.Row, a.Row) })
	return all[:min(len(all), max(limit, 0))], nil
}

func partlyDelivered(ctx context.Context, tx *sql.Tx, limit int) (all []Undelivered, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+noticeColumns+`, ended_at FROM notice WHERE lost <> '[]' ORDER BY row DESC LIMIT ?`, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var ended int64
		n, err := scanNotice(scanner(func(to ...any) error { return rows.Scan(append(to, &ended)...) }))
		if err != nil {
			return nil, err
		}
		all = append(all, Undelivered{Row: n.row, Alarm: n.alarm, Event: n.event, To: n.lost, State: outbox.Done,
			Reason: "these members cannot see the app: put them into its visible range", At: database.Time(ended)})
	}
	return all, rows.Err()
}

type scanner func(...any) error

func (s scanner) Scan(to ...any) error { return s(to...) }
