package wecom_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bkwecom/wecom"
)

// A server of its own over real connections, to see what net/http does with our requests.
func wire(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cgi-bin/gettoken" {
			io.WriteString(w, `{"errcode":0,"access_token":"T0ken","expires_in":7200}`)
			return
		}
		h(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv
}

func wireClient(t *testing.T, srv *httptest.Server, hc *http.Client) *wecom.Client {
	t.Helper()
	c, err := wecom.New(wecom.Config{CorpID: corpID, Secret: secret, BaseURL: srv.URL, HTTPClient: hc})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRequestsOnTheWire(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []string
	srv := wire(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		got = append(got, fmt.Sprintf("%s %s len=%d te=%v type=%q cl=%q body=%s",
			r.Method, r.URL.RequestURI(), r.ContentLength, r.TransferEncoding, r.Header.Get("Content-Type"), r.Header.Get("Content-Length"), body))
		mu.Unlock()
		io.WriteString(w, `{"errcode":0}`)
	})
	c := wireClient(t, srv, nil)
	for _, tt := range []struct {
		method string
		query  url.Values
		in     any
		want   string
	}{
		{"GET", nil, nil, `GET /cgi-bin/x?access_token=T0ken len=0 te=[] type="" cl="" body=`},
		{"GET", url.Values{"b": {"2 &"}, "a": {"1"}}, nil, `GET /cgi-bin/x?access_token=T0ken&a=1&b=2+%26 len=0 te=[] type="" cl="" body=`},
		{"POST", nil, nil, `POST /cgi-bin/x?access_token=T0ken len=0 te=[] type="" cl="0" body=`},
		{"POST", nil, map[string]string{"k": "v"}, `POST /cgi-bin/x?access_token=T0ken len=9 te=[] type="application/json" cl="9" body={"k":"v"}`},
		{"POST", nil, &stream{text: "abc", size: 3}, `POST /cgi-bin/x?access_token=T0ken len=3 te=[] type="text/x" cl="3" body=abc`},
		{"POST", nil, &stream{text: "abc", size: -1}, `POST /cgi-bin/x?access_token=T0ken len=-1 te=[chunked] type="text/x" cl="" body=abc`},
		{"POST", nil, &stream{text: "", size: 0}, `POST /cgi-bin/x?access_token=T0ken len=0 te=[] type="text/x" cl="0" body=`},
	} {
		if err := c.Call(t.Context(), tt.method, "/cgi-bin/x", tt.query, tt.in, nil); err != nil {
			t.Error(err)
		}
		if last := got[len(got)-1]; last != tt.want {
			t.Errorf("got  %s\nwant %s", last, tt.want)
		}
	}
}

type stream struct {
	text  string
	size  int64
	opens int
	err   error // of the second Body
}

func (s *stream) Body() (io.Reader, string, int64, error) {
	s.opens++
	if s.opens > 1 && s.err != nil {
		return nil, "", 0, s.err
	}
	return strings.NewReader(s.text), "text/x", s.size, nil
}

// A server that takes a request on a kept connection and closes without an answer:
// net/http would send a GET again. The bare client shows that it does, so that the
// test cannot pass for another reason.
func TestNothingIsReplayed(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"GET", "POST", "bare GET"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			var calls atomic.Int32
			go func() {
				for {
					conn, err := ln.Accept()
					if err != nil {
						return
					}
					go func() {
						defer conn.Close()
						for in := bufio.NewReader(conn); ; {
							req, err := http.ReadRequest(in)
							if err != nil {
								return
							}
							io.Copy(io.Discard, req.Body)
							if req.URL.Path == "/cgi-bin/once" {
								calls.Add(1)
								return // it was acted on, the answer is lost
							}
							answer := `{"errcode":0,"access_token":"T0ken","expires_in":7200}`
							fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
						}
					}()
				}
			}()
			base := "http://" + ln.Addr().String()
			if method == "bare GET" {
				hc := &http.Client{Transport: &http.Transport{}}
				resp, err := hc.Get(base + "/warm")
				if err != nil {
					t.Fatal(err)
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if _, err := hc.Get(base + "/cgi-bin/once"); err == nil || calls.Load() != 2 {
					t.Errorf("net/http asked %d times, %v: this test shows nothing any more", calls.Load(), err)
				}
				return
			}
			c, err := wecom.New(wecom.Config{CorpID: corpID, Secret: secret, BaseURL: base, HTTPClient: &http.Client{Transport: &http.Transport{}}})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := get(t, c); err != nil { // keeps a connection
					t.Fatal(err)
				}
			}
			err = c.Call(t.Context(), method, "/cgi-bin/once", url.Values{"code": {"c"}}, nil, nil)
			if err == nil || notSent(t, err) || !retryable(t, err) || errCode(t, err) != 0 {
				t.Errorf("got %v", err)
			}
			if n := calls.Load(); n != 1 {
				t.Errorf("the server got the request %d times", n)
			}
		})
	}
}

