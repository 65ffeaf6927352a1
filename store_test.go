package wecom_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
)

// What a Client relies on in every TokenStore.
func TestMemoryStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, s := t.Context(), new(wecom.MemoryStore)
		load := func(key, want string) time.Time {
			t.Helper()
			token, expires, err := s.Load(ctx, key)
			if token != want || err != nil {
				t.Errorf("Load(%q) is %q, %v; want %q", key, token, err, want)
			}
			return expires
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Error(err)
			}
		}
		load("a", "")
		end := time.Now().Add(time.Hour)
		must(s.Save(ctx, "a", "one", end))
		if got := load("a", "one"); !got.Equal(end) {
			t.Errorf("ends %v, want %v", got, end)
		}
		load("b", "")
		must(s.Drop(ctx, "a", "other"))
		load("a", "one")
		must(s.Save(ctx, "a", "two", end))
		must(s.Drop(ctx, "a", "one"))
		load("a", "two")
		must(s.Drop(ctx, "a", "two"))
		load("a", "")
		must(s.Save(ctx, "a", "three", end))
		time.Sleep(time.Hour)
		load("a", "")

		lock := func(key string, want bool) func() {
			t.Helper()
			unlock, ok, err := s.Lock(ctx, key, time.Minute)
			if ok != want || err != nil {
				t.Errorf("Lock(%q) is %v, %v; want %v", key, ok, err, want)
			}
			return unlock
		}
		first := lock("a", true)
		lock("a", false)
		lock("b", true)
		first()
		second := lock("a", true)
		first() // a second unlock must not free what is somebody else's
		lock("a", false)
		second()
		third := lock("a", true)
		time.Sleep(2 * time.Minute)
		lock("a", true)
		third() // late
		lock("a", false)
	})
}

func TestSharedStore(t *testing.T) {
	t.Parallel()
	for _, locking := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			v := &vendor{delay: 300 * time.Millisecond}
			var store wecom.TokenStore = wecom.NewMemoryStore()
			if !locking {
				store = plain{store}
			}
			clients := make([]*wecom.Client, 20)
			for i := range clients {
				clients[i] = v.client(t, func(cfg *wecom.Config) {
					cfg.Tokens, cfg.OnError = store, func(err error) { t.Error(err) }
				})
			}
			all := func() {
				t.Helper()
				for i, err := range together(len(clients), func(i int) error { return get(t, clients[i]) }) {
					if err != nil {
						t.Errorf("client %d: %v", i, err)
					}
				}
			}
			all()
			want := 1
			if !locking {
				want = len(clients)
			}
			if got := v.fetched(); got != want {
				t.Errorf("%d fetches, want %d", got, want)
			}
			// A newcomer finds the token.
			if err := get(t, v.client(t, func(cfg *wecom.Config) { cfg.Tokens = store })); err != nil || v.fetched() != want {
				t.Errorf("%v, %d fetches", err, v.fetched())
			}
			if !locking {
				return
			}
			v.revoke() // all drop the old one, one fetches
			all()
			if got := v.fetched(); got != 2 {
				t.Errorf("%d fetches after the storm", got)
			}
			for start := time.Now(); time.Since(start) < 24*time.Hour; time.Sleep(time.Minute) {
				for _, c := range clients {
					if err := get(t, c); err != nil {
						t.Fatal(err)
					}
				}
			}
			if got := v.fetched(); got > 20 {
				t.Errorf("%d fetches by 20 clients in a day", got)
			}
		})
	}
}

// plain hides Lock.
type plain struct{ wecom.TokenStore }

func TestStoredTokens(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, token string
		life        time.Duration
		fetches     int
	}{
		{"good", "stored", time.Hour, 0},
		{"ended", "stored", -time.Second, 1},
		{"empty", "", time.Hour, 1},
		{"for ever", "stored", math.MaxInt64, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{tokens: map[string]time.Time{"stored": time.Now().Add(time.Hour)}}
				c := v.client(t, func(cfg *wecom.Config) {
					cfg.Tokens = &fixed{token: tt.token, expires: time.Now().Add(tt.life).Add(tt.life / 2)}
				})
				time.Sleep(time.Second)
				if err := get(t, c); err != nil {
					t.Error(err)
				}
				if _, _, refused := v.count(); v.fetched() != tt.fetches || refused > 0 {
					t.Errorf("%d fetches, %d refused", v.fetched(), refused)
				}
			})
		})
	}
}

// fixed always answers the same, whatever is dropped and saved.
type fixed struct {
	token   string
	expires time.Time

	mu   sync.Mutex
	seen []string
}

func (f *fixed) note(s string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = append(f.seen, s)
}

func (f *fixed) Load(_ context.Context, key string) (string, time.Time, error) {
	f.note("load " + key)
	return f.token, f.expires, nil
}

func (f *fixed) Save(_ context.Context, key, token string, _ time.Time) error {
	f.note("save " + token)
	return nil
}

func (f *fixed) Drop(_ context.Context, key, token string) error {
	f.note("drop " + token)
	return nil
}

// A value that the API has just refused counts as absent even if the store still has it.
func TestRefusedTokenInStore(t *testing.T) {
	t.Parallel()
	v := &vendor{}
	store := &fixed{token: "refused", expires: time.Now().Add(time.Hour)}
	c := v.client(t, func(cfg *wecom.Config) { cfg.Tokens = store })
	if err := get(t, c); err != nil {
		t.Fatal(err)
	}
	if v.fetched() != 1 {
		t.Errorf("%d fetches", v.fetched())
	}
	var steps []string
	for _, s := range store.seen {
		if !strings.HasPrefix(s, "load") {
			steps = append(steps, s)
		}
	}
	if len(steps) != 2 || steps[0] != "drop refused" || !strings.HasPrefix(steps[1], "save T0ken") {
		t.Errorf("the store saw %v", steps)
	}
}

