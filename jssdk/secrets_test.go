package jssdk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/jssdk"
)

// TestNoTicketIsShown: neither by a Signer, nor by an error, nor to OnError, nor to a page.
func TestNoTicketIsShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(slog.NewJSONHandler(&out, nil))
		show := func(v any) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				fmt.Fprintf(&out, verb+"\n", v)
			}
			log.Info("m", "v", v, "list", []any{v})
			if data, err := json.Marshal(v); err == nil {
				out.Write(data)
			}
		}
		v := &vendor{}
		store := &badStore{}
		s := newSigner(t, v, func(c *jssdk.Config) {
			c.Tickets = store
			c.OnError = func(err error) { show(err) }
		})
		_, err := s.SignConfig(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/jssdk/?url="+url.QueryEscape(page), nil)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code != 200 {
			t.Fatal(w.Body)
		}
		out.Write(w.Body.Bytes())
		show(s)
		show(*s)
		show(struct{ s jssdk.Signer }{*s})
		show(struct{ s *jssdk.Signer }{s})
		v.answer = func(_ context.Context, n int) (string, int, error) {
			return canary + "-3", 7200, fmt.Errorf("the answer is {%s-3} and was {%s-1} or {%s}: %w", canary, canary, url.QueryEscape(canary+"-3"), errBusy)
		}
		store.loads = true
		if _, err := newSigner(t, &vendor{}, func(c *jssdk.Config) { c.Tickets, c.OnError = store, func(err error) { show(err) } }).SignConfig(t.Context(), page); err != nil {
			t.Error(err)
		}
		time.Sleep(3 * time.Hour)
		_, err = s.SignConfig(t.Context(), page)
		if !errors.Is(err, errBusy) {
			t.Error(err)
		}
		show(err)
		if text := out.String(); strings.Contains(text, "canary") || strings.Count(text, "[redacted]") < 3 {
			t.Errorf("a ticket is shown, or nothing was redacted:\n%s", text)
		}
	})
}

// badStore puts tickets into its errors, those of Load or those of Save.
type badStore struct{ loads bool }

func (b *badStore) Load(context.Context, string) (string, time.Time, error) {
	if b.loads {
		return "", time.Time{}, nil
	}
	return canary + "-0", time.Time{}, errors.New("cannot decode " + canary + "-0\nsecond line")
}

func (*badStore) Save(_ context.Context, _, ticket string, _ time.Time) error {
	return errors.New("cannot save " + ticket)
}

// TestRefusedPagesHideTheirQuery: a sign-in code may stand in it.
func TestRefusedPagesHideTheirQuery(t *testing.T) {
	t.Parallel()
	s := newSigner(t, &vendor{})
	for _, p := range []string{"https://evil.example.com/x?code=canary", "https://u:canary@itsm.example.com/", "https://itsm.example.com/\n?canary"} {
		if _, err := s.SignConfig(t.Context(), p); !errors.Is(err, jssdk.ErrPage) || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v", err)
		}
	}
}
