package unsent_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/internal/unsent"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

var errDial = &net.OpError{Op: "dial", Err: errors.New("refused")}

// failing is a body whose own source cannot be dialled.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errDial }

func TestCertain(t *testing.T) {
	t.Parallel()
	reset := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(reset.Close)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	other := &http.Transport{}
	other.RegisterProtocol("http3", roundTrip(func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return nil, io.ErrUnexpectedEOF
	}))
	fails := func(err error) http.RoundTripper {
		return roundTrip(func(*http.Request) (*http.Response, error) { return nil, err })
	}
	for _, tt := range []struct {
		name   string
		rt     http.RoundTripper
		direct bool
		url    string
		body   io.Reader
		want   bool
	}{
		{"nobody listens", &http.Transport{}, true, closed.URL, strings.NewReader("x"), true},
		{"connection cut", &http.Transport{}, true, reset.URL, strings.NewReader("x"), false},
		{"body's source cannot be dialled", &http.Transport{}, true, reset.URL, failing{}, false},
		{"protocol that traces nothing", other, true, "http3://example.com/", strings.NewReader("x"), false},
		{"foreign transport, dial", fails(errDial), false, "http://example.com/", strings.NewReader("x"), true},
		{"foreign transport, name", fails(&net.DNSError{}), false, "http://example.com/", strings.NewReader("x"), true},
		{"foreign transport, anything else", fails(io.EOF), false, "http://example.com/", strings.NewReader("x"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := unsent.New(tt.direct)
			req, err := http.NewRequestWithContext(w.Context(t.Context()), http.MethodPost, tt.url, tt.body)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := (&http.Client{Transport: tt.rt}).Do(req)
			if err == nil {
				_ = resp.Body.Close()
				t.Fatal("the request succeeded")
			}
			if got := w.Certain(err); got != tt.want {
				t.Errorf("Certain is %v after %v", got, err)
			}
		})
	}
}