func TestStoreKey(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	for _, change := range []func(*wecom.Config){
		func(*wecom.Config) {},
		func(cfg *wecom.Config) { cfg.Secret = "another-secret-of-the-company" },
		func(cfg *wecom.Config) { cfg.CorpID = "ww0000000000000000" },
		func(cfg *wecom.Config) { cfg.BaseURL = "https://wecom.example.com/qy" },
	} {
		store := &fixed{}
		c := (&vendor{}).client(t, change, func(cfg *wecom.Config) { cfg.Tokens = store })
		c.Token(t.Context())
		key := strings.TrimPrefix(store.seen[0], "load ")
		if !strings.HasPrefix(key, "wecom:token:ww") || len(key) != len("wecom:token:")+18+1+16 || strings.Contains(key, "ecret") {
			t.Errorf("key %q", key)
		}
		keys[key] = true
	}
	if len(keys) != 4 {
		t.Errorf("4 apps share %d keys", len(keys))
	}
	// The public cloud is one address, named or not.
	store := &fixed{}
	(&vendor{}).client(t, func(cfg *wecom.Config) { cfg.Tokens, cfg.BaseURL = store, "https://qyapi.weixin.qq.com/" }).Token(t.Context())
	if !keys[strings.TrimPrefix(store.seen[0], "load ")] {
		t.Errorf("another key for the public cloud by name: %q", store.seen[0])
	}
}

// broken fails in one way at the steps that it is told.
type brokenStore struct {
	step string
	fail func(context.Context) error
}

func (b *brokenStore) at(ctx context.Context, step string, token ...string) error {
	if b.step == step || b.step == "all" {
		if err := b.fail(ctx); err != nil {
			return fmt.Errorf("%s %v: %w", step, token, err)
		}
	}
	return nil
}

func (b *brokenStore) Load(ctx context.Context, key string) (string, time.Time, error) {
	return "", time.Time{}, b.at(ctx, "load")
}
func (b *brokenStore) Save(ctx context.Context, _, token string, _ time.Time) error {
	return b.at(ctx, "save", token)
}
func (b *brokenStore) Drop(ctx context.Context, _, token string) error {
	return b.at(ctx, "drop", token)
}
func (b *brokenStore) Lock(ctx context.Context, _ string, _ time.Duration) (func(), bool, error) {
	if err := b.at(ctx, "lock"); err != nil {
		return nil, false, err
	}
	return func() {
		if b.step == "unlock" {
			b.fail(ctx)
		}
	}, true, nil
}

func TestFailingStore(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"load", "save", "drop", "lock", "unlock", "all"} {
		for name, fail := range map[string]func(context.Context) error{
			"error": func(context.Context) error { return errors.New("away; it said " + secret) },
			"panic": func(context.Context) error { panic("away") },
			"hang":  func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		} {
			if step == "unlock" && name != "panic" {
				continue
			}
			t.Run(step+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var mu sync.Mutex
					var told []error
					v := &vendor{}
					c := v.client(t, func(cfg *wecom.Config) {
						cfg.Tokens = &brokenStore{step: step, fail: fail}
						cfg.OnError = func(err error) {
							mu.Lock()
							defer mu.Unlock()
							told = append(told, err)
						}
					})
					start := time.Now()
					for range 2 {
						if err := get(t, c); err != nil {
							t.Fatal(err)
						}
						v.revoke()
					}
					if v.fetched() != 2 {
						t.Errorf("%d fetches", v.fetched())
					}
					synctest.Wait() // unlocking goes on beside the call
					if len(told) == 0 || len(told) > 2 {
						t.Errorf("OnError was told %v", told)
					}
					for _, err := range told {
						wantText(t, err, "TokenStore failed to")
						noSecret(t, err.Error())
					}
					if d := time.Since(start); d > 5*time.Second {
						t.Errorf("two calls took %v", d)
					}
				})
			})
		}
	}
}

// Another process holds the lock: its token is used once it is there; if none comes,
// the Client fetches.
func TestHeldLock(t *testing.T) {
	t.Parallel()
	for _, comes := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			store := wecom.NewMemoryStore()
			seen := &fixed{}
			v := &vendor{tokens: map[string]time.Time{"theirs": time.Now().Add(time.Hour)}}
			(&vendor{}).client(t, func(cfg *wecom.Config) { cfg.Tokens = seen }).Token(t.Context())
			key := strings.TrimPrefix(seen.seen[0], "load ")
			if _, ok, _ := store.Lock(t.Context(), key, time.Minute); !ok {
				t.Fatal("not locked")
			}
			go func() {
				time.Sleep(time.Second)
				if comes {
					store.Save(context.Background(), key, "theirs", time.Now().Add(time.Hour))
				}
			}()
			c := v.client(t, func(cfg *wecom.Config) { cfg.Tokens = store })
			start := time.Now()
			token, err := c.Token(t.Context())
			waited := time.Since(start)
			if err != nil {
				t.Fatal(err)
			}
			if comes && (token != "theirs" || v.fetched() != 0 || waited > 2*time.Second) {
				t.Errorf("%q after %v, %d fetches", token, waited, v.fetched())
			}
			if !comes && (v.fetched() != 1 || waited < 4*time.Second || waited > 6*time.Second) {
				t.Errorf("%d fetches after %v", v.fetched(), waited)
			}
		})
	}
}
