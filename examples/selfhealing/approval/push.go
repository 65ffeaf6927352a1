package approval

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErrNoPlan means that no plan answers the alarm's type.
var ErrNoPlan = errors.New("approval: no plan for this alarm_type")

// FieldError tells a pusher which field of its alarm is refused.
type FieldError struct{ Field, Problem string }

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// SourceWindow is how far source_time may be from the server's time.
const SourceWindow = 24 * time.Hour

const (
	maxShort   = 256 // bytes of ip, source_id, alarm_type, app_id
	maxContent = 64 << 10
)

// Receipt is what a pusher learns.
type Receipt struct {
	Alarm    int64 // the number
	Again    bool  // AppID and SourceID were accepted before, and nothing was done
	Incident int64 // the alarm that it has joined, 0 if it is asked for itself
}

// Push takes an alarm; of a only what was pushed is read. The same AppID and
// SourceID again changes nothing: it returns the number of the first.
// Errors: *FieldError, ErrNoPlan, or the database's.
func (d *Desk) Push(ctx context.Context, a Alarm) (r Receipt, err error) {
	now := time.Now()
	if err := a.check(now); err != nil {
		return Receipt{}, err
	}
	plan, ok := d.cfg.Plans.For(a.Type)
	if !ok {
		return Receipt{}, fmt.Errorf("%w: %q", ErrNoPlan, a.Type)
	}
	a.Plan, a.Status, a.Version = plan, Waiting, 1
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		// Of now, not of before the wait: order of numbers is order of arrival.
		a.Pushed = time.Now()
		a.Deadline = a.Pushed.Add(plan.Timeout)
		r, err = d.insert(ctx, tx, a)
		return err
	})
	if err != nil {
		return Receipt{}, fmt.Errorf("approval: push: %w", err)
	}
	if !r.Again {
		d.cfg.Wake()
		d.nearer()
	}
	return r, nil
}

func (a Alarm) check(now time.Time) error {
	for _, f := range []struct {
		name, value string
		max         int
		line        bool
	}{
		{"app_id", a.AppID, maxShort, true},
		{"ip", a.IP, maxShort, true},
		{"source_id", a.SourceID, maxShort, true},
		{"alarm_type", a.Type, maxShort, true},
		{"alarm_content", a.Content, maxContent, false},
	} {
		switch {
		case strings.TrimSpace(f.value) == "":
			return &FieldError{f.name, "is missing"}
		case len(f.value) > f.max:
			return &FieldError{f.name, fmt.Sprintf("has %d bytes, the limit is %d", len(f.value), f.max)}
		case !utf8.ValidString(f.value):
			return &FieldError{f.name, "is not UTF-8"}
		case f.line && strings.ContainsFunc(f.value, unicode.IsControl):
			return &FieldError{f.name, "has a control character"}
		}
	}
	if a.SourceTime.IsZero() {
		return &FieldError{"source_time", "is missing"}
	}
	if off := now.Sub(a.SourceTime).Abs(); off > SourceWindow {
		return &FieldError{"source_time", fmt.Sprintf("is %v off: the server's time is %s",
			off.Round(time.Second), now.In(a.SourceTime.Location()).Format("2006-01-02 15:04:05 -0700 MST"))}
	}
	if len(a.Context) > maxContent {
		return &FieldError{"alarm_context", fmt.Sprintf("has %d bytes, the limit is %d", len(a.Context), maxContent)}
	}
	if a.Context != nil && (!json.Valid(a.Context) || !bytes.HasPrefix(bytes.TrimSpace(a.Context), []byte("{"))) {
		return &FieldError{"alarm_context", "is not a JSON object"}
	}
	return nil
}
