package wecom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/google/go-cmp/cmp"
)

func TestNew(t *testing.T) {
	t.Parallel()
	good := wecom.Config{CorpID: corpID, Secret: secret}
	for _, tt := range []struct {
		name   string
		change func(*wecom.Config)
		want   string // in the error; "" is accepted
	}{
		{"the least", func(*wecom.Config) {}, ""},
		{"private cloud", func(c *wecom.Config) { c.BaseURL = "https://wecom.example.com:8443" }, ""},
		{"prefix", func(c *wecom.Config) { c.BaseURL = "http://10.0.0.1/qy/api/" }, ""},
		{"IPv6", func(c *wecom.Config) { c.BaseURL = "http://[::1]:80" }, ""},
		{"no CorpID", func(c *wecom.Config) { c.CorpID = "" }, "CorpID is empty"},
		{"no Secret", func(c *wecom.Config) { c.Secret = "" }, "Secret is empty"},
		{"line break", func(c *wecom.Config) { c.Secret += "\n" }, "Secret holds white space"},
		{"space", func(c *wecom.Config) { c.CorpID = " " + c.CorpID }, "CorpID holds white space"},
		{"ideographic space", func(c *wecom.Config) { c.Secret += "\u3000" }, "Secret holds white space"},
		{"zero width space", func(c *wecom.Config) { c.Secret += "\u200b" }, "Secret holds white space"},
		{"printed Config", func(c *wecom.Config) { c.Secret = "[redacted]" }, "does not survive"},
		{"no scheme", func(c *wecom.Config) { c.BaseURL = "qyapi.weixin.qq.com" }, "must begin with https://"},
		{"other scheme", func(c *wecom.Config) { c.BaseURL = "ftp://example.com" }, "must begin with https://"},
		{"no host", func(c *wecom.Config) { c.BaseURL = "https:///x" }, "has no host"},
		{"port only", func(c *wecom.Config) { c.BaseURL = "https://:443" }, "has no host"},
		{"user", func(c *wecom.Config) { c.BaseURL = "https://u:S3cret@example.com" }, "user name"},
		{"query", func(c *wecom.Config) { c.BaseURL = "https://example.com/?a=S3cret" }, "no query"},
		{"empty query", func(c *wecom.Config) { c.BaseURL = "https://example.com/?" }, "no query"},
		{"fragment", func(c *wecom.Config) { c.BaseURL = "https://example.com/#S3cret" }, "no fragment"},
		{"empty fragment", func(c *wecom.Config) { c.BaseURL = "https://example.com/#" }, "no fragment"},
		{"not a URL", func(c *wecom.Config) { c.BaseURL = "https://S3cret%zz/" }, "not a URL"},
		{"no ASCII", func(c *wecom.Config) { c.BaseURL = "https://企业.example.com" }, "in ASCII"},
		{"dots", func(c *wecom.Config) { c.BaseURL = "https://example.com/a/../b" }, "plain segments"},
		{"escapes", func(c *wecom.Config) { c.BaseURL = "https://example.com/%2e%2e/b" }, "plain segments"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := good
			tt.change(&cfg)
			c, err := wecom.New(cfg)
			if tt.want == "" {
				if c == nil || err != nil {
					t.Fatal(err)
				}
				return
			}
			wantText(t, err, tt.want)
			if err != nil {
				noSecret(t, err.Error())
			}
		})
	}
}

