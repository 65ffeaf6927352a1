package wecom_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
)

// tokenLife and gettokenTakes are the vendor's in these tests.
const tokenLife, gettokenTakes = 2 * time.Hour, 300 * time.Millisecond

// office is the API for millions of calls: it keeps nothing of them.
type office struct {
	same, whole bool               // gettoken repeats its token until that ends, with the rest of its life or a whole one
	away        func() (bool, int) // gettoken fails: with this status, or 0 for a dial

	mu      sync.Mutex
	fetches []time.Time
	tokens  int
	ends    time.Time
	refused int
}

func (o *office) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, "/gettoken") {
		time.Sleep(gettokenTakes)
		return o.gettoken()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !time.Now().Before(o.ends) {
		o.refused++
	}
	return said(200, `{"errcode":0}`), nil
}

func (o *office) gettoken() (*http.Response, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	o.fetches = append(o.fetches, now)
	if o.away != nil {
		if away, status := o.away(); away && status > 0 {
			return said(status, ""), nil
		} else if away {
			return nil, errors.New("connection refused")
		}
	}
	if !o.same || !now.Before(o.ends) {
		o.tokens++
		o.ends = now.Add(tokenLife)
	}
	life := o.ends.Sub(now)
	if o.whole {
		life = tokenLife
	}
	return said(200, fmt.Sprintf(`{"errcode":0,"access_token":"token-%d","expires_in":%d}`, o.tokens, life/time.Second)), nil
}

func said(status int, text string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)),
	}
}

func (o *office) client(t *testing.T) *wecom.Client {
	t.Helper()
	c, err := wecom.New(wecom.Config{CorpID: corpID, Secret: secret, HTTPClient: &http.Client{Transport: o}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// nearEnd is when it matters how many call: around the end of a token.
func (o *office) nearEnd() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	left := time.Until(o.ends)
	return left < 10*time.Second || left > tokenLife-2*time.Second
}

// TestSoakDay is 24 h of calls, 200 a second with SOAK=1, else so many when a
// token ends: which fetches there are, and which of them somebody has to wait for.
func TestSoakDay(t *testing.T) {
	t.Parallel()
	const workers = 8
	perSecond := 1
	if os.Getenv("SOAK") != "" {
		perSecond = 200
	}
	for _, tt := range []struct {
		name        string
		same, whole bool
		most        int // fetches
	}{
		{name: "a new token each time", most: 16},
		{name: "the same token until it ends", same: true, most: 120},
		{name: "the same token with a whole life", same: true, whole: true, most: 120},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := &office{same: tt.same, whole: tt.whole}
				c := o.client(t)
				start := time.Now()
				var mu sync.Mutex
				calls, waitedFor := 0, map[int]bool{} // numbers of fetches
				together(workers, func(i int) error {
					made := 0
					time.Sleep(time.Duration(i) * 5 * time.Millisecond)
					for time.Since(start) < 24*time.Hour {
						before := time.Now()
						if err := get(t, c); err != nil {
							t.Error(err)
							break
						}
						if time.Since(before) > 0 {
							mu.Lock()
							o.mu.Lock()
							waitedFor[len(o.fetches)] = true
							o.mu.Unlock()
							mu.Unlock()
						}
						made++
						rate := perSecond
						if o.nearEnd() {
							rate = 200
						}
						time.Sleep(workers * time.Second / time.Duration(rate))
					}
					mu.Lock()
					defer mu.Unlock()
					calls += made
					return nil
				})
				o.mu.Lock()
				defer o.mu.Unlock()
				fetches := len(o.fetches)
				t.Logf("%d calls, %d fetches, %d tokens, %d fetches were waited for", calls, fetches, o.tokens, len(waitedFor))
				if calls < 24*3600*perSecond*99/100 {
					t.Errorf("only %d calls", calls)
				}
				if fetches < 12 || fetches > tt.most {
					t.Errorf("%d fetches, want 12 to %d", fetches, tt.most)
				}
				want := 1
				if tt.same {
					want = o.tokens
				}
				if !waitedFor[1] || len(waitedFor) != want {
					t.Errorf("%d fetches were waited for, want %d: %v", len(waitedFor), want, waitedFor)
				}
				if tt.same && (o.tokens < 12 || o.tokens > 13) {
					t.Errorf("%d tokens of two hours in a day", o.tokens)
				}
				if o.refused > 0 {
					t.Errorf("%d calls with a token that had ended", o.refused)
				}
			})
		})
	}
}

// TestLastSeconds: a gettoken that repeats its token answers expires_in 0 in that
// one's last second. Callers wait for it to be over; they do not fail.
func TestLastSeconds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		life    int // of the first answers, in seconds
		answers int
		fetches int
		took    time.Duration
		ok      bool
	}{
		{"the last one", 0, 1, 2, time.Second, true},
		{"the one before", 1, 1, 2, 2 * time.Second, true},
		{"time for more", 2, 1, 1, 0, true},
		{"the last one for ever", 0, 1000, 2, time.Second, false},
		{"the one before for ever", 1, 1000, 2, 2 * time.Second, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{gettoken: func(n int) (int, string, error) {
					if n > tt.answers {
						return 0, "", nil
					}
					return 200, fmt.Sprintf(`{"errcode":0,"access_token":"last","expires_in":%d}`, tt.life), nil
				}}
				c := v.client(t)
				start := time.Now()
				for _, err := range together(20, func(int) error { _, err := c.Token(t.Context()); return err }) {
					if (err == nil) != tt.ok {
						t.Errorf("%v", err)
					} else if err != nil {
						wantText(t, err, "expires_in is 0")
					}
				}
				if took := time.Since(start); v.fetched() != tt.fetches || took != tt.took {
					t.Errorf("%d fetches in %v", v.fetched(), took)
				}
			})
		})
	}
}

// TestOutage: gettoken is away for half an hour from any moment at which the
// token has half an hour to live, and no call fails; nor is it asked too often.
func TestOutage(t *testing.T) {
	t.Parallel()
	const outage = 30 * time.Minute
	for _, status := range []int{0, 502} {
		for after := 10 * time.Minute; after <= tokenLife-outage; after += 10 * time.Minute {
			for _, same := range []bool{false, true} {
				t.Run(fmt.Sprintf("HTTP %d from %v on, same=%v", status, after, same), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						start := time.Now()
						o := &office{same: same, away: func() (bool, int) {
							at := time.Since(start)
							return at >= after && at < after+outage, status
						}}
						c := o.client(t)
						for time.Since(start) < 3*tokenLife {
							if err := get(t, c); err != nil {
								t.Fatalf("after %v: %v", time.Since(start), err)
							}
							time.Sleep(5 * time.Second)
						}
						o.mu.Lock()
						defer o.mu.Unlock()
						for i := range o.fetches {
							if i >= 60 && o.fetches[i].Sub(o.fetches[i-60]) <= time.Hour {
								t.Fatalf("more than 60 fetches in the hour before %v", o.fetches[i].Sub(start))
							}
						}
					})
				})
			}
		}
	}
}
