package message_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/message"
)

// Over real connections: no redirect is followed, errors hold no key, and what was never sent is
// posted again.
func TestRobotOverTheWire(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	followed, posted := 0, 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch r.URL.Path {
		case "/cgi-bin/webhook/send":
			posted++
			w.Header().Set("Location", "/evil/%zz?"+r.URL.RawQuery)
			w.WriteHeader(307)
		case "/cgi-bin/webhook/upload_media":
			var sum [32]byte
			if r.URL.Query().Get("type") != "file" || r.URL.Query().Get("key") != robotKey {
				t.Errorf("query %s", r.URL.RawQuery)
			}
			takeUpload(w, r, &sum)
		default:
			followed++
		}
	}))
	r, err := message.NewRobot(srv.URL+"/cgi-bin/webhook/send?key="+robotKey, message.RobotOptions{})
	if err != nil {
		t.Fatal(err)
	}
	err = r.Send(t.Context(), message.RobotText{Content: "x"})
	var robotErr *message.RobotError
	if !errors.As(err, &robotErr) || robotErr.HTTPStatus != 307 || followed != 0 || posted != 1 {
		t.Errorf("%v; %d posts, %d followed", err, posted, followed)
	}
	noCanary(t, err)
	got, err := r.Upload(t.Context(), message.MediaFile, "a.bin", strings.NewReader(strings.Repeat("x", 1<<20)), 1<<20)
	if err != nil || got.MediaID != "M1048576" || got.Created.Unix() != 1700000000 {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = r.Upload(t.Context(), message.MediaFile, "a.bin", strings.NewReader("123456789"), 10)
	wantField(t, err, "media", "ended after 9 of 10")

	// A cancelled call says so.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = r.Send(ctx, message.RobotText{Content: "x"})
	if !errors.Is(err, context.Canceled) || posted != 1 {
		t.Errorf("%v; %d posts", err, posted)
	}
	noCanary(t, err)
	srv.Close()
	err = r.Send(t.Context(), message.RobotText{Content: "x"})
	var e interface{ NotSent() bool }
	if !errors.As(err, &e) || !e.NotSent() || posted != 1 {
		t.Errorf("%v; %d posts", err, posted)
	}
	noCanary(t, err)
}

// A server that takes the request and closes: it may have arrived, so that it is not posted again.
func TestRobotLosesAnAnswer(t *testing.T) {
	t.Parallel()
	posted := make(chan bool, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		posted <- true
		if len(posted) > 1 { // the first one keeps the connection
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, `{"errcode":0}`)
	}))
	t.Cleanup(srv.Close)
	r, err := message.NewRobot(srv.URL+"/cgi-bin/webhook/send?key="+robotKey, message.RobotOptions{HTTPClient: &http.Client{Transport: &http.Transport{}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Send(t.Context(), message.RobotText{Content: "x"}); err != nil {
		t.Fatal(err)
	}
	err = r.Send(t.Context(), message.RobotText{Content: "x"})
	var e interface{ NotSent() bool }
	if !errors.As(err, &e) || e.NotSent() || len(posted) != 2 {
		t.Errorf("%v; %d posts", err, len(posted))
	}
	noCanary(t, err)
}

func TestRobotTimesOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hc := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})}
		r, err := message.NewRobot(robotWebhook, message.RobotOptions{HTTPClient: hc})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		err = r.Send(t.Context(), message.RobotText{Content: "x"})
		var e interface{ Timeout() bool }
		if took := time.Since(began); !errors.As(err, &e) || !e.Timeout() || took != 30*time.Second {
			t.Errorf("%v after %s", err, took)
		}
		noCanary(t, err)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
