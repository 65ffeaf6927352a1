package message_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

// slowAPI takes its time, and remembers when calls began and ended.
type slowAPI struct {
	takes func() time.Duration
	err   func() error

	mu    sync.Mutex
	calls []span
}

type span struct{ began, ended time.Time }

func (a *slowAPI) Call(context.Context, string, string, url.Values, any, any) error {
	began := time.Now()
	if a.takes != nil {
		time.Sleep(a.takes())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, span{began, time.Now()})
	if a.err != nil {
		return a.err()
	}
	return nil
}

func textTo(users ...string) message.Message {
	return message.Message{To: message.Recipients{Users: users}, Content: message.Text{Content: "x"}}
}

const patient = 48 * time.Hour

// sendAt sends and returns how long after began it was over.
func sendAt(t *testing.T, s *message.Sender, began time.Time, m message.Message) time.Duration {
	t.Helper()
	if _, err := s.Send(t.Context(), m); err != nil {
		t.Fatalf("after %s: %v", time.Since(began), err)
	}
	return time.Since(began)
}

func TestLimiterAtTheLimitAndOnePastIt(t *testing.T) {
	t.Parallel()
	second := time.Second
	for _, tt := range []struct {
		name    string
		limiter *message.Limiter
		m       message.Message
		every   time.Duration // between sends
		pass    int           // so many pass without a wait
		next    time.Duration // when the one past the limit goes
	}{
		{"30 a minute", &message.Limiter{}, textTo("zhangsan"), second, 30, time.Minute},
		{"1000 an hour", &message.Limiter{}, textTo("zhangsan"), 3 * second, 1000, time.Hour},
		{"own numbers", &message.Limiter{MemberPerMinute: 3, MemberPerHour: 5}, textTo("zhangsan"), 25 * second, 5, time.Hour},
		{"negative ones are none", &message.Limiter{MemberPerMinute: -1, MemberPerHour: -1, AppPerMinute: -1, MaxMembers: -1}, textTo("zhangsan"), second, 30, time.Minute},
		{"the app", &message.Limiter{AppPerMinute: 40}, message.Message{To: message.Everyone, Content: message.Text{Content: "x"}}, second, 40, time.Minute},
		{"parties count for the app", &message.Limiter{AppPerMinute: 50}, message.Message{To: message.Recipients{Parties: []int{1}, Tags: []int{2}}, Content: message.Text{Content: "x"}}, second, 50, time.Minute},
		{"the app's own", &message.Limiter{}, message.Message{To: message.Everyone, Content: message.Text{Content: "x"}}, time.Millisecond, 10_000, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &message.Sender{API: &slowAPI{}, AgentID: 1, Limiter: tt.limiter, MaxWait: patient}
				began := time.Now()
				for i := range tt.pass {
					if got := sendAt(t, s, began, tt.m); got != time.Duration(i)*tt.every {
						t.Fatalf("message %d is out after %s, want %s", i+1, got, time.Duration(i)*tt.every)
					}
					time.Sleep(tt.every)
				}
				if got := sendAt(t, s, began, tt.m); got != tt.next {
					t.Errorf("the one past the limit is out after %s, want %s", got, tt.next)
				}
				// The window slides: the next place is free when the second message's time is over.
				if got := sendAt(t, s, began, tt.m); got != tt.next+tt.every {
					t.Errorf("the next one is out after %s, want %s", got, tt.next+tt.every)
				}
			})
		})
	}
}

