package message_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/message"
)

// TestRobotSlotsSurvivePanics: a place in the minute is given back although a
// transport panicked.
func TestRobotSlotsSurvivePanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := true
		r, err := message.NewRobot(robotWebhook, message.RobotOptions{HTTPClient: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			if broken {
				panic("transport")
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"errcode":0}`))}, nil
		})}})
		if err != nil {
			t.Fatal(err)
		}
		send := func() error { return r.Send(t.Context(), message.RobotText{Content: "x"}) }
		for range 20 {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("no panic")
					}
				}()
				_ = send()
			}()
		}
		broken = false
		time.Sleep(61 * time.Second)
		if err := send(); err != nil {
			t.Error(err)
		}
	})
}

// urlError is a value that prints the whole address.
type urlError struct{ URL string }

func (e urlError) Error() string { return "cannot reach " + e.URL }

// TestRobotErrorsHideTheKey: also from %#v of a foreign transport's error.
func TestRobotErrorsHideTheKey(t *testing.T) {
	t.Parallel()
	key := robotWebhook[strings.LastIndexByte(robotWebhook, '=')+1:]
	r, err := message.NewRobot(robotWebhook, message.RobotOptions{HTTPClient: &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		return nil, urlError{req.URL.String()}
	})}})
	if err != nil {
		t.Fatal(err)
	}
	err = r.Send(t.Context(), message.RobotText{Content: "x"})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if s := fmt.Sprintf(verb, err); err == nil || strings.Contains(s, key) {
			t.Errorf("%s: %s", verb, s)
		}
	}
}

// idle is a Caller that answers without an answer.
type idle struct{}

func (idle) Call(context.Context, string, string, url.Values, any, any) error { return nil }

// TestDownloadWithoutProgress ends.
func TestDownloadWithoutProgress(t *testing.T) {
	t.Parallel()
	if _, err := (&message.Media{API: idle{}}).Download(t.Context(), "M", io.Discard, 1<<20); err == nil || !strings.Contains(err.Error(), "brought nothing") {
		t.Errorf("got %v", err)
	}
	var field *message.FieldError
	if _, err := (*message.Media)(nil).Download(t.Context(), "M", io.Discard, 1); !errors.As(err, &field) {
		t.Errorf("nil Media: %v", err)
	}
	if _, err := (&message.Media{API: idle{}}).Upload(t.Context(), message.MediaFile, "a", (*bytes.Reader)(nil), 10); !errors.As(err, &field) {
		t.Errorf("nil reader: %v", err)
	}
}

// late answers nothing the first time, and is slow to begin the second.
type late struct {
	written []time.Duration
	began   time.Time
	waits   time.Duration
}

func (l *late) Call(ctx context.Context, _, _ string, _ url.Values, _, _ any) error {
	if len(l.written) > 0 {
		select {
		case <-time.After(l.waits):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	l.written = append(l.written, time.Since(l.began))
	if len(l.written) == 1 {
		return errors.New("connection reset")
	}
	return nil
}

// TestRepeatEndsWithTheWindow: an attempt that waits for its turn must not be
// written after the vendor has forgotten the first.
func TestRepeatEndsWithTheWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &late{began: time.Now(), waits: 10 * time.Second}
		s := &message.Sender{API: api, AgentID: 1}
		_, err := s.Send(t.Context(), message.Message{
			To: message.Recipients{Users: []string{"zhangsan"}}, Content: message.Text{Content: "x"},
			DuplicateCheck: true, DuplicateInterval: 5 * time.Second,
		})
		if err == nil || len(api.written) != 1 || time.Since(api.began) > 6*time.Second {
			t.Errorf("written after %v, %v", api.written, err)
		}
	})
}

// odd answers with a number where a string is documented.
type odd struct{ answer string }

func (o odd) Call(_ context.Context, _, _ string, _ url.Values, _, out any) error {
	return json.Unmarshal([]byte(o.answer), out)
}

// TestOddAnswers: the message is out, whatever its id looks like.
func TestOddAnswers(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"msgid":"M1"}`: "M1", `{"msgid":12345}`: "12345", `{"msgid":null}`: "", `{"msgid":{"a":1}}`: "", `{}`: "",
	} {
		s := &message.Sender{API: odd{answer}, AgentID: 1}
		res, err := s.Send(t.Context(), message.Message{To: message.Recipients{Users: []string{"zhangsan"}}, Content: message.Text{Content: "x"}})
		if err != nil || res.MsgID != want {
			t.Errorf("%s: %q, %v", answer, res.MsgID, err)
		}
	}
}
