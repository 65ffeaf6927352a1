package wecom_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom"
)

// told is everything of a request, as a talkative peer or transport repeats it.
func told(r *http.Request) string {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	q, _ := url.QueryUnescape(r.URL.RawQuery)
	return fmt.Sprint(r.Method, " ", r.URL, " ", q, " ", r.Header, " ", string(body))
}

// talkative plays an API that hands out the canary token and repeats what it is
// told in its refusals.
func talkative(path string, fail func(*http.Request) (*http.Response, error)) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		switch {
		case strings.HasSuffix(r.URL.Path, path):
			return fail(r)
		case strings.HasSuffix(r.URL.Path, "/gettoken"):
			return response(r, 200, "application/json", fmt.Sprintf(`{"errcode":0,"access_token":%q,"expires_in":7200}`, canaryAccess)), nil
		}
		return response(r, 200, "application/json", `{"errcode":0}`), nil
	})
}

func refusing(code int) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		return response(r, 200, "application/json", fmt.Sprintf(`{"errcode":%d,"errmsg":%q}`, code, told(r))), nil
	}
}

func breaking(r *http.Request) (*http.Response, error) {
	return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: errors.New("cannot do " + told(r))}
}

func panicking(r *http.Request) (*http.Response, error) { panic("cannot do " + told(r)) }

func cutting(r *http.Request) (*http.Response, error) {
	resp := response(r, 200, "application/json", "")
	resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"errcode":`), failingReader{errors.New("cut after " + told(r))}))
	return resp, nil
}

func page(r *http.Request) (*http.Response, error) {
	return response(r, 502, "text/html", "<html>"+told(r)), nil
}

func canaryClient(t *testing.T, e *evidence, rt http.RoundTripper, change ...func(*wecom.Config)) *wecom.Client {
	t.Helper()
	cfg := wecom.Config{
		CorpID: corpID, Secret: canarySecret, HTTPClient: &http.Client{Transport: rt},
		OnError: func(err error) { e.chain(err, "OnError") },
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := wecom.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// clientMode fails at a path of the API in one way.
func clientMode(name, path string, fail func(*http.Request) (*http.Response, error)) failureMode {
	return failureMode{name, func(t *testing.T, e *evidence) {
		c := canaryClient(t, e, talkative(path, fail))
		var out struct {
			UserID int `json:"userid"`
		}
		e.err(c.Call(t.Context(), http.MethodGet, "/cgi-bin/auth/getuserinfo", url.Values{"code": {canaryCode}}, nil, &out))
		e.value("client", c)
	}}
}

// leakyStore fails with what it was given.
type leakyStore struct{ panics bool }

func (s leakyStore) fail(token string) error {
	if s.panics {
		panic("cannot keep " + token)
	}
	return errors.New("SET " + token + ": connection refused")
}
func (leakyStore) Load(context.Context, string) (string, time.Time, error) {
	return "", time.Time{}, nil
}
func (s leakyStore) Save(_ context.Context, _, token string, _ time.Time) error { return s.fail(token) }
func (s leakyStore) Drop(_ context.Context, _, token string) error              { return s.fail(token) }

func storeMode(name string, panics bool) failureMode {
	return failureMode{name, func(t *testing.T, e *evidence) {
		c := canaryClient(t, e, talkative("/x", refusing(wecom.CodeInvalidToken)), func(cfg *wecom.Config) {
			cfg.Tokens = leakyStore{panics}
			cfg.OnError = func(err error) { e.err(err) }
		})
		_, err := c.Token(t.Context())
		if err != nil {
			t.Error(err)
		}
		e.err(c.Call(t.Context(), http.MethodGet, "/x", nil, nil, nil)) // drops the token
	}}
}

func configMode(name string, change func(*wecom.Config)) failureMode {
	return failureMode{name, func(_ *testing.T, e *evidence) {
		cfg := wecom.Config{CorpID: corpID, Secret: canarySecret}
		change(&cfg)
		_, err := wecom.New(cfg)
		e.err(err)
		e.value("config", cfg)
	}}
}

var clientModes = []failureMode{
	clientMode("gettoken refuses and repeats the query", "/gettoken", refusing(wecom.CodeInvalidSecret)),
	clientMode("gettoken's transport prints the address", "/gettoken", breaking),
	clientMode("gettoken's transport panics with the address", "/gettoken", panicking),
	clientMode("gettoken answers a page with the address", "/gettoken", page),
	clientMode("gettoken's answer is cut", "/gettoken", cutting),
	clientMode("a call is refused with its address", "/getuserinfo", refusing(wecom.CodeUntrustedIP)),
	clientMode("a call's token is refused for ever", "/getuserinfo", refusing(wecom.CodeExpiredToken)),
	clientMode("a call's transport prints the address", "/getuserinfo", breaking),
	clientMode("a call is answered by a page with its address", "/getuserinfo", page),
	clientMode("a call's answer is cut", "/getuserinfo", cutting),
	clientMode("a call's answer does not fit", "/getuserinfo", func(r *http.Request) (*http.Response, error) {
		return response(r, 200, "application/json", fmt.Sprintf(`{"errcode":0,"userid":%q}`, told(r))), nil
	}),
	{"gettoken is redirected to another host", func(t *testing.T, e *evidence) {
		c := canaryClient(t, e, roundTripper(e.elsewhere))
		e.err(c.Call(t.Context(), http.MethodGet, "/x", nil, nil, nil))
	}},
	{"a call is redirected to another host", func(t *testing.T, e *evidence) {
		c := canaryClient(t, e, talkative("/x", e.elsewhere))
		e.err(c.Call(t.Context(), http.MethodPost, "/x", url.Values{"code": {canaryCode}}, map[string]string{"ticket": canaryTicket}, nil))
	}},
	{"a reader of answers quotes the response", func(t *testing.T, e *evidence) {
		c := canaryClient(t, e, talkative("/x", func(r *http.Request) (*http.Response, error) {
			return response(r, 200, "application/octet-stream", "data"), nil
		}))
		e.err(c.Call(t.Context(), http.MethodGet, "/x", nil, nil, quoting{}))
	}},
	{"a deadline passes", func(t *testing.T, e *evidence) {
		c := canaryClient(t, e, talkative("/x", func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, fmt.Errorf("%w: %s", r.Context().Err(), told(r))
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		e.err(c.Call(ctx, http.MethodGet, "/x", url.Values{"code": {canaryCode}}, nil, nil))
	}},
	{"a query that holds the token", func(t *testing.T, e *evidence) {
		c := canaryClient(t, e, talkative("/x", page))
		e.err(c.Call(t.Context(), http.MethodGet, "/x", url.Values{"access_token": {canaryAccess}}, nil, nil))
		e.err(c.Call(t.Context(), http.MethodGet, "/x?access_token="+canaryAccess, nil, nil, nil))
	}},
	storeMode("a token store fails with the token", false),
	storeMode("a token store panics with the token", true),
	configMode("a base address with a password", func(cfg *wecom.Config) { cfg.BaseURL = "https://user:" + canaryCode + "@api.example/" }),
	configMode("a base address with a token", func(cfg *wecom.Config) { cfg.BaseURL = "https://api.example/?access_token=" + canaryCode }),
	configMode("a secret with a line break", func(cfg *wecom.Config) { cfg.Secret += "\n" }),
}

// quoting fails with all that it was given.
type quoting struct{}

func (quoting) ReadResponse(r *http.Response) error { return fmt.Errorf("%+v", r) }