func TestPrefix(t *testing.T) {
	t.Parallel()
	v := &vendor{}
	var hosts []string
	rt := roundTripper(func(req *http.Request) (*http.Response, error) {
		hosts = append(hosts, req.URL.Host+req.URL.Path)
		return v.RoundTrip(req)
	})
	c := v.client(t, func(cfg *wecom.Config) {
		cfg.BaseURL, cfg.HTTPClient = "https://proxy.example.com:8443/qy/", &http.Client{Transport: rt}
	})
	if err := get(t, c); err != nil {
		t.Fatal(err)
	}
	want := []string{"proxy.example.com:8443/qy/cgi-bin/gettoken", "proxy.example.com:8443/qy/cgi-bin/agent/list"}
	if diff := cmp.Diff(want, hosts); diff != "" {
		t.Error(diff)
	}
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	v := &vendor{}
	c := v.client(t)
	for _, tt := range []struct {
		name, method, path string
		query              url.Values
		in                 any
		want               string
	}{
		{name: "no path", method: "GET", path: "", want: "path must begin"},
		{name: "relative", method: "GET", path: "cgi-bin/x", want: "path must begin"},
		{name: "query in path", method: "GET", path: "/x?code=" + oauthCode, want: "path must begin"},
		{name: "fragment in path", method: "GET", path: "/x#y", want: "path must begin"},
		{name: "up", method: "GET", path: "/cgi-bin/../x", want: "path must begin"},
		{name: "escaped up", method: "GET", path: "/cgi-bin/%2e%2e/x", want: "path must begin"},
		{name: "host in path", method: "GET", path: "//evil.example.com/x", want: "path must begin"},
		{name: "line break in path", method: "GET", path: "/x\r\nHost: y", want: "path must begin"},
		{name: "token", method: "GET", path: "/x", query: url.Values{"access_token": {"T0ken"}}, want: "must not hold access_token"},
		{name: "token in capitals", method: "GET", path: "/x", query: url.Values{"Access_Token": {"T0ken"}}, want: "must not hold access_token"},
		{name: "no method", path: "/x", want: "method must be"},
		{name: "method with a space", method: "GET /", path: "/x", want: "method must be"},
		{name: "no JSON", method: "POST", path: "/x", in: make(chan int), want: "cannot be written as JSON"},
		{name: "no bytes", method: "POST", path: "/x", in: json.RawMessage{}, want: "no bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := c.Call(t.Context(), tt.method, tt.path, tt.query, tt.in, nil)
			wantText(t, err, tt.want)
			if !notSent(t, err) || retryable(t, err) || errCode(t, err) != 0 {
				t.Errorf("NotSent %v, Retryable %v", notSent(t, err), retryable(t, err))
			}
			noSecret(t, err.Error())
		})
	}
	t.Cleanup(func() {
		if fetches, calls, _ := v.count(); fetches+calls > 0 {
			t.Errorf("%d fetches, %d calls", fetches, calls)
		}
	})
}

func TestQueryIsNotChanged(t *testing.T) {
	t.Parallel()
	query := url.Values{"b": {"2"}, "a": {"1"}}
	before := maps.Clone(query)
	if err := (&vendor{}).client(t).Call(t.Context(), "GET", "/x", query, nil, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, query); diff != "" {
		t.Error(diff)
	}
}

func TestEndedContext(t *testing.T) {
	t.Parallel()
	v := &vendor{}
	c := v.client(t)
	if err := get(t, c); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("the page was closed")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	err := c.Call(ctx, "POST", "/cgi-bin/x", nil, struct{}{}, nil)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) || !notSent(t, err) || retryable(t, err) {
		t.Error(err)
	}
	if _, calls, _ := v.count(); calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

// A call is bounded even if nobody bounds it; that is no end of the caller's context.
func TestOwnTimeLimit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   any
		out  any
		want time.Duration
	}{
		{"JSON", nil, nil, 30 * time.Second},
		{"upload", &stream{text: "x", size: 1}, nil, 10 * time.Minute},
		{"download", nil, &file{}, 10 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := &vendor{}
				c := v.client(t)
				if err := get(t, c); err != nil {
					t.Fatal(err)
				}
				v.delay = time.Hour
				start := time.Now()
				err := c.Call(t.Context(), "POST", "/cgi-bin/x", nil, tt.in, tt.out)
				if d := time.Since(start); d != tt.want {
					t.Errorf("ended after %v", d)
				}
				var timeout interface{ Timeout() bool }
				if !errors.As(err, &timeout) || !timeout.Timeout() || !retryable(t, err) || notSent(t, err) {
					t.Error(err)
				}
			})
		})
	}
}

// A stream is asked for once per attempt; one that cannot rewind ends the repeating
// with the answer that asked for it.
func TestStreams(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		err   error
		opens int
		code  int
	}{
		{"rewinds", nil, 2, 0},
		{"does not", errors.New("a pipe cannot rewind"), 2, 42001},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := &vendor{}
			c := v.client(t)
			if err := get(t, c); err != nil {
				t.Fatal(err)
			}
			v.revoke()
			in := &stream{text: "plan.pdf", size: 8, err: tt.err}
			err := c.Call(t.Context(), "POST", "/cgi-bin/media/upload", nil, in, nil)
			if in.opens != tt.opens {
				t.Errorf("Body was called %d times", in.opens)
			}
			if tt.code == 0 {
				if err != nil || v.seen[len(v.seen)-1] != "POST /cgi-bin/media/upload plan.pdf" {
					t.Errorf("%v, seen %q", err, v.seen)
				}
				return
			}
			if errCode(t, err) != tt.code || retryable(t, err) || notSent(t, err) {
				t.Error(err)
			}
			wantText(t, err, "not repeated")
			wantText(t, err, tt.err.Error())
		})
	}
}

