package message_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

func TestWhatIsRepeated(t *testing.T) {
	t.Parallel()
	fails := func(errs ...error) (out []outcome) {
		for _, err := range errs {
			out = append(out, outcome{err: err})
		}
		return out
	}
	well := outcome{answer: `{"msgid":"M1"}`}
	for _, tt := range []struct {
		name           string
		outcomes       []outcome
		without, check int   // calls without and with duplicate check
		err            error // with duplicate check
	}{
		{"not sent", append(fails(errNotSent), well), 2, 2, nil},
		{"not sent twice", append(fails(errNotSent, errNotSent), well), 3, 3, nil},
		{"never sent", fails(errNotSent), 3, 3, errNotSent},
		{"busy", append(fails(errBusy), well), 1, 2, nil},
		{"conflict", append(fails(errConflict), well), 1, 2, nil},
		{"gateway", append(fails(errGateway), well), 1, 2, nil},
		{"always busy", fails(errBusy), 1, 3, errBusy},
		{"lost answer", append(fails(errLost), well), 1, 2, nil},
		{"an error of another making", append(fails(errors.New("bare")), well), 1, 2, nil},
		{"lost after not sent", append(fails(errNotSent, errLost), well), 2, 3, nil},
		{"refused after lost", fails(errLost, errInvalid), 1, 2, errInvalid},
		{"refused", fails(errInvalid), 1, 1, errInvalid},
		{"no token: the secret is wrong", fails(errSecret), 1, 1, errSecret},
	} {
		for _, check := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/check=%v", tt.name, check), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					api := &fakeAPI{outcomes: tt.outcomes}
					m := toZhangsan(message.Text{Content: "x"})
					m.DuplicateCheck = check
					res, err := (&message.Sender{API: api, AgentID: 1}).Send(t.Context(), m)
					want := tt.without
					if check {
						want = tt.check
						if !errors.Is(err, tt.err) {
							t.Errorf("error %v, want %v", err, tt.err)
						}
					}
					if len(api.calls) != want {
						t.Errorf("%d calls, want %d", len(api.calls), want)
					}
					if (err == nil) != (res.MsgID == "M1") {
						t.Errorf("msgid %q beside error %v", res.MsgID, err)
					}
					for _, c := range api.calls {
						if diff := cmp.Diff(api.calls[0], c); diff != "" {
							t.Errorf("another request the second time:\n%s", diff)
						}
					}
				})
			})
		}
	}
}

func TestResultIsOfTheLastAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeAPI{outcomes: []outcome{
			{answer: `{"msgid":"M1","invaliduser":"zhangsan"}`, err: errLost}, {answer: `{"msgid":"M2"}`},
		}}
		m := toZhangsan(message.Text{Content: "x"})
		m.DuplicateCheck = true
		got, err := (&message.Sender{API: api, AgentID: 1}).Send(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(message.Result{MsgID: "M2"}, got); diff != "" {
			t.Errorf("result (-want +got):\n%s", diff)
		}
	})
}

func TestPausesAreRandomAndGrow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var longest, shortest [2]time.Duration
		for range 200 {
			api := &fakeAPI{outcomes: []outcome{{err: errNotSent}}}
			_, _ = (&message.Sender{API: api, AgentID: 1}).Send(t.Context(), toZhangsan(message.Text{Content: "x"}))
			for i := range longest {
				pause := api.at[i+1].Sub(api.at[i])
				longest[i] = max(longest[i], pause)
				if shortest[i] == 0 || pause < shortest[i] {
					shortest[i] = pause
				}
			}
		}
		for i, end := range []time.Duration{500 * time.Millisecond, 2 * time.Second} {
			if longest[i] >= end || longest[i] < end/2 || shortest[i] > end/2 {
				t.Errorf("pause %d between %s and %s in 200 sends, want spread over [0, %s)", i+1, shortest[i], longest[i], end)
			}
		}
	})
}

// A copy that comes after the interval is delivered again.
func TestNotRepeatedBeyondTheInterval(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		interval time.Duration
		outcomes []outcome
		calls    int
	}{
		{"lost after the interval", 10 * time.Second, []outcome{{err: errLost, takes: 10 * time.Second}}, 1},
		{"lost well before", time.Minute, []outcome{{err: errLost, takes: 10 * time.Second}}, 3},
		{"the second one too late", 15 * time.Second, []outcome{{err: errLost, takes: 8 * time.Second}}, 2},
		{"the vendor's half hour is over", 0, []outcome{{err: errLost, takes: 30 * time.Minute}}, 1},
		{"within the vendor's half hour", 0, []outcome{{err: errLost, takes: 10 * time.Minute}}, 3},
		{"not sent: nothing to copy", time.Second, []outcome{{err: errNotSent, takes: 10 * time.Second}}, 3},
		{"counted from what may have arrived", 10 * time.Second, []outcome{{err: errNotSent, takes: 20 * time.Second}, {err: errLost, takes: time.Second}}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &fakeAPI{outcomes: tt.outcomes}
				m := toZhangsan(message.Text{Content: "x"})
				m.DuplicateCheck, m.DuplicateInterval = true, tt.interval
				_, err := (&message.Sender{API: api, AgentID: 1}).Send(t.Context(), m)
				if err == nil || len(api.calls) != tt.calls {
					t.Errorf("%d calls, error %v; want %d calls and an error", len(api.calls), err, tt.calls)
				}
			})
		})
	}
}

func TestNotRepeatedBeyondTheContext(t *testing.T) {
	t.Parallel()
	m := toZhangsan(message.Text{Content: "x"})
	t.Run("ended", func(t *testing.T) {
		t.Parallel()
		api := &fakeAPI{outcomes: []outcome{{err: errNotSent}}}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := (&message.Sender{API: api, AgentID: 1}).Send(ctx, m)
		if !errors.Is(err, errNotSent) || !errors.Is(err, context.Canceled) || len(api.calls) != 1 {
			t.Errorf("%d calls, error %v; want the first one's, and why no other", len(api.calls), err)
		}
	})
	t.Run("deadline before the pause ends", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			for range 50 {
				began := time.Now()
				api := &fakeAPI{outcomes: []outcome{{err: errNotSent}}}
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
				_, err := (&message.Sender{API: api, AgentID: 1}).Send(ctx, m)
				cancel()
				if !errors.Is(err, errNotSent) || time.Since(began) >= 20*time.Millisecond {
					t.Fatalf("error %v after %s, want the API's before the deadline", err, time.Since(began))
				}
			}
		})
	})
	t.Run("cancelled in a pause", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			paused := 0
			for range 50 {
				api := &fakeAPI{outcomes: []outcome{{err: errNotSent}}}
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Millisecond, cancel)
				_, err := (&message.Sender{API: api, AgentID: 1}).Send(ctx, m)
				var e *apiError
				if !errors.As(err, &e) || !e.kept {
					t.Fatalf("error %v hides the API's", err)
				}
				if errors.Is(err, context.Canceled) && strings.Contains(err.Error(), "not repeated") {
					paused++
				}
				time.Sleep(time.Millisecond)
			}
			if paused < 10 { // most pauses are far longer than a millisecond
				t.Errorf("%d of 50 pauses ended with the context", paused)
			}
		})
	})
}
