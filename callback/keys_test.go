package callback_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

func TestRotate(t *testing.T) {
	t.Parallel()
	next := callback.Keys{Token: "NextToken", EncodingAESKey: "FTAEncodingAESKeyFTAEncodingAESKey923456781", ReceiverID: corpID}
	onlyKey := keys
	onlyKey.EncodingAESKey = next.EncodingAESKey
	onlyReceiver := keys
	onlyReceiver.ReceiverID = "ww0000000000000000"
	for name, k := range map[string]callback.Keys{"all": next, "key alone": onlyKey, "receiver alone": onlyReceiver} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, _ := newHandler(t, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) {
					return callback.TextReply("ok"), nil
				}})
				id := 0
				try := func(what string, k callback.Keys, want int) {
					t.Helper()
					id++
					w := serve(h, messageBy(t, k, textXML(fmt.Sprint(id), "x")))
					if w.Code != want {
						t.Errorf("%s: %d, want %d", what, w.Code, want)
					}
					if want == 200 {
						openReply(t, k, w) // sealed with the keys that opened the request
					}
				}
				try("before, old", keys, 200)
				try("before, new", k, 400)
				if err := h.Rotate(k, 24*time.Hour); err != nil {
					t.Fatal(err)
				}
				try("after, old", keys, 200)
				try("after, new", k, 200)
				time.Sleep(23 * time.Hour)
				try("a day later, old", keys, 200)
				time.Sleep(2 * time.Hour)
				try("at last, old", keys, 400)
				try("at last, new", k, 200)
				if err := h.Rotate(keys, 0); err != nil {
					t.Fatal(err)
				}
				try("ended at once, old", k, 400)
				try("ended at once, new", keys, 200)
			})
		})
	}
}

// TestRotateShortens: a second rotation does not prolong the life of older keys.
func TestRotateShortens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := newHandler(t, callback.Config{})
		second, third := keys, keys
		second.Token, third.Token = "second", "third"
		if err := h.Rotate(second, time.Hour); err != nil {
			t.Fatal(err)
		}
		if err := h.Rotate(third, 24*time.Hour); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		for k, want := range map[callback.Keys]int{keys: 400, second: 200, third: 200} {
			if w := serve(h, messageBy(t, k, textXML(k.Token, "x"))); w.Code != want {
				t.Errorf("token %s: %d, want %d", k.Token, w.Code, want)
			}
		}
		// Nor does a shorter one leave them their longer life.
		if err := h.Rotate(keys, time.Minute); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		for k, want := range map[callback.Keys]int{keys: 200, second: 400, third: 400} {
			if w := serve(h, messageBy(t, k, textXML(k.Token+"2", "x"))); w.Code != want {
				t.Errorf("after the last rotation, token %s: %d, want %d", k.Token, w.Code, want)
			}
		}
		if err := h.Rotate(third, 0); err != nil {
			t.Fatal(err)
		}
		if err := h.Rotate(callback.Keys{Token: "bad token", EncodingAESKey: aesKey}, 0); err == nil {
			t.Error("Rotate accepted a bad token")
		}
		if w := serve(h, messageBy(t, third, textXML("9", "x"))); w.Code != 200 {
			t.Error("a refused Rotate changed the keys")
		}
	})
}

// TestReason: of two keys that both refuse, the one that came further says why.
func TestReason(t *testing.T) {
	t.Parallel()
	h, log := newHandler(t, callback.Config{})
	next, foreign := keys, keys
	next.Token, foreign.ReceiverID = "next", "ww0000000000000000"
	for range 3 { // the same keys again add nothing
		if err := h.Rotate(next, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	serve(h, messageBy(t, foreign, textXML("1", "x")))
	if errs := log.take(); len(errs) != 1 || !errors.Is(errs[0], wecomcrypto.ErrReceiver) {
		t.Errorf("refused for %v", errs)
	}
}

// TestAnyReceiver: the URL check works before the CorpID is known.
func TestAnyReceiver(t *testing.T) {
	t.Parallel()
	h, _ := newHandler(t, callback.Config{ReceiverID: wecomcrypto.AnyReceiver})
	s := seal(t, keys, "4242", now())
	if w := serve(h, httptest.NewRequest("GET", target(s, "echostr", s.Encrypt), nil)); w.Body.String() != "4242" {
		t.Errorf("echo: %s", dump(w))
	}
	if w := serve(h, message(t, textXML("1", "x"))); w.Code != 500 {
		t.Errorf("a reply without a receiver: %s", dump(w))
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	handle := func(context.Context, callback.Message) (callback.Reply, error) { return nil, nil }
	for want, cfg := range map[string]callback.Config{
		"Config.Handle is nil":              {Token: token, EncodingAESKey: aesKey},
		"Token has 0 characters":            {EncodingAESKey: aesKey, Handle: handle},
		"EncodingAESKey has 0":              {Token: token, Handle: handle},
		"Skew, Timeout and MaxRunning must": {Token: token, EncodingAESKey: aesKey, Handle: handle, Skew: -1},
		"nor Skew over 24 h":                {Token: token, EncodingAESKey: aesKey, Handle: handle, Skew: 25 * time.Hour},
	} {
		if _, err := callback.New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New: %v, want %q", err, want)
		}
	}
}

func TestFmtHidesSecrets(t *testing.T) {
	t.Parallel()
	cfg := callback.Config{Token: token, EncodingAESKey: aesKey}
	h, _ := newHandler(t, callback.Config{})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		for _, v := range []any{cfg, &cfg, keys, &keys, h} {
			s := fmt.Sprintf(verb, v)
			for _, secret := range []string{token, aesKey, fmt.Sprintf("%x", token)} {
				if strings.Contains(s, secret) {
					t.Errorf("%s of %T tells a secret: %s", verb, v, s)
				}
			}
		}
	}
}