type badStream struct{ err error }

func (b badStream) Body() (io.Reader, string, int64, error) { return nil, "", 0, b.err }

func TestBodyFails(t *testing.T) {
	t.Parallel()
	v := &vendor{}
	mine := &http.MaxBytesError{Limit: 7}
	err := v.client(t).Call(t.Context(), "POST", "/cgi-bin/media/upload", nil, badStream{mine}, nil)
	var found *http.MaxBytesError
	if !errors.As(err, &found) || !errors.Is(err, error(mine)) || !notSent(t, err) || retryable(t, err) {
		t.Error(err)
	}
	if _, calls, _ := v.count(); calls != 0 {
		t.Errorf("%d calls", calls)
	}
}

// rewinding gives out one reader, as a file does.
type rewinding struct{ r *bytes.Reader }

func (r *rewinding) Body() (io.Reader, string, int64, error) {
	r.r.Seek(0, io.SeekStart)
	return r.r, "application/octet-stream", r.r.Size(), nil
}

// The API answers 42001 before it has read the body, and the transport reads on: the
// second attempt must not share the stream with the first (the race detector sees it).
func TestEarlyRefusalOfStream(t *testing.T) {
	t.Parallel()
	var bodies []int
	refused := false
	v := &vendor{}
	rt := roundTripper(func(req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, "/gettoken") {
			return v.RoundTrip(req)
		}
		if !refused {
			refused = true
			started := make(chan bool)
			go func() {
				req.Body.Read(make([]byte, 1))
				close(started)
				io.Copy(io.Discard, req.Body)
			}()
			<-started
			return response(req, 200, "application/json", `{"errcode":42001}`), nil
		}
		data, err := io.ReadAll(req.Body)
		bodies = append(bodies, len(data))
		if err != nil {
			return nil, err
		}
		return response(req, 200, "application/json", `{"errcode":0}`), nil
	})
	c := v.client(t, func(cfg *wecom.Config) { cfg.HTTPClient = &http.Client{Transport: rt} })
	in := &rewinding{bytes.NewReader(make([]byte, 1<<20))}
	if err := c.Call(t.Context(), "POST", "/cgi-bin/media/upload", nil, in, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1 << 20}, bodies); diff != "" {
		t.Error(diff)
	}
}

// FuzzAddress: an accepted BaseURL and path lead to that very host, below that very
// prefix; a refused one is not quoted.
func FuzzAddress(f *testing.F) {
	f.Add("https://example.com:8443/qy/", "/cgi-bin/x")
	f.Add("http://[::1]", "/a/../b")
	f.Add("https://a@b/?c#d", "//e")
	f.Add("https:/\\example.com", "/%2e%2e/")
	f.Fuzz(func(t *testing.T, base, path string) {
		var got *url.URL
		rt := roundTripper(func(req *http.Request) (*http.Response, error) {
			got = req.URL
			return response(req, 200, "application/json", `{"access_token":"t","expires_in":9}`), nil
		})
		c, err := wecom.New(wecom.Config{CorpID: "c", Secret: "s", BaseURL: base, HTTPClient: &http.Client{Transport: rt}})
		if err != nil {
			if len(base) > 12 && strings.Contains(err.Error(), base) {
				t.Errorf("%q is quoted in %v", base, err)
			}
			return
		}
		if base == "" {
			base = "https://qyapi.weixin.qq.com"
		}
		if err := c.Call(t.Context(), "POST", path, nil, nil, nil); err != nil {
			if !notSent(t, err) || got != nil {
				t.Errorf("%q, %q: %v", base, path, err)
			}
			return
		}
		want := strings.TrimSuffix(base, "/") + path + "?access_token=t"
		if !strings.EqualFold(got.String(), want) || strings.Contains(got.Path, "..") || got.User != nil {
			t.Errorf("called %q, want %q", got, want)
		}
	})
}
