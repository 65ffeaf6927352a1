package jssdk_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/jssdk"
)

var _ jssdk.TicketStore = wecom.TokenStore(nil)

// TestSharedStore: processes share a ticket; another app or company does not.
func TestSharedStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := wecom.NewMemoryStore()
		signers := func(v *vendor, change func(*jssdk.Config)) (all []*jssdk.Signer) {
			for range 5 {
				all = append(all, newSigner(t, v, func(c *jssdk.Config) { c.Tickets = store }, change))
			}
			return all
		}
		apps := []*vendor{{}, {}, {}}
		ours := signers(apps[0], func(*jssdk.Config) {})
		otherApp := signers(apps[1], func(c *jssdk.Config) { c.AgentID = 1000003 })
		otherCorp := signers(apps[2], func(c *jssdk.Config) { c.CorpID = "ww0000000000000000" })
		for range 24 * 60 * 2 {
			for i, all := range [][]*jssdk.Signer{ours, otherApp, otherCorp} {
				for _, s := range all {
					c, err := s.SignConfig(t.Context(), page)
					if err != nil || apps[i].signedWith(c) == 0 {
						t.Fatal("signed with a foreign ticket", err)
					}
				}
			}
			time.Sleep(30 * time.Second)
		}
		for i, v := range apps {
			if n := v.count(); n < 12 || n > 20 {
				t.Errorf("app %d: a day took %d fetches of 5 processes", i, n)
			}
		}
	})
}

// TestStoreIsLookedAtWhileTheVendorIsNot: another process may have a ticket.
func TestStoreIsLookedAtWhileTheVendorIsNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &keyed{MemoryStore: wecom.NewMemoryStore()}
		v := &vendor{answer: failing(errQuota)}
		s := newSigner(t, v, func(c *jssdk.Config) { c.Tickets = store })
		if _, err := s.SignConfig(t.Context(), page); err == nil {
			t.Fatal("a ticket from nowhere")
		}
		if err := store.Save(t.Context(), store.key, canary+"-1", time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		c, err := s.SignConfig(t.Context(), page)
		if err != nil || v.signedWith(c) != 1 || v.count() != 1 {
			t.Errorf("%v after %d fetches", err, v.count())
		}
	})
}

type keyed struct {
	*wecom.MemoryStore
	key string
}

func (k *keyed) Load(ctx context.Context, key string) (string, time.Time, error) {
	k.key = key
	return k.MemoryStore.Load(ctx, key)
}

// TestStoresThatFail never fail a page.
func TestStoresThatFail(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		store brokenStore
		told  int
		takes time.Duration
	}{
		"away":            {brokenStore{load: func(context.Context) (string, time.Time, error) { return "", time.Time{}, errors.New("away") }}, 1, 0},
		"panics":          {brokenStore{load: func(context.Context) (string, time.Time, error) { panic("x") }}, 1, 0},
		"hangs":           {brokenStore{load: func(ctx context.Context) (string, time.Time, error) { <-ctx.Done(); return "", time.Time{}, ctx.Err() }}, 1, 2 * time.Second},
		"expired":         {brokenStore{load: func(context.Context) (string, time.Time, error) { return "old", time.Now().Add(-time.Second), nil }}, 1, 0},
		"about to expire": {brokenStore{load: func(context.Context) (string, time.Time, error) { return "old", time.Now().Add(10 * time.Second), nil }}, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v, told := &vendor{}, 0
				s := newSigner(t, v, func(c *jssdk.Config) { c.Tickets = tt.store; c.OnError = func(error) { told++ } })
				start := time.Now()
				c, err := s.SignConfig(t.Context(), page)
				if err != nil || v.signedWith(c) != 1 || told != tt.told || time.Since(start) != tt.takes {
					t.Errorf("%v, told %d errors, after %v", err, told, time.Since(start))
				}
			})
		})
	}
}

type brokenStore struct {
	load func(context.Context) (string, time.Time, error)
}

func (b brokenStore) Load(ctx context.Context, _ string) (string, time.Time, error) {
	return b.load(ctx)
}

func (brokenStore) Save(context.Context, string, string, time.Time) error {
	return errors.New("read-only")
}
