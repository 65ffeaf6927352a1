package webhook_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/webhook"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// The example of the specification's published libraries.
func TestVector(t *testing.T) {
	t.Parallel()
	key, err := webhook.ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	got := key.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "whsec_", "whsec_?"} {
		if _, err := webhook.ParseKey(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	key, err := webhook.ParseKey("plain-secret")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		shown := fmt.Sprintf(format, key)
		if strings.Contains(shown, "plain-secret") || strings.Contains(shown, "706c61696e") || strings.Contains(shown, "112") {
			t.Errorf("%s shows %s", format, shown)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	key, _ := webhook.ParseKey(secret)
	other, _ := webhook.ParseKey("another")
	now := time.Unix(1700000000, 0)
	body := []byte(`{}`)
	header := func(id string, at time.Time, signature string) http.Header {
		h := http.Header{}
		h.Set(webhook.HeaderID, id)
		h.Set(webhook.HeaderTimestamp, strconv.FormatInt(at.Unix(), 10))
		h.Set(webhook.HeaderSignature, signature)
		return h
	}
	for name, tt := range map[string]struct {
		h    http.Header
		body string
		ok   bool
	}{
		"good":              {header("a", now, key.Sign("a", now, body)), "{}", true},
		"second of two":     {header("a", now, other.Sign("a", now, body)+" "+key.Sign("a", now, body)), "{}", true},
		"edge of tolerance": {header("a", now.Add(5*time.Minute), key.Sign("a", now.Add(5*time.Minute), body)), "{}", true},
		"too new":           {header("a", now.Add(301*time.Second), key.Sign("a", now.Add(301*time.Second), body)), "{}", false},
		"too old":           {header("a", now.Add(-301*time.Second), key.Sign("a", now.Add(-301*time.Second), body)), "{}", false},
		"another key":       {header("a", now, other.Sign("a", now, body)), "{}", false},
		"another id":        {header("b", now, key.Sign("a", now, body)), "{}", false},
		"another body":      {header("a", now, key.Sign("a", now, body)), "{} ", false},
		"another time":      {header("a", now, key.Sign("a", now.Add(time.Second), body)), "{}", false},
		"no version":        {header("a", now, strings.TrimPrefix(key.Sign("a", now, body), "v1,")), "{}", false},
		"no id":             {header("", now, key.Sign("", now, body)), "{}", false},
		"nothing":           {http.Header{}, "{}", false},
	} {
		err := key.Verify(tt.h, []byte(tt.body), now)
		if (err == nil) != tt.ok || err != nil && !errors.Is(err, webhook.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), key.Sign("a", now, body)[3:]) {
			t.Errorf("%s: the error shows the expected signature", name)
		}
	}
	if err := (webhook.Key{}).Verify(header("a", now, (webhook.Key{}).Sign("a", now, body)), body, now); err == nil {
		t.Error("the zero key verified something")
	}
}

// hook answers in the process, without a port, so that time can be the bubble's.
func hook(t *testing.T, answer http.HandlerFunc) *webhook.Sender {
	t.Helper()
	s, err := webhook.NewSender(secret, &http.Client{Transport: direct(answer)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type direct http.HandlerFunc

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	done := make(chan struct{})
	go func() { defer close(done); d(w, r) }()
	select {
	case <-done:
		return w.Result(), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func TestPost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		key, _ := webhook.ParseKey(secret)
		var stamps []string
		s := hook(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if err := key.Verify(r.Header, body, time.Now()); err != nil {
				t.Error(err)
			}
			if string(body) != `{"a":1}` || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" ||
				r.Header.Get(webhook.HeaderID) != "run_1" || r.Header.Get(webhook.HeaderIdempotency) != "run_1" {
				t.Errorf("%s %q %v", r.Method, body, r.Header)
			}
			stamps = append(stamps, r.Header.Get(webhook.HeaderTimestamp))
			w.WriteHeader(http.StatusAccepted)
		})
		for range 2 {
			if err := s.Post(t.Context(), "http://hook/x", "run_1", []byte(`{"a":1}`)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		if stamps[0] == stamps[1] {
			t.Error("a repetition an hour later has the first one's timestamp: the receiver refuses it")
		}
	})
}

func TestPostFails(t *testing.T) {
	t.Parallel()
	const target = "http://hook.example/path?token=hunter2"
	for status, want := range map[int]string{200: "", 204: "", 302: "answered 302: redirects are not followed", 404: "answered 404", 500: "answered 500"} {
		calls := 0
		s := hook(t, func(w http.ResponseWriter, _ *http.Request) {
			calls++
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		})
		err := s.Post(t.Context(), target, "id", nil)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) || calls != 1 {
			t.Errorf("%d: %v after %d calls", status, err, calls)
		}
		if err != nil && (strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "/path")) {
			t.Errorf("%d: the error shows the path: %v", status, err)
		}
	}
	refused := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("connection refused")
	}}}
	s, err := webhook.NewSender(secret, refused)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Post(t.Context(), target, "id", nil)
	if err == nil || !strings.Contains(err.Error(), "connection refused") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	for _, bad := range []string{"", "/x", "http://h\x7f/", "http://%zz/hunter2"} {
		if err := s.Post(t.Context(), bad, "id", nil); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := webhook.NewSender("", nil); err == nil {
		t.Error("an empty secret was accepted")
	}
}

func TestPostEndsAfterTenSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := hook(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		start := time.Now()
		err := s.Post(t.Context(), "http://hook/", "id", nil)
		if took := time.Since(start); err == nil || took != 10*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) { e.read += len(p); return len(p), nil }
func (*endless) Close() error                 { return nil }

type answering func() *http.Response

func (a answering) RoundTrip(*http.Request) (*http.Response, error) { return a(), nil }

func TestAnswerIsNotRead(t *testing.T) {
	t.Parallel()
	body := &endless{}
	s, err := webhook.NewSender(secret, &http.Client{Transport: answering(func() *http.Response {
		return &http.Response{StatusCode: 200, Body: body}
	})})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Post(t.Context(), "http://hook/", "id", bytes.Repeat([]byte("x"), 10)); err != nil {
		t.Error(err)
	}
	if body.read > 64<<10 {
		t.Errorf("%d bytes of the answer were read", body.read)
	}
}
