package wecomtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// TokenStore keeps access tokens for several processes. It is the same as
// wecom.TokenStore.
type TokenStore interface {
	Load(ctx context.Context, key string) (token string, expires time.Time, err error) // "" when absent
	Save(ctx context.Context, key, token string, expires time.Time) error
	Drop(ctx context.Context, key, token string) error // only if token is still the stored one
}

// TestTokenStore checks that a store keeps what it promises, and returns all
// that it found wrong. It takes keys of its own, so the store may be in use;
// what it leaves there expires within an hour. If the store has
//
//	Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error)
//
// that is checked too: ok is false while somebody else holds the lock, which
// ends after ttl. The name is that of a check for tests, as fstest.TestFS.
func TestTokenStore(store TokenStore) error {
	ctx, cancel := context.WithTimeout(context.Background(), conformTimeout)
	defer cancel()
	var f findings
	checkSaveAndLoad(ctx, store, &f)
	checkDrop(ctx, store, &f)
	checkExpired(ctx, store, &f)
	checkDropAgainstSave(ctx, store, &f)
	if l, ok := store.(locker); ok {
		checkLock(ctx, l, &f)
	}
	return f.err()
}

func checkSaveAndLoad(ctx context.Context, store TokenStore, f *findings) {
	key := freshKey("a")
	other := strings.ToLower(key) // keys that differ in case only are two keys
	expectToken(ctx, store, f, "Load of a key never saved", key, "", time.Time{})

	// 512 bytes is the longest token (vendor's document: gettoken).
	long := strings.Repeat("Az09_-", 86)[:512]
	expires := time.Now().Add(time.Hour)
	save(ctx, store, f, key, long, expires)
	expectToken(ctx, store, f, "Load after Save", key, long, expires)
	expectToken(ctx, store, f, "Load of another key", other, "", time.Time{})

	save(ctx, store, f, other, "other", expires.Add(-time.Minute))
	expectToken(ctx, store, f, "Load after Save of another key", key, long, expires)

	sooner := time.Now().Add(30 * time.Minute)
	save(ctx, store, f, key, "second", sooner)
	expectToken(ctx, store, f, "Load after a second Save", key, "second", sooner)

	elsewhere := time.Now().Add(40 * time.Minute).In(time.FixedZone("east", 8*3600))
	save(ctx, store, f, key, "third", elsewhere)
	expectToken(ctx, store, f, "Load after Save with a time of another zone", key, "third", elsewhere)
}

func checkDrop(ctx context.Context, store TokenStore, f *findings) {
	key, expires := freshKey("drop"), time.Now().Add(time.Hour)
	drop(ctx, store, f, key, "never saved")
	save(ctx, store, f, key, "new", expires)
	drop(ctx, store, f, key, "old")
	expectToken(ctx, store, f, "Load after Drop of an older token", key, "new", expires)
	drop(ctx, store, f, key, "NEW")
	expectToken(ctx, store, f, "Load after Drop of the token in other case", key, "new", expires)
	drop(ctx, store, f, key, "")
	expectToken(ctx, store, f, `Load after Drop of ""`, key, "new", expires)
	drop(ctx, store, f, freshKey("drop"), "new")
	expectToken(ctx, store, f, "Load after Drop of another key", key, "new", expires)
	drop(ctx, store, f, key, "new")
	expectToken(ctx, store, f, "Load after Drop of the token", key, "", time.Time{})
	save(ctx, store, f, key, "again", expires)
	expectToken(ctx, store, f, "Load after Drop and Save", key, "again", expires)
}

// checkExpired: an expired token may be there or not, but not as a valid one.
func checkExpired(ctx context.Context, store TokenStore, f *findings) {
	key := freshKey("expired")
	save(ctx, store, f, key, "expired", time.Now().Add(-time.Minute))
	token, expires, err := store.Load(ctx, key)
	switch {
	case err != nil:
		f.add("Load of an expired token: %w", err)
	case token != "" && expires.After(time.Now()):
		f.add("Load of an expired token gives it with an expiry in the future")
	}
}

// checkDropAgainstSave looks for a Drop that compares and drops in two steps,
// between which a new token is lost. The Save comes a little later in each
// round, to meet the gap of stores of different speed.
func checkDropAgainstSave(ctx context.Context, store TokenStore, f *findings) {
	const rounds, droppers = 30, 4
	expires := time.Now().Add(time.Hour)
	for round := range rounds {
		key, fresh := freshKey("race"), fmt.Sprintf("new %d", round)
		save(ctx, store, f, key, "old", expires)
		var all sync.WaitGroup
		errs := make([]error, droppers+1)
		for i := range droppers {
			all.Go(func() { errs[i] = store.Drop(ctx, key, "old") })
		}
		all.Go(func() {
			if errs[droppers] = sleep(ctx, time.Duration(round)*50*time.Microsecond); errs[droppers] == nil {
				errs[droppers] = store.Save(ctx, key, fresh, expires)
			}
		})
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			f.add("Drop or Save, concurrently: %w", err)
			return
		}
		if token, _, err := store.Load(ctx, key); err != nil || token != fresh {
			f.add("Drop of an old token, concurrent with Save of a new one, lost the new one (err %v): compare and drop must be one step", err)
			return
		}
		drop(ctx, store, f, key, fresh)
	}
}

func save(ctx context.Context, store TokenStore, f *findings, key, token string, expires time.Time) {
	if err := store.Save(ctx, key, token, expires); err != nil {
		f.add("Save: %w", err)
	}
}

func drop(ctx context.Context, store TokenStore, f *findings, key, token string) {
	if err := store.Drop(ctx, key, token); err != nil {
		f.add("Drop: %w", err)
	}
}

// expectToken allows an expiry to lose less than a second.
func expectToken(ctx context.Context, store TokenStore, f *findings, what, key, token string, expires time.Time) {
	got, gotExpires, err := store.Load(ctx, key)
	switch {
	case err != nil:
		f.add("%s: %w", what, err)
	case got != token:
		f.add("%s gives a token of %d bytes, want one of %d", what, len(got), len(token))
	case token != "" && gotExpires.Sub(expires).Abs() >= time.Second:
		f.add("%s gives the expiry %v, want %v", what, gotExpires.UTC(), expires.UTC())
	}
}
