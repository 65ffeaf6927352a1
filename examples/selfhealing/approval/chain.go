package approval

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
)

const minAuditKey = 32 // bytes

// chain is the mac of a row: it covers the row and the mac before it, so that no
// row can be changed, moved, taken out or put in without all that follow. Each
// field has its length before it: none can grow at the cost of the next.
func chain(key, before []byte, e Entry) []byte {
	h := hmac.New(sha256.New, key)
	number := func(n int64) { _, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }
	text := func(s string) {
		number(int64(len(s)))
		_, _ = h.Write([]byte(s))
	}
	text("selfhealing audit 1")
	text(string(before))
	number(e.Seq)
	number(database.Millis(e.At))
	number(e.Alarm)
	for _, s := range []string{e.Actor, string(e.Channel), string(e.Step), e.Detail} {
		text(s)
	}
	return h.Sum(nil)
}

func appendAudit(ctx context.Context, tx *sql.Tx, key []byte, e Entry) error {
	if e.At.IsZero() {
		e.At = time.Now()
	}
	last, mac, err := lastAudit(ctx, tx)
	if err != nil {
		return err
	}
	e.Seq = last + 1
	_, err = tx.ExecContext(ctx, `INSERT INTO audit (`+auditColumns+`, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Seq, database.Millis(e.At), e.Alarm, e.Actor, e.Channel, e.Step, e.Detail, chain(key, mac, e))
	return err
}

// lastAudit is the head: 0 and no mac of an empty audit.
func lastAudit(ctx context.Context, tx *sql.Tx) (seq int64, mac []byte, err error) {
	err = tx.QueryRowContext(ctx, `SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1`).Scan(&seq, &mac)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil
	}
	return seq, mac, err
}

// adopt chains the rows of a version that did not, once: as soon as any row has
// a mac, one without has been put in by somebody else.
func adopt(ctx context.Context, db *database.DB, key []byte) error {
	return db.Tx(ctx, func(tx *sql.Tx) error {
		var rows, chained int64
		err := tx.QueryRowContext(ctx, `SELECT count(*), count(CASE WHEN mac <> x'' THEN 1 END) FROM audit`).Scan(&rows, &chained)
		if err != nil || rows == 0 || chained > 0 {
			return err
		}
		var before []byte
		for from := int64(0); ; {
			page, err := auditPage(ctx, tx, from)
			if err != nil {
				return err
			}
			for _, r := range page {
				before = chain(key, before, r.Entry)
				if _, err := tx.ExecContext(ctx, `UPDATE audit SET mac = ? WHERE seq = ?`, before, r.Seq); err != nil {
					return err
				}
			}
			if len(page) < auditPageSize {
				break
			}
			from = page[len(page)-1].Seq + 1
		}
		return appendAudit(ctx, tx, key, Entry{Actor: System, Step: StepAdopted, Detail: fmt.Sprintf("%d rows before this one are of a version without a chain", rows)})
	})
}
