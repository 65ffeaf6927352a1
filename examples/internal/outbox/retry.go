package outbox

import (
	"errors"
	"math/rand/v2"
	"strings"
	"time"
)

// Permanent marks an error of a deliverer that no repetition will cure.
func Permanent(err error) error { return permanent{err} }

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

const (
	firstBackoff = time.Second
	lastBackoff  = time.Minute
	maxErrorText = 500 // bytes
)

// backoff is the wait after so many attempts: 1 s doubling to 1 min, of which
// up to half is taken away at random, so that rows that failed together do not
// come back together.
func backoff(attempts int) time.Duration {
	d := lastBackoff
	if attempts < 7 {
		d = firstBackoff << max(attempts-1, 0)
	}
	d = min(d, lastBackoff)
	return d - rand.N(d/2)
}

// outcome is the row as an attempt that ended with err at now leaves it.
func (r Row) outcome(now time.Time, result []byte, err error) Row {
	r.Attempts++
	switch {
	case err == nil:
		r.State, r.Result, r.LastError = Done, result, ""
		return r
	case errors.As(err, new(permanent)):
		r.State = Failed
	case !now.Before(r.Expires):
		r.State = r.AtExpiry
	default:
		// The expiry is an appointment too: the row ends then, not a backoff later.
		r.Next = now.Add(backoff(r.Attempts))
		if r.Next.After(r.Expires) {
			r.Next = r.Expires
		}
	}
	r.LastError = shorten(err.Error())
	return r
}

// expired is the row that has outlived its time between two attempts.
func (r Row) expired() Row {
	r.State = r.AtExpiry
	if r.LastError == "" {
		r.LastError = "expired before the first attempt"
	}
	return r
}

func shorten(s string) string {
	if len(s) > maxErrorText {
		s = s[:maxErrorText]
	}
	return strings.ToValidUTF8(s, "")
}
