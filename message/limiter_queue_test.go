package message_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

// orderAPI remembers the texts in the order in which they went out.
type orderAPI struct {
	takes time.Duration
	mu    sync.Mutex
	texts []string
}

func (a *orderAPI) Call(_ context.Context, _, _ string, _ url.Values, in, _ any) error {
	var request struct{ Text struct{ Content string } }
	if err := json.Unmarshal(in.(json.RawMessage), &request); err != nil {
		return err
	}
	a.mu.Lock()
	a.texts = append(a.texts, request.Text.Content)
	a.mu.Unlock()
	time.Sleep(a.takes)
	return nil
}

func TestLimiterKeepsTheOrderOfAMember(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &orderAPI{takes: time.Millisecond}
		s := &message.Sender{API: api, AgentID: 1, MaxWait: patient, Limiter: &message.Limiter{MemberPerMinute: 2}}
		began := time.Now()
		sendAt(t, s, began, textTo("zhangsan"))
		var all sync.WaitGroup
		send := func(content string, users ...string) {
			m := textTo(users...)
			m.Content = message.Text{Content: content}
			all.Go(func() {
				if _, err := s.Send(t.Context(), m); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		send("1", "zhangsan")
		send("2", "zhangsan", "lisi")   // waits for zhangsan
		send("3", "lisi")               // lisi is free, but 2 was before
		send("4", "wangwu")             // nobody before it
		send("5", "wangwu", "zhangsan") // behind 2
		all.Wait()
		if diff := cmp.Diff([]string{"x", "1", "4", "2", "3", "5"}, sorted(api.texts, "2", "3", "5")); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
	})
}

// sorted sorts what stands last: it went out at the same time.
func sorted(texts []string, last ...string) []string {
	if n := len(texts) - len(last); n >= 0 {
		slices.Sort(texts[n:])
	}
	return texts
}

// The times that are named, and the time that a wait may last, reckon with those who wait already.
func TestLimiterReckonsWithItsQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &message.Sender{API: &slowAPI{}, AgentID: 1, MaxWait: patient, Limiter: &message.Limiter{MemberPerMinute: 2}}
		began := time.Now()
		sendAt(t, s, began, textTo("zhangsan"))
		time.Sleep(10 * time.Second)
		sendAt(t, s, began, textTo("zhangsan"))
		var all sync.WaitGroup
		all.Go(func() { _, _ = s.Send(t.Context(), textTo("zhangsan", "lisi")) }) // after 60 s
		synctest.Wait()

		hasty := *s
		hasty.MaxWait = time.Minute - 1
		_, err := hasty.Send(t.Context(), textTo("zhangsan"))
		wantRate(t, err, began, 70*time.Second, map[string]time.Duration{"zhangsan": 70 * time.Second})
		if got := time.Since(began); got != 10*time.Second {
			t.Errorf("refused after %s, want at once", got)
		}
		// lisi has had nothing, but the message that is to come first waits for zhangsan.
		hasty.MaxWait = 5 * time.Second
		_, err = hasty.Send(t.Context(), textTo("lisi"))
		wantRate(t, err, began, 15*time.Second, map[string]time.Duration{"lisi": 15 * time.Second})
		if got := time.Since(began); got != 15*time.Second {
			t.Errorf("refused after %s, want 15s", got)
		}
		all.Wait()
	})
}

// The wait of one member holds up no message to another, not even when the app is near its own limit.
func TestLimiterIsNoQueueForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &message.Sender{API: &slowAPI{}, AgentID: 1, MaxWait: patient, Limiter: &message.Limiter{MemberPerMinute: 1, AppPerMinute: 3}}
		began := time.Now()
		sendAt(t, s, began, textTo("zhangsan"))
		for range 5 {
			go func() { _, _ = s.Send(t.Context(), textTo("zhangsan")) }()
		}
		synctest.Wait()
		for _, id := range []string{"lisi", "wangwu"} {
			if got := sendAt(t, s, began, textTo(id)); got != 0 {
				t.Errorf("a message to %s waits %s for zhangsan's", id, got)
			}
		}
		time.Sleep(10 * time.Minute)
	})
}

