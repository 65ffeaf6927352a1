package wecom

import (
	"math/rand/v2"
	"net/url"
	"sync/atomic"
	"time"
)

// maxLife bounds what an answer or a store may claim; the vendor's tokens live two hours.
const maxLife = 7 * 24 * time.Hour

// againAfter is the least time between two attempts to renew a token that gettoken
// hands out unchanged (vendor's document: 91039, in one of its two readings).
const againAfter = 30 * time.Second

// token does not change but for renew and useless. Its times are monotonic, since
// the keeper's epoch: a clock that is set does not matter.
type token struct {
	value   string
	query   string // access_token=…, escaped
	fetched time.Duration
	expires time.Duration
	// renew is when a renewal ahead is due, at most expires. The caller that starts
	// one moves it to expires, so that it starts once.
	renew atomic.Int64
	// stored says that it came from the TokenStore, where another process put it: it
	// may be as old as the one that was refused.
	stored bool
	// useless says that it was fetched because of a refusal and was refused too.
	useless atomic.Bool
}

// newToken is renewed between 80 and 95 % of its life: early enough to live through
// an hour's block in part, and not by all processes at once.
func newToken(value string, now, life time.Duration) *token {
	t := &token{value: value, query: "access_token=" + url.QueryEscape(value), fetched: now, expires: now + life}
	t.renew.Store(int64(now + life/100*time.Duration(80+rand.IntN(15)) + rand.N(life/100+1)))
	return t
}

// same is what becomes of old when gettoken hands it out again: it does not live
// longer for that, whatever the answer says.
func (old *token) same(now, life time.Duration) *token {
	t := newToken(old.value, now, life)
	t.expires = min(t.expires, old.expires)
	due := now + max((t.expires-now)/2, againAfter)
	t.renew.Store(int64(min(due, t.expires)))
	return t
}

func (t *token) due(now time.Duration) bool { return int64(now) >= t.renew.Load() }

// claim lets one of many callers start the renewal.
func (t *token) claim(now time.Duration) bool {
	at := t.renew.Load()
	return int64(now) >= at && t.renew.CompareAndSwap(at, int64(t.expires))
}

// postpone is for a renewal that failed.
func (t *token) postpone(until time.Duration) { t.renew.Store(int64(min(until, t.expires))) }
