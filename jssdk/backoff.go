package jssdk

import (
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/bkwecom/wecom/internal/retry"
)

// The vendor allows 400 tickets an hour to a company and 100 to an app. Both kinds of ticket together
// stay below the app's part, whatever fails and however short tickets live.
const (
	quota       = 40 // of one kind, in an hour
	quotaWindow = time.Hour

	firstDelay = time.Second
	lastDelay  = 2 * time.Minute
	// quotaDelay is after 45009: other processes have used the quota up, and it lasts until the hour ends.
	quotaDelay      = 5 * time.Minute
	codeRateLimited = 45009
)

var errQuota = errors.New("asked 40 times within an hour: the vendor's quota is kept for other processes")

// failure is the state after a failing fetch: until then the vendor is not asked.
type failure struct {
	cause  error
	until  time.Time
	streak int
}

// held is why the vendor may not be asked now, nil if it may. It is called with the lock held.
func (k *keeper) held(now time.Time) error {
	if f := k.failed; f != nil && now.Before(f.until) {
		return k.fault(f.cause, f.until.Sub(now))
	}
	return nil
}

// look allows a look into a shared store once a second while the vendor is not asked: another process
// may have a ticket. It is called with the lock held.
func (k *keeper) look(now time.Time) bool {
	if k.store == nil || now.Sub(k.looked) < time.Second {
		return false
	}
	k.looked = now
	return true
}

// spend takes note of an attempt, and refuses it where the quota is used up.
func (k *keeper) spend() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	k.asked = slices.DeleteFunc(k.asked, func(t time.Time) bool { return now.Sub(t) >= quotaWindow })
	if len(k.asked) >= quota {
		return false
	}
	k.asked = append(k.asked, now)
	return true
}

// refund takes an attempt back that never reached the vendor.
func (k *keeper) refund() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked = k.asked[:len(k.asked)-1]
}

func (k *keeper) fail(err error, current *ticket) error {
	k.mu.Lock()
	now, streak := time.Now(), 0
	if k.failed != nil {
		streak = k.failed.streak
	}
	pause := firstDelay // an attempt that never went out costs nothing; the API client backs off by itself
	if !retry.NotSent(err) {
		streak++
		pause = delay(streak)
	}
	switch {
	case retry.ErrCode(err) == codeRateLimited:
		pause = quotaDelay
	case errors.Is(err, errQuota):
		pause = max(k.asked[0].Add(quotaWindow).Sub(now), firstDelay)
	}
	f := &failure{cause: err, until: now.Add(pause + rand.N(pause/5+1)), streak: streak}
	k.failed = f
	what := k.what
	if current.serves(now) {
		current.renew = f.until
		what += " could not be renewed, the old one serves on"
	}
	k.mu.Unlock()
	k.report(&ticketError{what: what, cause: err, next: f.until.Sub(now)})
	return k.fault(err, f.until.Sub(now))
}

// delay after the n-th failure in a row, n from 1.
func delay(n int) time.Duration {
	if n > 7 {
		return lastDelay
	}
	return firstDelay << (n - 1)
}