// Wherever within a call the vendor counts, no interval holds more than the limit.
func TestLimiterHoldsInEveryInterval(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const perMinute, perHour = 7, 60
		r := rand.New(rand.NewPCG(1, 2))
		var mu sync.Mutex
		random := func(d time.Duration) time.Duration {
			mu.Lock()
			defer mu.Unlock()
			return time.Duration(r.Int64N(int64(d)))
		}
		api := &slowAPI{takes: func() time.Duration { return random(9 * time.Second) }}
		s := &message.Sender{API: api, AgentID: 1, MaxWait: patient,
			Limiter: &message.Limiter{MemberPerMinute: perMinute, MemberPerHour: perHour}}
		began := time.Now()
		var all sync.WaitGroup
		for range 200 {
			time.Sleep(random(6 * time.Second))
			all.Go(func() {
				if _, err := s.Send(t.Context(), textTo("zhangsan")); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		calls := api.calls
		slices.SortFunc(calls, func(a, b span) int { return a.ended.Compare(b.ended) })
		for _, l := range []struct {
			n   int
			per time.Duration
		}{{perMinute, time.Minute}, {perHour, time.Hour}} {
			// The worst for us: the vendor counted this one as late as can be, and all others too early.
			for i, c := range calls {
				n := 0
				for _, other := range calls {
					if !other.ended.Before(c.ended) && other.began.Before(c.ended.Add(l.per)) {
						n++
					}
				}
				if n > l.n {
					t.Fatalf("%d messages may be counted in the %s after message %d, want %d at most", n, l.per, i, l.n)
				}
			}
		}
		if took := time.Since(began); took < 3*time.Hour || took > 3*time.Hour+20*time.Minute {
			t.Errorf("200 messages took %s; at 60 an hour it is 3 h and some", took)
		}
	})
}

func TestLimiterRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &slowAPI{}
		s := &message.Sender{API: api, AgentID: 1, Limiter: &message.Limiter{MemberPerMinute: 2, AppPerMinute: 4}}
		began := time.Now()
		for range 2 {
			sendAt(t, s, began, textTo("ZhangSan", "lisi"))
			time.Sleep(10 * time.Second)
		}
		sendAt(t, s, began, textTo("wangwu"))
		_, err := s.Send(t.Context(), textTo("wangwu", "zhangsan", "LISI"))
		wantRate(t, err, began, time.Minute, map[string]time.Duration{"zhangsan": time.Minute, "LISI": time.Minute})
		if len(api.calls) != 3 {
			t.Errorf("%d calls, want 3", len(api.calls))
		}
		// What was refused took no place.
		sendAt(t, s, began, textTo("wangwu"))
		_, err = s.Send(t.Context(), textTo("zhaoliu"))
		wantRate(t, err, began, time.Minute, nil)

		time.Sleep(40*time.Second - 1)
		_, err = s.Send(t.Context(), textTo("zhangsan"))
		wantRate(t, err, began, time.Minute, map[string]time.Duration{"zhangsan": time.Minute})
		time.Sleep(time.Nanosecond)
		sendAt(t, s, began, textTo("zhangsan"))
		_, err = s.Send(t.Context(), textTo("zhangsan"))
		wantRate(t, err, began, 70*time.Second, map[string]time.Duration{"zhangsan": 70 * time.Second})
	})
}

// wantRate demands a *RateError of these members, with times after began.
func wantRate(t *testing.T, err error, began time.Time, again time.Duration, users map[string]time.Duration) *message.RateError {
	t.Helper()
	var got *message.RateError
	if !errors.As(err, &got) {
		t.Fatalf("error %v, want a *RateError", err)
	}
	var busy map[string]time.Duration
	for _, u := range got.Users {
		if busy == nil {
			busy = map[string]time.Duration{}
		}
		busy[u.UserID] = u.Again.Sub(began)
	}
	if diff := cmp.Diff(users, busy); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if got.Again.Sub(began) != again {
		t.Errorf("again after %s, want %s", got.Again.Sub(began), again)
	}
	if !got.NotSent() || !got.Retryable() || got.ErrCode() != 0 {
		t.Error("want NotSent, Retryable, no errcode")
	}
	return got
}

