package wecom_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
)

// A day of constant use, one call every 10 s, each answer after 200 ms.
func TestDay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name               string
		same               bool
		min, max, blocking int
	}{
		{name: "a new token each time", min: 12, max: 16, blocking: 1},
		{name: "the same token until it ends", same: true, min: 12, max: 120, blocking: 13},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{same: tt.same, delay: 200 * time.Millisecond}
				c := v.client(t, func(cfg *wecom.Config) { cfg.OnError = func(err error) { t.Error(err) } })
				blocking := 0
				waited := map[time.Time]bool{} // when the fetches were made that a call waited for
				for end := time.Now().Add(24 * time.Hour); time.Now().Before(end); time.Sleep(10 * time.Second) {
					start := time.Now()
					if _, err := c.Token(t.Context()); err != nil {
						t.Fatal(err)
					}
					if time.Since(start) > 0 {
						blocking++
						waited[start.Add(v.delay)] = true
					}
					if err := get(t, c); err != nil {
						t.Fatal(err)
					}
				}
				fetches, calls, refused := v.count()
				t.Logf("%d fetches, %d calls, %d refused, %d waits", fetches, calls, refused, blocking)
				if fetches < tt.min || fetches > tt.max {
					t.Errorf("%d fetches, want %d to %d", fetches, tt.min, tt.max)
				}
				if blocking > tt.blocking {
					t.Errorf("%d calls waited for a token, want at most %d", blocking, tt.blocking)
				}
				if refused > 0 {
					t.Errorf("%d calls with an ended token", refused)
				}
				for i := 1; i < len(v.fetches); i++ {
					if gap := v.fetches[i].Sub(v.fetches[i-1]); gap < 30*time.Second && !waited[v.fetches[i]] {
						t.Errorf("renewal %d only %v after the one before", i, gap)
					}
				}
			})
		})
	}
}

// Renewals of many clients do not come at once, and lie between 80 and 95 % of the life.
func TestRenewalIsJittered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		moments := map[time.Duration]bool{}
		for range 40 {
			v := &vendor{}
			c := v.client(t)
			start := time.Now()
			for v.fetched() < 2 {
				if _, err := c.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				synctest.Wait()
			}
			at := v.fetches[1].Sub(start)
			if at < 96*time.Minute || at > 114*time.Minute+time.Second {
				t.Errorf("renewed after %v", at)
			}
			moments[at] = true
		}
		if len(moments) < 20 {
			t.Errorf("40 clients renewed at only %d different moments", len(moments))
		}
	})
}

// The same value with a later end in the answer does not live longer: it is fetched
// at its first end, not at a later one.
func TestSameTokenKeepsItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{gettoken: func(int) (int, string, error) {
			return 200, `{"errcode":0,"access_token":"always-the-same","expires_in":7200}`, nil
		}}
		c := v.client(t)
		start := time.Now()
		at := func(d time.Duration) int {
			time.Sleep(time.Until(start.Add(d)))
			token, err := c.Token(t.Context())
			if token != "always-the-same" || err != nil {
				t.Fatalf("%q, %v", token, err)
			}
			synctest.Wait()
			return v.fetched()
		}
		at(0)
		before := at(2*time.Hour - time.Minute) // renewed in the background, unchanged
		if before != 2 {
			t.Fatalf("%d fetches", before)
		}
		if n := at(2*time.Hour - 45*time.Second); n != before {
			t.Errorf("asked again within 30 s")
		}
		at(2*time.Hour - 1)
		n := v.fetched()
		if got := at(2 * time.Hour); got != n+1 {
			t.Errorf("%d fetches at its end, %d before: the end was moved", got, n)
		}
		if got := at(2*time.Hour + time.Minute); got != n+1 {
			t.Errorf("after its end the same value was not taken anew")
		}
	})
}

func TestGettokenAwayForHalfAnHour(t *testing.T) {
	t.Parallel()
	for _, failing := range []string{"refusing", "502", "unreachable", "hanging"} {
		t.Run(failing, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				v := &vendor{life: 4 * time.Hour} // renewed from 3:12 on, ends at 4:00
				v.gettoken = func(int) (int, string, error) {
					if d := time.Since(start); d < 3*time.Hour+20*time.Minute || d > 3*time.Hour+50*time.Minute {
						return 0, "", nil
					}
					switch failing {
					case "refusing":
						return 200, `{"errcode":45009,"errmsg":"api freq out of limit"}`, nil
					case "502":
						return 502, "", nil
					case "hanging":
						time.Sleep(time.Minute)
					}
					return 0, "", errors.New("unreachable")
				}
				var told atomic.Int32
				c := v.client(t, func(cfg *wecom.Config) {
					cfg.OnError = func(err error) {
						told.Add(1)
						if !notSent(t, err) {
							t.Errorf("OnError: %v", err)
						}
					}
				})
				for time.Since(start) < 9*time.Hour {
					if _, err := c.Token(t.Context()); err != nil {
						t.Fatalf("after %v: %v", time.Since(start), err)
					}
					time.Sleep(5 * time.Second)
				}
				t.Logf("%d fetches, OnError %d times", v.fetched(), told.Load())
			})
		})
	}
}

// The same, with the renewal certain to fall into the outage, which is told to OnError.
func TestFailedRenewalIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		v := &vendor{gettoken: func(n int) (int, string, error) {
			if n > 1 && time.Since(start) < 115*time.Minute {
				return 503, "", nil
			}
			return 0, "", nil
		}}
		var told []error
		c := v.client(t, func(cfg *wecom.Config) {
			cfg.OnError = func(err error) { told = append(told, err); panic("OnError") }
		})
		for time.Since(start) < 119*time.Minute {
			if err := get(t, c); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			synctest.Wait()
		}
		if len(told) < 3 || len(told) > 30 {
			t.Errorf("OnError was called %d times", len(told))
		}
		var apiErr *wecom.Error
		if !errors.As(told[0], &apiErr) || apiErr.HTTPStatus != 503 {
			t.Errorf("told %v", told[0])
		}
		n := v.fetched()
		for time.Since(start) < 150*time.Minute {
			if err := get(t, c); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if v.fetched() != n {
			t.Errorf("the renewal did not succeed when gettoken was back: %d more fetches", v.fetched()-n)
		}
	})
}
