package wecom_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
)

// stuck is a store whose lock is not given back before the test has ended.
type stuck struct {
	*wecom.MemoryStore
	release chan bool
}

func (s stuck) Lock(context.Context, string, time.Duration) (func(), bool, error) {
	return func() { <-s.release }, true, nil
}

// TestUnlockHoldsNobody: the token is handed out although unlocking hangs.
func TestUnlockHoldsNobody(t *testing.T) {
	t.Parallel()
	v := &vendor{}
	release := make(chan bool)
	defer close(release)
	c := v.client(t, func(cfg *wecom.Config) { cfg.Tokens = stuck{wecom.NewMemoryStore(), release} })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := c.Token(ctx); err != nil {
		t.Error(err)
	}
}

// TestStoreIsLookedAtDuringBackoff: while gettoken fails for this process,
// another may have left a token.
func TestStoreIsLookedAtDuringBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &keyed{MemoryStore: wecom.NewMemoryStore()}
		fetches := 0
		c, err := wecom.New(wecom.Config{CorpID: "ww1234567890abcdef", Secret: "the-app's-secret", Tokens: store,
			HTTPClient: &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
				fetches++
				return nil, errors.New("away")
			})}})
		if err != nil {
			t.Fatal(err)
		}
		for fetches < 12 { // the last failure is fresh, and the next attempt more than a minute away
			if _, err := c.Token(t.Context()); err == nil {
				t.Fatal("a token from nowhere")
			}
			time.Sleep(time.Second)
		}
		if err := store.Save(t.Context(), store.key, "theirs", time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if token, err := c.Token(t.Context()); token != "theirs" || err != nil || fetches != 12 {
			t.Errorf("%q, %v after %d fetches", token, err, fetches)
		}
	})
}

// keyed notes the key that is asked for.
type keyed struct {
	*wecom.MemoryStore
	key string
}

func (k *keyed) Load(ctx context.Context, key string) (string, time.Time, error) {
	k.key = key
	return k.MemoryStore.Load(ctx, key)
}

// TestLostFlight: a transport that ends its goroutine, as a failed check of
// package testing does, holds no caller for ever.
func TestLostFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, err := wecom.New(wecom.Config{CorpID: "ww1234567890abcdef", Secret: "the-app's-secret",
			HTTPClient: &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
				runtime.Goexit()
				return nil, nil
			})}})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := c.Token(context.Background()); err == nil || time.Since(start) > time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
