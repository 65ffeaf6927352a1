package approval

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/database"
)

// Head is where the audit ends: how many rows it has, and the mac of the last.
// It holds no secret.
type Head struct {
	Count int64
	MAC   string // lower-case hex
}

// String is what is logged, and what ParseHead reads.
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.Count, h.MAC) }

// ParseHead undoes [Head.String].
func ParseHead(s string) (Head, error) {
	count, mac, _ := strings.Cut(s, ":")
	n, err := strconv.ParseInt(count, 10, 64)
	h := Head{n, mac}
	if raw, bad := hex.DecodeString(mac); err != nil || bad != nil || n < 0 || (n == 0) != (len(raw) == 0) ||
		n > 0 && len(raw) != 32 || h.String() != s || strings.ToLower(mac) != mac {
		return Head{}, fmt.Errorf("approval: %q is no head of an audit, which looks like 12:0a1b… with 64 hexadecimal digits", s)
	}
	return h, nil
}

// AuditHead reads the head.
func (d *Desk) AuditHead(ctx context.Context) (h Head, err error) {
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		seq, mac, err := lastAudit(ctx, tx)
		h = Head{seq, hex.EncodeToString(mac)}
		return err
	})
	return h, err
}

// AuditError says where the audit is not what was recorded.
type AuditError struct {
	Seq     int64
	Problem string
}

func (e *AuditError) Error() string {
	return fmt.Sprintf("approval: the audit was tampered with: row %d %s", e.Seq, e.Problem)
}

// VerifyAudit reads the whole audit and returns its head, or an *AuditError at
// the first row that was changed, moved, taken out or put in. That rows were cut
// off at the end is found only against heads that were logged.
func VerifyAudit(ctx context.Context, db *database.DB, key []byte, logged ...Head) (Head, error) {
	known := map[int64]string{}
	for _, h := range logged {
		if mac, again := known[h.Count]; again && mac != h.MAC {
			return Head{}, &AuditError{h.Count, "has two different heads that were logged"}
		}
		known[h.Count] = h.MAC
	}
	var head Head
	var before []byte
	err := eachAudit(ctx, db, func(r auditRow) error {
		switch want := head.Count + 1; {
		case r.Seq < want:
			return &AuditError{r.Seq, "was put in"}
		case r.Seq > want:
			return &AuditError{want, "is missing"}
		}
		before = chain(key, before, r.Entry)
		if !bytes.Equal(before, r.mac) { // against a file at hand, timing tells nothing
			return &AuditError{r.Seq, "is not what was recorded, or the key is another"}
		}
		head = Head{r.Seq, hex.EncodeToString(before)}
		if mac, ok := known[head.Count]; ok && mac != head.MAC {
			return &AuditError{r.Seq, "is not the one whose head was logged: the audit was written anew"}
		}
		return nil
	})
	if err != nil {
		return Head{}, err
	}
	for _, h := range logged {
		if h.Count > head.Count {
			return Head{}, &AuditError{head.Count + 1, fmt.Sprintf("and what follows was cut off: a head of %d rows was logged", h.Count)}
		}
	}
	return head, nil
}

// EachAudit calls fn for every row, oldest first, until it returns an error.
// Rows that are added meanwhile may be among them.
func EachAudit(ctx context.Context, db *database.DB, fn func(Entry) error) error {
	return eachAudit(ctx, db, func(r auditRow) error { return fn(r.Entry) })
}

// WriteAudit writes the audit as JSON lines, each with its mac.
func WriteAudit(ctx context.Context, db *database.DB, w io.Writer) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	return eachAudit(ctx, db, func(r auditRow) error {
		return lines.Encode(struct {
			Entry
			MAC string `json:"mac"`
		}{r.Entry, hex.EncodeToString(r.mac)})
	})
}

type auditRow struct {
	Entry
	mac []byte
}

const auditPageSize = 500

// eachAudit holds the database for a page at a time, and not while fn runs.
func eachAudit(ctx context.Context, db *database.DB, fn func(auditRow) error) error {
	for from := int64(math.MinInt64); ; {
		var page []auditRow
		err := db.Tx(ctx, func(tx *sql.Tx) (err error) {
			page, err = auditPage(ctx, tx, from)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range page {
			if err := fn(r); err != nil {
				return err
			}
			from = r.Seq + 1
		}
		if len(page) < auditPageSize || from == math.MinInt64 { // a row of the greatest number is the last
			return nil
		}
	}
}

func auditPage(ctx context.Context, tx *sql.Tx, from int64) (page []auditRow, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+auditColumns+`, mac FROM audit WHERE seq >= ? ORDER BY seq LIMIT ?`, from, auditPageSize)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r auditRow
		if r.Entry, err = scanEntry(rows, &r.mac); err != nil {
			return nil, err
		}
		page = append(page, r)
	}
	return page, rows.Err()
}
