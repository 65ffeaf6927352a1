package oauth_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

// TestOfficialAccountNoReplay: net/http repeats a GET on a connection that dies; the code's does not.
func TestOfficialAccountNoReplay(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				r := bufio.NewReader(conn)
				for answered := false; ; answered = true {
					if _, err := http.ReadRequest(r); err != nil {
						return
					}
					requests.Add(1)
					if answered {
						return // the second one on a kept connection is cut
					}
					io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"openid\":\"x\"}")
				}
			}()
		}
	}()
	p := oauth.OfficialAccount{AppID: "wx1", Secret: "SECRET/canary+", APIURL: "http://" + l.Addr().String(), HTTPClient: &http.Client{Transport: &http.Transport{}}}
	if _, err := p.Exchange(t.Context(), "CODE1"); err != nil {
		t.Fatal(err)
	}
	_, err = p.Exchange(t.Context(), "CODE2-canary")
	if n := requests.Load(); n != 2 || err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("%d requests, %v", n, err)
	}
	var notSent interface{ NotSent() bool }
	if !errors.As(err, &notSent) || notSent.NotSent() {
		t.Errorf("said not to be sent: %v", err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestOfficialAccountBroken: errors of a network hold nothing of the address, however they are printed.
func TestOfficialAccountBroken(t *testing.T) {
	t.Parallel()
	type questions interface {
		ErrCode() int
		Retryable() bool
		NotSent() bool
		Timeout() bool
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range map[string]struct {
		ctx       context.Context
		rt        roundTrip
		notSent   bool
		timeout   bool
		retryable bool
	}{
		"a transport that tells all": {t.Context(), func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("cannot get %s", r.URL)
		}, false, false, true},
		"a dial": {t.Context(), func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
		}, true, false, true},
		"a deadline": {t.Context(), func(*http.Request) (*http.Response, error) {
			return nil, context.DeadlineExceeded
		}, false, true, true},
		"given up": {ended, func(r *http.Request) (*http.Response, error) { return nil, r.Context().Err() }, false, false, false},
		"a cut answer": {t.Context(), func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(io.MultiReader(strings.NewReader(`{"op`), cut{}))}, nil
		}, false, false, true},
	} {
		p := oauth.OfficialAccount{AppID: "wx1", Secret: "SECRET/canary+", HTTPClient: &http.Client{Transport: tt.rt}}
		_, err := p.Exchange(tt.ctx, "CODE-canary")
		var q questions
		if !errors.As(err, &q) {
			t.Errorf("%s: %T %v", name, err, err)
			continue
		}
		if q.ErrCode() != 0 || q.NotSent() != tt.notSent || q.Timeout() != tt.timeout || q.Retryable() != tt.retryable {
			t.Errorf("%s: not sent %v, timeout %v, retryable %v", name, q.NotSent(), q.Timeout(), q.Retryable())
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
			if text := fmt.Sprintf(verb, err); strings.Contains(text, "canary") {
				t.Errorf("%s %s: %s", name, verb, text)
			}
		}
	}
	p := oauth.OfficialAccount{AppID: "wx1", Secret: "S", HTTPClient: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, context.Canceled
	})}}
	if _, err := p.Exchange(t.Context(), "C"); !errors.Is(err, context.Canceled) {
		t.Errorf("the cause cannot be found in %v", err)
	}
}

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
