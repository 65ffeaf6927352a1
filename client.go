package wecom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client calls the API of one app with its access token. It is safe for concurrent
// use and meant to be made once; it needs no closing. A copy is the same Client.
type Client struct{ core *core }

// core is behind a pointer, and what changes or is secret behind another one: where
// a Client is an unexported field fmt calls none of its methods, and with %s it even
// follows one pointer.
type core struct {
	corpID string
	secret func() string
	base   *url.URL
	http   http.Client
	direct bool // http's transport is net/http's own
	keeper *keeper
}

// New checks the Config; it makes no request. The error names the field and never its value.
func New(cfg Config) (*Client, error) {
	base, err := cfg.check()
	if err != nil {
		return nil, err
	}
	c := &core{corpID: cfg.CorpID, secret: func() string { return cfg.Secret }, base: base}
	c.http, c.direct = httpClient(cfg.HTTPClient)
	report := func(doing string, err error, secrets ...string) {
		if cfg.OnError != nil {
			_ = safely(func() error { cfg.OnError(c.unseen(doing, err, secrets)); return nil })
		}
	}
	c.keeper = &keeper{
		epoch: time.Now(), fetch: c.gettoken, report: report,
		store: cfg.Tokens, shared: cfg.Tokens != nil, key: storeKey(cfg.CorpID, cfg.Secret, base.String()),
	}
	if c.keeper.store == nil {
		c.keeper.store = NewMemoryStore()
	}
	return &Client{c}, nil
}

// unseen makes the error for Config.OnError; a store's may hold a token.
func (c *core) unseen(doing string, err error, secrets []string) error {
	if _, ok := err.(*tokenError); ok { // free of secrets
		return fmt.Errorf("wecom: %s: %w", doing, err)
	}
	secrets = append(secrets, c.secret())
	if t := c.keeper.current.Load(); t != nil {
		secrets = append(secrets, t.value)
	}
	if r := c.keeper.refused.Load(); r != nil {
		secrets = append(secrets, *r)
	}
	e := broken(context.Background(), doing, err, secrets)
	e.notSent = true
	return e
}

var errNoClient = &callError{text: "wecom: this Client was not made by New", notSent: true}

// Token returns the access token, from the cache without a lock or an allocation.
// On a miss it waits for the one fetch that serves all callers, until ctx ends.
// Most users want [Client.Call], which handles tokens that the API refuses.
func (c *Client) Token(ctx context.Context) (string, error) {
	if c == nil || c.core == nil || ctx == nil {
		return "", errNoClient
	}
	t, err := c.core.keeper.get(ctx)
	if err != nil {
		return "", err
	}
	return t.value, nil
}

// Call makes one call of the API, as in
//
//	err := wc.Call(ctx, http.MethodGet, "/cgi-bin/user/get", url.Values{"userid": {"zhangsan"}}, nil, &user)
//
// in is sent: nil for no body; a value for encoding/json; a json.RawMessage or
// []byte, which goes out byte for byte; or anything with
//
//	Body() (r io.Reader, contentType string, size int64, err error)
//
// which is called once per attempt (a negative size is unknown) and keeps r: it is
// not closed. out receives the answer: nil, a value for encoding/json, or anything
// with
//
//	ReadResponse(*http.Response) error
//
// which gets answers that are no error, with status 2xx or 416, and must limit what
// it reads. A JSON answer may have 4 MiB. An out that wants a part of a file also has
//
//	RequestHeader() http.Header
//
// which is called once per attempt, and of which Range alone is sent.
//
// Call adds the token, and repeats by itself only once when the API refuses the
// token (40014, 42001; checked before anything else is done) and once when it got no
// connection. Every error answers [errors.As] into
// interface{ ErrCode() int }, interface{ Retryable() bool } and
// interface{ NotSent() bool }; NotSent means that the API cannot have acted on it.
// Errors of the API are an [*Error].
func (c *Client) Call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	if c == nil || c.core == nil || ctx == nil {
		return errNoClient
	}
	r, err := newRequest(method, path, query, in)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		e := givenUp(ctx, path)
		e.notSent = true
		return e
	}
	if c.core.http.Timeout == 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeFor(in, out), errTooSlow)
		defer cancel()
	}
	return c.core.call(ctx, r, out)
}

func timeFor(in, out any) time.Duration {
	_, sends := in.(streamer)
	_, receives := out.(responseReader)
	if sends || receives {
		return streamTime
	}
	return jsonTime
}

func newRequest(method, path string, query url.Values, in any) (*request, error) {
	if !plainPath(path) {
		return nil, misuse("Call", "the path must begin with / and be plain, without query, escapes or dots that go up")
	}
	for name := range query {
		if strings.EqualFold(name, "access_token") {
			return nil, misuse(path, "the query must not hold access_token: Call adds it")
		}
	}
	if method == "" || strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || method == http.MethodConnect {
		return nil, misuse(path, "the method must be GET or POST")
	}
	b, err := newBody(in)
	if err != nil {
		e := misuse(path, "the request cannot be written as JSON: %s", oneLine(redact(err.Error(), sensitiveValues(query)...), 1024))
		e.is, e.as = func(target error) bool { return errors.Is(err, target) }, leafAs(err)
		return nil, e
	}
	r := &request{method: method, path: path, body: b}
	if len(query) > 0 {
		r.query, r.secrets = "&"+query.Encode(), sensitiveValues(query)
	}
	return r, nil
}

// call is the one place that repeats.
func (c *core) call(ctx context.Context, r *request, out any) error {
	t, err := c.keeper.get(ctx)
	if err != nil {
		return err
	}
	var last error // the answer that a repeat is for
	for renewed, resent, loaded := false, false, false; ; {
		err := c.exchange(ctx, r, t.value, t.query+r.query, out)
		switch {
		case last != nil && r.body.spent && ctx.Err() == nil:
			return fmt.Errorf("%w; not repeated: %v", last, err)
		case tokenRefused(err) && renewed:
			c.keeper.changedNothing(t)
			return err
		case tokenRefused(err):
			if !c.keeper.refuse(t) {
				return err
			}
			next, tokenErr := c.keeper.get(ctx)
			if tokenErr != nil {
				return tokenErr
			}
			if next.value == t.value {
				return err
			}
			// What another process left in the store may have been refused for the same
			// cause: it is not yet the one repetition with a fresh token.
			renewed, loaded, t = !next.stored || loaded, next.stored, next
		case isNotSent(err) && !resent && !r.body.spent && !isTimeout(err) && ctx.Err() == nil:
			resent = true
		default:
			if err == nil && renewed {
				c.keeper.helped()
			}
			return err
		}
		last = err
	}
}

func tokenRefused(err error) bool {
	e, ok := err.(*Error)
	return ok && (e.Code == CodeInvalidToken || e.Code == CodeExpiredToken)
}
