package wecom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// TokenStore shares an app's access token between processes, so that they fetch it
// once. It uses standard types only: a store needs no import of this package.
//
// Keys are made by the Client: "wecom:token:", the CorpID and a hash that differs
// per app and API address; no secret can be read from them. Tokens are secrets:
// keep them where only the app's processes read. Methods may be called by several
// goroutines and must return when ctx ends; each is given 2 s.
//
// A store that fails never fails a call: the Client fetches a token for itself and
// tells Config.OnError.
//
// A store may also have
//
//	Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error)
//
// which is held around a fetch. ok is false if another process holds the lock; the
// Client then looks into the store for up to 5 s before it fetches anyway. The lock
// must end by itself after ttl.
type TokenStore interface {
	// Load returns the stored token and when it ends; "" and no error when absent.
	Load(ctx context.Context, key string) (token string, expires time.Time, err error)
	// Save replaces the stored token. It need not be kept beyond expires.
	Save(ctx context.Context, key, token string, expires time.Time) error
	// Drop removes token, in one step and only if it is still the stored one.
	Drop(ctx context.Context, key, token string) error
}

type locker interface {
	Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error)
}

const (
	storeTime = 2 * time.Second  // for one step of a store
	lockTime  = 40 * time.Second // longer than a flight
	lockWait  = 5 * time.Second  // for another process's fetch
)

func storeKey(corpID, secret, base string) string {
	sum := sha256.Sum256([]byte(corpID + "\x00" + secret + "\x00" + base))
	return "wecom:token:" + corpID + ":" + hex.EncodeToString(sum[:8])
}

// shared is one flight's view of the store. After its first error it is left alone
// for the rest of the flight, so that a store that is away costs one timeout.
type shared struct {
	*keeper
	away bool
}

func (s *shared) try(ctx context.Context, doing string, step func(context.Context) error, secrets ...string) bool {
	if s.away {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	if err := safely(func() error { return step(ctx) }); err != nil {
		s.away = true
		s.report("the TokenStore failed to "+doing+", going on without it", err, secrets...)
		return false
	}
	return true
}

// dropRefused makes the store forget what the API refused.
func (s *shared) dropRefused(ctx context.Context) {
	r := s.refused.Load()
	if r == s.dropped {
		return
	}
	if s.try(ctx, "drop a token", func(ctx context.Context) error { return s.store.Drop(ctx, s.key, *r) }) {
		s.dropped = r
	}
}

// load returns a token that is better than the current one, else nil.
func (s *shared) load(ctx context.Context, current *token) *token {
	var value string
	var expires time.Time
	ok := s.try(ctx, "load a token", func(ctx context.Context) (err error) {
		value, expires, err = s.store.Load(ctx, s.key)
		return err
	})
	left := min(time.Until(expires), maxLife)
	if !ok || value == "" || left <= 0 {
		return nil
	}
	if r := s.refused.Load(); r != nil && *r == value {
		return nil
	}
	now := s.now()
	if current != nil && now < current.expires && (value == current.value || now+left <= current.expires) {
		return nil
	}
	t := newToken(value, now, left)
	t.stored = true
	return t
}

// lock waits for the right to fetch, or for another process's token.
func (s *shared) lock(ctx context.Context, current *token) (t *token, unlock func()) {
	unlock = func() {}
	l, ok := s.store.(locker)
	if !ok {
		return nil, unlock
	}
	for start, pause := s.now(), 50*time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		var release func()
		var mine bool
		if !s.try(ctx, "lock", func(ctx context.Context) (err error) {
			release, mine, err = l.Lock(ctx, s.key, lockTime)
			return err
		}) {
			return nil, unlock
		}
		if mine && release != nil {
			unlock = func() { // beside the flight: a lock ends by itself, waiting callers do not
				go func() {
					if err := safely(func() error { release(); return nil }); err != nil {
						s.report("the TokenStore failed to unlock", err)
					}
				}()
			}
		}
		t := s.load(ctx, current) // by who had the lock before
		if t != nil || mine || s.away || s.now()-start >= lockWait || !sleep(ctx, pause) {
			return t, unlock
		}
	}
}

func (s *shared) save(ctx context.Context, t *token) {
	s.try(ctx, "save a token", func(ctx context.Context) error {
		return s.store.Save(ctx, s.key, t.value, time.Now().Add(t.expires-s.now()))
	}, t.value)
}