// Waiting for calls that have not ended: their ends wake the next ones.
func TestLimiterCountsCallsThatRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &slowAPI{takes: func() time.Duration { return 10 * time.Second }}
		s := &message.Sender{API: api, AgentID: 1, MaxWait: patient, Limiter: &message.Limiter{MemberPerMinute: 2}}
		began := time.Now()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { _, _ = s.Send(t.Context(), textTo("zhangsan")) })
		}
		synctest.Wait()
		impatient := *s
		impatient.MaxWait = 0
		_, err := impatient.Send(t.Context(), textTo("zhangsan"))
		wantRate(t, err, began, time.Minute, map[string]time.Duration{"zhangsan": time.Minute})
		all.Wait()
		var at []time.Duration
		for _, c := range api.calls {
			at = append(at, c.began.Sub(began))
		}
		if diff := cmp.Diff([]time.Duration{0, 0, 70 * time.Second, 70 * time.Second}, at); diff != "" {
			t.Errorf("calls began (-want +got):\n%s", diff)
		}
	})
}

// What gives its place back lets the next one go at once.
func TestLimiterGivesAPlaceOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeAPI{outcomes: []outcome{{err: errSecret, takes: 5 * time.Second}, {}}}
		s := &message.Sender{API: api, AgentID: 1, MaxWait: 2 * time.Minute, Limiter: &message.Limiter{MemberPerMinute: 1}}
		began := time.Now()
		go func() { _, _ = s.Send(t.Context(), textTo("zhangsan")) }()
		synctest.Wait()
		if got := sendAt(t, s, began, textTo("zhangsan")); got != 5*time.Second {
			t.Errorf("the next one is out after %s, want 5s", got)
		}
	})
}

func TestLimiterForgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &message.Sender{API: &slowAPI{}, AgentID: 1, Limiter: &message.Limiter{MemberPerMinute: 2, MemberPerHour: 3, MaxMembers: 4}}
		began := time.Now()
		for range 2 {
			sendAt(t, s, began, textTo("busy"))
		}
		sendAt(t, s, began, textTo("a", "b", "c"))
		_, err := s.Send(t.Context(), textTo("d", "a"))
		wantRate(t, err, began, time.Minute, map[string]time.Duration{"d": time.Minute})
		time.Sleep(time.Minute)
		sendAt(t, s, began, textTo("d")) // a, b and c make room: they had the fewest
		sendAt(t, s, began, textTo("busy"))
		_, err = s.Send(t.Context(), textTo("busy"))
		wantRate(t, err, began, time.Hour, map[string]time.Duration{"busy": time.Hour})
		_, err = s.Send(t.Context(), textTo("1", "2", "3", "4", "5"))
		wantRate(t, err, began, 2*time.Minute, map[string]time.Duration{
			"1": 2 * time.Minute, "2": 2 * time.Minute, "3": 2 * time.Minute, "4": 2 * time.Minute, "5": 2 * time.Minute,
		})
		// An hour later nobody is known any more.
		time.Sleep(time.Hour)
		sendAt(t, s, began, textTo("1", "2", "3", "4"))
	})
}

func TestRateErrorIsShort(t *testing.T) {
	t.Parallel()
	again := time.Date(2026, 11, 22, 9, 30, 0, 5e6, time.UTC)
	e := &message.RateError{Again: again}
	if want := "message: the app has sent as many messages as its limiter allows: send again at 09:30:00.005"; e.Error() != want {
		t.Errorf("%s, want %s", e, want)
	}
	for i := range 1000 {
		e.Users = append(e.Users, message.BusyUser{UserID: fmt.Sprint("u", i), Again: again})
	}
	want := "message: touser: the limiter holds back messages to u0 u1 u2 u3 u4 and 995 more: send again at 09:30:00.005"
	if e.Error() != want {
		t.Errorf("%s, want %s", e, want)
	}
}

// What the limiter holds back the vendor never sees, whatever it is made of.
func TestLimiterReadsPrepared(t *testing.T) {
	t.Parallel()
	api := &slowAPI{}
	s := &message.Sender{API: api, AgentID: 1, Limiter: &message.Limiter{MemberPerMinute: 1}}
	for _, p := range []string{`{"touser":"ZhangSan|lisi|zhangsan"}`, `{"touser":"@all"}`, `{"touser":"@all"}`, `{}`, `{"touser":7}`, `[]`, `{"touser":"wangwu","enable_duplicate_check":"1"}`} {
		if _, err := s.SendPrepared(t.Context(), message.Prepared(p)); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
	for _, p := range []string{`{"touser":"LISI"}`, `{"touser":"zhangsan"}`, `{"touser":"wangwu"}`} {
		_, err := s.SendPrepared(t.Context(), message.Prepared(p))
		var rate *message.RateError
		if !errors.As(err, &rate) || len(rate.Users) != 1 || !strings.Contains(p, rate.Users[0].UserID) {
			t.Errorf("%s: error %v, want a *RateError of its member", p, err)
		}
	}
}
