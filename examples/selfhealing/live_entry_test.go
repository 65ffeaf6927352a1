package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

const (
	entryKey  = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	entryCorp = "ww1234567890abcdef"
)

func entryState(token string, retired ...settings.Pair) settings.State {
	return settings.State{Version: 7, Retired: retired, Wechat: settings.Wechat{
		Token: env.NewSecret(token), EncodingAESKey: env.NewSecret(entryKey), CorpID: entryCorp, AgentID: simAgent}}
}

func former(token string, until time.Duration, seen bool) settings.Pair {
	return settings.Pair{Token: env.NewSecret(token), EncodingAESKey: env.NewSecret(entryKey), CorpID: entryCorp, AgentID: 1, Until: time.Now().Add(until), Seen: seen}
}

// TestFormerPairsEnd: each at its own time, to the second.
func TestFormerPairsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		channel := &replies{log: slog.New(slog.DiscardHandler)}
		var seen []int64
		e := &entry{seen: func(v int64) { seen = append(seen, v) }, build: func(s settings.State) (*callback.Handler, error) { return channel.newCallback(s, nil) }}
		ask := func(token string) int {
			w := httptest.NewRecorder()
			e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?"+echoQuery(t, token, entryKey, entryCorp), nil))
			return w.Code
		}
		if got := ask("Now"); got != http.StatusServiceUnavailable || e.configured() {
			t.Errorf("before the first settings: %d", got)
		}
		if err := e.use(entryState("Now", former("First", time.Hour, true), former("Second", 2*time.Hour, false))); err != nil {
			t.Fatal(err)
		}
		expect := func(when string, first, second int) {
			t.Helper()
			if f, s := ask("First"), ask("Second"); f != first || s != second {
				t.Errorf("%s: %d and %d", when, f, s)
			}
		}
		expect("at once", 200, 200)
		time.Sleep(time.Hour)
		expect("after an hour", 200, 200)
		time.Sleep(time.Second)
		expect("and a second", 400, 200)
		time.Sleep(time.Hour)
		expect("after two", 400, 400)
		if len(seen) != 0 {
			t.Errorf("seen %v by former pairs", seen)
		}
		for range 2 {
			if got := ask("Now"); got != 200 {
				t.Errorf("the one of now: %d", got)
			}
		}
		if len(seen) != 1 || seen[0] != 7 {
			t.Errorf("seen %v", seen)
		}
		// Settings that cannot be used leave the old ones in place.
		if err := e.use(entryState("不行")); err == nil || ask("Now") != 200 {
			t.Errorf("%v", err)
		}
		if err := e.use(settings.State{}); err != nil || ask("Now") != http.StatusServiceUnavailable {
			t.Errorf("emptied: %v", err)
		}
		if err := e.stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestReplacedWhileRunning: a message that runs when the settings change is
// answered, and the stop waits for it.
func TestReplacedWhileRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release, ended := make(chan struct{}), false
		e := &entry{seen: func(int64) {}, build: func(s settings.State) (*callback.Handler, error) {
			return callback.New(callback.Config{Token: s.Token.Reveal(), EncodingAESKey: entryKey, ReceiverID: entryCorp,
				OnError: func(_ *http.Request, err error) { t.Error(err) },
				Handle: func(context.Context, callback.Message) (callback.Reply, error) {
					<-release
					ended = true
					return nil, nil
				}})
		}}
		if err := e.use(entryState("Old")); err != nil {
			t.Fatal(err)
		}
		answered := make(chan int, 1)
		go func() {
			w := httptest.NewRecorder()
			e.ServeHTTP(w, sealedPost(t, "Old"))
			answered <- w.Code
		}()
		synctest.Wait()
		if err := e.use(entryState("New")); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := e.stop(ctx); !errors.Is(err, context.DeadlineExceeded) || ended {
			t.Errorf("the stop did not wait: %v", err)
		}
		close(release)
		if status := <-answered; status != 200 {
			t.Errorf("answered %d", status)
		}
		if err := e.stop(t.Context()); err != nil || !ended {
			t.Errorf("%v", err)
		}
	})
}

// sealedPost is a message that nobody has a type for.
func sealedPost(t *testing.T, token string) *http.Request {
	t.Helper()
	q, body := sealedMessage(t, token, entryKey, entryCorp, []byte("<xml><ToUserName>"+entryCorp+"</ToUserName><MsgType>text</MsgType><FromUserName>lisi</FromUserName><MsgId>1</MsgId></xml>"))
	return httptest.NewRequest(http.MethodPost, "/?"+q, strings.NewReader(body))
}
