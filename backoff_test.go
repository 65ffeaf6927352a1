package wecom_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
)

func wantText(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}

func TestWrongSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{}
		c := v.client(t, func(cfg *wecom.Config) { cfg.Secret = "not-the-secret" })
		for range 200 {
			err := get(t, c)
			var apiErr *wecom.Error
			if !errors.As(err, &apiErr) || apiErr.Code != wecom.CodeInvalidSecret || apiErr.Path != "/cgi-bin/gettoken" {
				t.Fatal(err)
			}
			if retryable(t, err) || !notSent(t, err) {
				t.Fatalf("Retryable %v, NotSent %v", retryable(t, err), notSent(t, err))
			}
			wantText(t, err, "next attempt is in")
			wantText(t, err, "check that Secret")
			time.Sleep(20 * time.Millisecond) // 4 s in all
		}
		if n := v.fetched(); n < 2 || n > 5 {
			t.Errorf("%d fetches", n)
		}
	})
}

// Constant use for a day while gettoken fails: no window of an hour holds more than 60.
func TestFailuresPerHour(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"wrong secret": 200, "500": 500} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{gettoken: func(int) (int, string, error) { return status, `{"errcode":40001,"errmsg":"invalid credential"}`, nil }}
				c := v.client(t)
				for end := time.Now().Add(6 * time.Hour); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
					if _, err := c.Token(t.Context()); err == nil {
						t.Fatal("no error")
					}
				}
				most := 0
				for i := range v.fetches {
					n := 0
					for j := i; j < len(v.fetches) && v.fetches[j].Sub(v.fetches[i]) < time.Hour; j++ {
						n++
					}
					most = max(most, n)
				}
				t.Logf("%d fetches, at most %d in an hour", len(v.fetches), most)
				if most > 60 || most < 20 {
					t.Errorf("%d fetches in an hour", most)
				}
			})
		})
	}
}

func TestGoodAnswerResetsBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		failing := true
		v := &vendor{life: 10 * time.Second}
		v.gettoken = func(int) (int, string, error) {
			if failing {
				return 200, `{"errcode":40001,"errmsg":"invalid credential"}`, nil
			}
			return 0, "", nil
		}
		c := v.client(t)
		wait := func(want bool) time.Duration {
			start := time.Now()
			for {
				_, err := c.Token(t.Context())
				if (err == nil) == want {
					return time.Since(start)
				}
				time.Sleep(50 * time.Millisecond)
			}
		}
		for start := time.Now(); time.Since(start) < 10*time.Minute; time.Sleep(time.Second) {
			c.Token(t.Context())
		}
		failing = false
		if d := wait(true); d > 110*time.Second {
			t.Errorf("recovered only after %v", d)
		}
		failing = true
		wait(false)
		failing = false
		if d := wait(true); d > 10*time.Second {
			t.Errorf("the second streak began where the first ended: %v", d)
		}
	})
}
