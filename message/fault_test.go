package message_test

import (
	"bytes"
	"context"
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
