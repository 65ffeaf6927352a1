package wecomtest_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

// memTokens is a right store; the fields break it in one way each.
type memTokens struct {
	mu sync.Mutex
	m  map[string]stored

	dropAny, dropNothing, dropTwoSteps, dropFails bool
	loseExpiry, wholeMinutes, keepFirst, shorten  bool
	oneKey, foldCase, revive, failAbsent          bool
}

type stored struct {
	token   string
	expires time.Time
}

func (s *memTokens) key(key string) string {
	if s.oneKey {
		return ""
	}
	if s.foldCase {
		return strings.ToLower(key)
	}
	return key
}

func (s *memTokens) Load(_ context.Context, key string) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.m[s.key(key)]
	if !ok && s.failAbsent {
		return "", time.Time{}, errors.New("no such key")
	}
	if s.revive && ok && e.expires.Before(time.Now()) {
		e.expires = time.Now().Add(time.Hour)
	}
	return e.token, e.expires, nil
}

func (s *memTokens) Save(_ context.Context, key, token string, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.m[s.key(key)]; ok && s.keepFirst {
		return nil
	}
	if s.loseExpiry {
		expires = time.Now().Add(2 * time.Hour)
	}
	if s.wholeMinutes {
		expires = expires.Truncate(time.Hour)
	}
	if s.shorten && len(token) > 255 {
		token = token[:255]
	}
	if s.m == nil {
		s.m = map[string]stored{}
	}
	s.m[s.key(key)] = stored{token, expires}
	return nil
}

func (s *memTokens) Drop(ctx context.Context, key, token string) error {
	if s.dropTwoSteps {
		if got, _, _ := s.Load(ctx, key); got != token {
			return nil
		}
		time.Sleep(time.Millisecond)
		token = ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.m[s.key(key)]
	switch {
	case s.dropNothing:
	case s.dropFails && !ok:
		return errors.New("nothing to drop")
	case s.dropAny, s.dropTwoSteps, e.token == token:
		delete(s.m, s.key(key))
	}
	return nil
}

func TestTokenStoreConformance(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		store  wecomtest.TokenStore
		reason string // "" passes
	}{
		"right":                               {&memTokens{}, ""},
		"right with lock":                     {&memLock{}, ""},
		"right with a lock that waits":        {&memLock{waits: true}, ""},
		"Drop ignores the value":              {&memTokens{dropAny: true}, "Load after Drop of an older token"},
		"Drop does nothing":                   {&memTokens{dropNothing: true}, "Load after Drop of the token"},
		"Drop in two steps":                   {&memTokens{dropTwoSteps: true}, "one step"},
		"Drop of nothing fails":               {&memTokens{dropFails: true}, "Drop: nothing to drop"},
		"Save loses the expiry":               {&memTokens{loseExpiry: true}, "expiry"},
		"Save rounds the expiry":              {&memTokens{wholeMinutes: true}, "expiry"},
		"Save keeps the first":                {&memTokens{keepFirst: true}, "second Save"},
		"Save shortens":                       {&memTokens{shorten: true}, "255 bytes"},
		"all keys are one":                    {&memTokens{oneKey: true}, "another key"},
		"keys fold case":                      {&memTokens{foldCase: true}, "another key"},
		"expired token is renewed":            {&memTokens{revive: true}, "future"},
		"absent is an error":                  {&memTokens{failAbsent: true}, "never saved"},
		"lock is given to all":                {&memLock{all: true}, "two at once"},
		"lock is given to none":               {&memLock{none: true}, "refused"},
		"lock never ends":                     {&memLock{forever: true}, "ttl"},
		"unlock does nothing":                 {&memLock{noUnlock: true}, "refused after unlock"},
		"unlock takes another's":              {&memLock{unlockAny: true}, "next holder"},
		"lock checks, then takes":             {&memLock{twoSteps: true}, "concurrent Locks"},
		"lock is one for all keys":            {&memLock{oneKey: true}, "another key"},
		"lock fails with an error of its own": {&memLock{broken: true}, "no connection"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { expectFinding(t, wecomtest.TestTokenStore(tt.store), tt.reason) })
		})
	}
}

func expectFinding(t *testing.T, err error, reason string) {
	t.Helper()
	switch {
	case reason == "" && err != nil:
		t.Errorf("a right store fails: %v", err)
	case reason != "" && (err == nil || !strings.Contains(err.Error(), reason)):
		t.Errorf("findings %v, want one about %q", err, reason)
	}
}

// memLock adds a lock to a right store.
type memLock struct {
	memTokens
	lockMu sync.Mutex
	locks  map[string]lockHeld
	serial int

	waits, all, none, forever, noUnlock, unlockAny, twoSteps, oneKey, broken bool
}

type lockHeld struct {
	serial int
	until  time.Time
}

func (l *memLock) Lock(ctx context.Context, key string, ttl time.Duration) (func(), bool, error) {
	if l.broken {
		return nil, false, errors.New("no connection")
	}
	for {
		unlock, ok := l.try(key, ttl)
		if ok || !l.waits {
			return unlock, ok, nil
		}
		select {
		case <-ctx.Done():
			return nil, false, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (l *memLock) try(key string, ttl time.Duration) (func(), bool) {
	if l.oneKey {
		key = ""
	}
	l.lockMu.Lock()
	held, taken := l.locks[key]
	free := !taken || time.Now().After(held.until) && !l.forever || l.all
	if l.twoSteps {
		l.lockMu.Unlock()
		time.Sleep(time.Millisecond)
		l.lockMu.Lock()
	}
	defer l.lockMu.Unlock()
	if !free || l.none {
		return nil, false
	}
	if l.locks == nil {
		l.locks = map[string]lockHeld{}
	}
	l.serial++
	own := l.serial
	l.locks[key] = lockHeld{own, time.Now().Add(ttl)}
	return func() {
		l.lockMu.Lock()
		defer l.lockMu.Unlock()
		if !l.noUnlock && (l.unlockAny || l.locks[key].serial == own) {
			delete(l.locks, key)
		}
	}, true
}
