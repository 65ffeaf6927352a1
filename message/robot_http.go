package message

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/bkwecom/wecom/internal/lend"
	"github.com/bkwecom/wecom/internal/unsent"
)

const (
	robotTime      = 30 * time.Second
	robotFileTime  = 10 * time.Minute // 20 MB over a slow line
	maxRobotAnswer = 64 << 10
)

// robotTransport serves all robots without an HTTP client of their own.
var robotTransport = sync.OnceValue(func() http.RoundTripper {
	return &http.Transport{
		Proxy:                  robotProxy,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  25 * time.Second,
		MaxIdleConns:           16,
		IdleConnTimeout:        45 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
})

// robotProxy hides the address of a proxy that cannot be parsed: it may hold a password.
func robotProxy(req *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, errors.New("HTTPS_PROXY or HTTP_PROXY is not a valid address")
	}
	return u, nil
}

// robotClient copies the given client. direct says that the transport is net/http's, whose traces
// can be believed.
func robotClient(given *http.Client) (c http.Client, direct bool) {
	if given != nil {
		c = *given
	} else {
		c.Transport = robotTransport()
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	_, direct = c.Transport.(*http.Transport)
	c.Transport = withoutLocation{c.Transport}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, direct
}

// withoutLocation takes Location away before http.Client looks at it: one that cannot be parsed
// would stand in the error.
type withoutLocation struct{ http.RoundTripper }

func (t withoutLocation) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.RoundTripper.RoundTrip(req)
	if resp != nil && resp.StatusCode/100 == 3 {
		resp.Header.Del("Location")
	}
	return resp, err
}

// streamed is a body that is made anew for each attempt.
type streamed interface {
	Body() (r io.Reader, contentType string, size int64, err error)
}

type jsonBody []byte

func (b jsonBody) Body() (io.Reader, string, int64, error) {
	return bytes.NewReader(b), "application/json", int64(len(b)), nil
}

// post makes one attempt. Its errors do not hold the key.
func (r *robot) post(ctx context.Context, name string, query url.Values, in streamed, out any) error {
	whole := ctx
	text, isJSON := in.(jsonBody)
	if r.http.Timeout == 0 {
		limit := robotFileTime
		if isJSON {
			limit = robotTime
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	body, contentType, size, err := in.Body()
	if err != nil {
		return err
	}
	lent := lend.New(body)
	defer func() { _ = lent.TakeBack(whole) }() // before the next attempt rewinds the reader
	address := r.base
	address.Path += name
	address.RawQuery = url.Values{"key": {r.key()}}.Encode()
	if len(query) > 0 {
		address.RawQuery += "&" + query.Encode()
	}
	watch := unsent.New(r.direct)
	ctx = watch.Context(ctx)
	req := (&http.Request{
		Method: http.MethodPost, URL: &address, Host: address.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {contentType}},
		Body:   lent, ContentLength: size,
	}).WithContext(ctx)
	if isJSON { // net/http sends it anew only if the server had closed a kept connection before
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	}
	resp, err := r.http.Do(req) // #nosec G704 -- the address is the operator's setting
	if err != nil {
		return r.failure(whole, err, watch.Certain(err))
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxRobotAnswer+1))
	if err != nil {
		return r.failure(whole, err, false)
	}
	return r.read(resp.StatusCode, data, out)
}

func (r *robot) failure(ctx context.Context, err error, notSent bool) error {
	err = withoutURL(err)
	var t interface{ Timeout() bool }
	return &robotFailure{
		text: r.without(err.Error()), is: func(target error) bool { return errors.Is(err, target) }, notSent: notSent,
		timeout:   errors.As(err, &t) && t.Timeout(),
		retryable: ctx.Err() == nil,
	}
}

func (r *robot) read(status int, data []byte, out any) error {
	var refusal struct {
		Code    *int   `json:"errcode"`
		Message string `json:"errmsg"`
	}
	none := &RobotError{HTTPStatus: status, Message: noAnswer(status)}
	if len(data) > maxRobotAnswer || json.Unmarshal(data, &refusal) != nil || refusal.Code == nil {
		return none
	}
	if *refusal.Code != 0 {
		return &RobotError{Code: *refusal.Code, HTTPStatus: status, Message: r.without(refusal.Message)}
	}
	if status/100 != 2 || out != nil && json.Unmarshal(data, out) != nil {
		return none
	}
	return nil
}