// Nothing written: repeated once, and told if that fails too.
func TestNotSent(t *testing.T) {
	t.Parallel()
	srv := wire(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `{"errcode":0}`) })
	for _, tt := range []struct {
		name      string
		failures  int32
		wrap, ok  bool
		dials     int32
		err       error
		unwritten bool
	}{
		{name: "one dial", failures: 1, ok: true, dials: 2, err: errors.New("refused")},
		{name: "two dials", failures: 2, dials: 2, err: errors.New("refused"), unwritten: true},
		{name: "unknown transport, dial", failures: 1, wrap: true, ok: true, dials: 2, err: &net.OpError{Op: "dial", Err: errors.New("refused")}},
		{name: "unknown transport, DNS", failures: 2, wrap: true, dials: 2, err: &net.DNSError{Err: "no such host"}, unwritten: true},
		{name: "unknown transport, anything", failures: 1, wrap: true, dials: 1, err: errors.New("refused")},
		{name: "timeout", failures: 1, dials: 1, err: &net.OpError{Op: "dial", Err: timeoutError{}}, unwritten: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var armed atomic.Bool
			var dials, failed atomic.Int32
			dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
				if armed.Load() {
					dials.Add(1)
					if failed.Add(1) <= tt.failures {
						return nil, tt.err
					}
				}
				return new(net.Dialer).DialContext(ctx, network, addr)
			}
			tr := &http.Transport{DialContext: dial, DisableKeepAlives: true}
			hc := &http.Client{Transport: tr}
			if tt.wrap {
				hc.Transport = roundTripper(tr.RoundTrip)
			}
			c := wireClient(t, srv, hc)
			if _, err := c.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			armed.Store(true)
			err := c.Call(t.Context(), "POST", "/cgi-bin/x", nil, map[string]int{}, nil)
			if (err == nil) != tt.ok || dials.Load() != tt.dials {
				t.Errorf("%v after %d dials", err, dials.Load())
			}
			if err != nil && notSent(t, err) != tt.unwritten {
				t.Errorf("NotSent is %v: %v", notSent(t, err), err)
			}
		})
	}
}

type timeoutError struct{}

func (timeoutError) Error() string { return "too slow" }
func (timeoutError) Timeout() bool { return true }

// A deadline that passes while the answer is awaited says nothing about what the API did.
func TestDeadlineAfterSending(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan bool, 1), make(chan bool)
	srv := wire(t, func(w http.ResponseWriter, r *http.Request) { arrived <- true; <-release })
	defer close(release)
	c := wireClient(t, srv, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	err := c.Call(ctx, "POST", "/cgi-bin/x", nil, map[string]int{}, nil)
	if !errors.Is(err, context.Canceled) || notSent(t, err) || retryable(t, err) {
		t.Errorf("got %v", err)
	}
	// A client's own Timeout is no end of the caller's context: another attempt may do.
	c = wireClient(t, srv, &http.Client{Transport: http.DefaultTransport, Timeout: 200 * time.Millisecond})
	err = c.Call(t.Context(), "POST", "/cgi-bin/x", nil, map[string]int{}, nil)
	var netErr net.Error
	if !errors.As(err, &netErr) || !netErr.Timeout() || notSent(t, err) || !retryable(t, err) {
		t.Errorf("got %v", err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var followed atomic.Int32
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	t.Cleanup(evil.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		srv := wire(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, evil.URL+"/x?"+r.URL.RawQuery, status)
		})
		hc := srv.Client()
		asked := false
		hc.CheckRedirect = func(*http.Request, []*http.Request) error { asked = true; return nil }
		c := wireClient(t, srv, hc)
		err := c.Call(t.Context(), "POST", "/cgi-bin/x", nil, map[string]int{}, nil)
		var apiErr *wecom.Error
		if !errors.As(err, &apiErr) || apiErr.HTTPStatus != status || notSent(t, err) || retryable(t, err) {
			t.Errorf("%d: %v", status, err)
		}
		wantText(t, err, "BaseURL")
		if strings.Contains(err.Error(), evil.URL) {
			t.Errorf("the Location is in the error: %v", err)
		}
		if asked {
			t.Error("the given CheckRedirect was asked")
		}
		if err := hc.CheckRedirect(nil, nil); err != nil {
			t.Error("the given client was changed")
		}
	}
	// net/http quotes a Location that it cannot parse.
	rt := roundTripper(func(req *http.Request) (*http.Response, error) {
		resp := response(req, 302, "text/html", "")
		resp.Header.Set("Location", "https://evil.example.com/%zz")
		return resp, nil
	})
	_, err := (&vendor{}).client(t, func(cfg *wecom.Config) { cfg.HTTPClient = &http.Client{Transport: rt} }).Token(t.Context())
	wantText(t, err, "BaseURL")
	if strings.Contains(err.Error(), "evil") {
		t.Errorf("the Location is in the error: %v", err)
	}
	if followed.Load() > 0 {
		t.Error("a redirect was followed")
	}
}