func TestLimiterWaitsNoLongerThanItMay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		maxWait time.Duration
		ctx     func(context.Context) (context.Context, context.CancelFunc)
		over    time.Duration // when the second message is over
		want    error         // nil: it goes
		refused bool
	}{
		{"just long enough", time.Minute, nil, time.Minute, nil, false},
		{"not quite", time.Minute - 1, nil, 0, nil, true},
		{"a deadline that suffices", patient, until(time.Minute + 1), time.Minute, nil, false},
		{"a deadline that does not", patient, until(time.Minute), 0, nil, true},
		{"given up", patient, func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(20*time.Second, cancel)
			return ctx, cancel
		}, 20 * time.Second, context.Canceled, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &slowAPI{}
				s := &message.Sender{API: api, AgentID: 1, MaxWait: tt.maxWait, Limiter: &message.Limiter{MemberPerMinute: 1}}
				began := time.Now()
				sendAt(t, s, began, textTo("zhangsan"))
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if tt.ctx != nil {
					ctx, cancel = tt.ctx(ctx)
				}
				_, err := s.Send(ctx, textTo("zhangsan"))
				cancel()
				if got := time.Since(began); got != tt.over {
					t.Errorf("over after %s, want %s", got, tt.over)
				}
				if !tt.refused {
					if err != nil {
						t.Error(err)
					}
					return
				}
				wantRate(t, err, began, time.Minute, map[string]time.Duration{"zhangsan": time.Minute})
				if tt.want != nil && !errors.Is(err, tt.want) {
					t.Errorf("error %v, want also %v", err, tt.want)
				}
				// Nobody waits behind one that has left.
				time.Sleep(time.Until(began.Add(time.Minute)))
				if got := sendAt(t, s, began, textTo("zhangsan")); got != time.Minute {
					t.Errorf("the next one is out after %s, want 1m0s", got)
				}
			})
		})
	}
}

func until(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
}

func TestLimiterCountsASendOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		outcomes []outcome
		limit    int
		next     time.Duration // from the end of the first message to the begin of the one past the limit
	}{
		{"well", nil, 2, time.Minute},
		{"repeated", []outcome{{err: errLost}, {err: errLost}, {}}, 2, time.Minute},
		{"lost", []outcome{{err: errLost}}, 1, time.Minute},
		{"lost, then not sent", []outcome{{err: errLost}, {err: errNotSent}}, 1, time.Minute},
		{"refused", []outcome{{err: errInvalid}}, 1, time.Minute},
		{"never sent", []outcome{{err: errNotSent}, {err: errNotSent}, {err: errNotSent}, {}}, 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &fakeAPI{outcomes: tt.outcomes}
				s := &message.Sender{API: api, AgentID: 1, MaxWait: patient, Limiter: &message.Limiter{MemberPerMinute: tt.limit}}
				m := textTo("zhangsan")
				m.DuplicateCheck = true
				var ended time.Time
				for i := range tt.limit {
					_, _ = s.Send(t.Context(), m)
					if i == 0 {
						ended = time.Now()
					}
				}
				if took := time.Since(ended); took > 5*time.Second {
					t.Fatalf("within the limit, and it has to wait %s", took)
				}
				before := len(api.calls)
				_, _ = s.Send(t.Context(), m)
				if got := api.at[before].Sub(ended); got != tt.next {
					t.Errorf("the one past the limit begins after %s, want %s", got, tt.next)
				}
			})
		})
	}
}

// A call that panics frees nothing too early and blocks nothing for ever.
func TestLimiterSurvivesAPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &slowAPI{err: func() error { panic("a Caller of another making") }}
		s := &message.Sender{API: api, AgentID: 1, MaxWait: patient, Limiter: &message.Limiter{MemberPerMinute: 1}}
		began := time.Now()
		func() {
			defer func() { _ = recover() }()
			_, _ = s.Send(t.Context(), textTo("zhangsan"))
		}()
		api.err = nil
		if got := sendAt(t, s, began, textTo("zhangsan")); got != time.Minute {
			t.Errorf("the next one is out after %s, want 1m0s", got)
		}
	})
}
