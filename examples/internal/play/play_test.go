package play_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

func TestSteps(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := play.Play{Out: &out}
	p.Step("一", func() error { p.Tell("zhangsan 的手机", "两行\n文字"); return nil })
	if steps, err := p.End(); steps != 1 || err != nil {
		t.Errorf("%d, %v", steps, err)
	}
	cause := errors.New("没有出现")
	p.Step("二", func() error { return cause })
	p.Step("三", func() error { t.Error("a step after the broken one is done"); return nil })
	steps, err := p.End()
	var broken *play.Broken
	if steps != 2 || !errors.As(err, &broken) || broken.Step != 2 || !errors.Is(err, cause) || err.Error() != "the demo broke at step 2" {
		t.Errorf("%d, %v", steps, err)
	}
	want := " 1. 一\n      zhangsan 的手机: 两行\n        文字\n 2. 二\n  ✘ 没有出现\n"
	if out.String() != want {
		t.Errorf("printed\n%swant\n%s", out.String(), want)
	}
}

// newCompany is a WeCom of two members, in memory, and a way to send to one.
func newCompany(t *testing.T) (p *play.Play, out *strings.Builder, send func(text string)) {
	t.Helper()
	srv := wecomtest.NewUnstartedServer()
	t.Cleanup(srv.Close)
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	srv.AddUser(wecomtest.User{ID: "lisi"})
	srv.AddApp(wecomtest.App{AgentID: 1, Secret: "s"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "s", BaseURL: srv.URL, HTTPClient: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	out = &strings.Builder{}
	return &play.Play{Out: out, WeCom: srv}, out, func(text string) {
		s := &message.Sender{API: wc, AgentID: 1}
		if _, err := s.Send(t.Context(), message.Message{To: message.Recipients{Users: []string{"zhangsan"}}, Content: message.Text{Content: text}}); err != nil {
			t.Error(err)
		}
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, out, send := newCompany(t)
		if err := p.None("zhangsan"); err != nil {
			t.Error(err)
		}
		go func() {
			time.Sleep(time.Second)
			send("同意请回复 TY 1_1")
		}()
		if err := p.Gets(t.Context(), "zhangsan", "TY", "1_1"); err != nil || !strings.Contains(out.String(), "zhangsan 的手机: 同意请回复 TY 1_1\n") {
			t.Errorf("%v, printed %q", err, out)
		}
		if m, err := p.Find(t.Context(), "zhangsan", "同意"); err != nil || m.Content != "同意请回复 TY 1_1" {
			t.Errorf("%v, %v", m, err)
		}
		for _, err := range []error{p.Gets(t.Context(), "zhangsan", "TY", "2_1"), p.Gets(t.Context(), "lisi", "TY")} {
			if err == nil || !strings.Contains(err.Error(), "没有出现") {
				t.Errorf("what never came: %v", err)
			}
		}
		if err := p.None("zhangsan"); err == nil {
			t.Error("a message is not seen")
		}
	})
}

func TestUntil(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &play.Play{}
		start, times := time.Now(), 0
		if err := p.Until(t.Context(), func() (bool, error) { times++; return times == 3, nil }); err != nil || times != 3 {
			t.Errorf("%d times, %v", times, err)
		}
		if err := p.Until(t.Context(), func() (bool, error) { return false, os.ErrClosed }); !errors.Is(err, os.ErrClosed) {
			t.Errorf("an error: %v", err)
		}
		if err := p.Until(t.Context(), func() (bool, error) { return false, nil }); err == nil || time.Since(start) > time.Minute {
			t.Errorf("never: %v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.Until(ctx, func() (bool, error) { return false, nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestLog(t *testing.T) {
	t.Parallel()
	var l play.Log
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			for j := range 5_000 {
				fmt.Fprintf(&l, "line %d %d\n", i, j)
				if j%1000 == 0 {
					_ = l.String()
				}
			}
		})
	}
	writers.Wait()
	line := []byte("the last\n")
	if n, err := l.Write(line); n != len(line) || err != nil {
		t.Error(n, err)
	}
	line[0] = 'X' // slog uses its buffer again
	if n := strings.Count(l.String(), "\n"); n > 10_000 || n < 5_000 {
		t.Errorf("%d lines are kept", n)
	}
	if last := l.Last(2); len(last) != 2 || last[1] != "the last" || !strings.HasPrefix(last[0], "line ") {
		t.Errorf("%q", last)
	}
	var short play.Log
	if got := short.Last(20); len(got) != 0 || short.String() != "" {
		t.Errorf("%q", got)
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	if a, b := play.Secret(), play.Secret(); a == b || len(a) < 20 {
		t.Errorf("%q, %q", a, b)
	}
	if a, b := play.AESKey(), play.AESKey(); a == b || len(a) != 43 {
		t.Errorf("%q, %q", a, b)
	}
}
