package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bkwecom/wecom/internal/unsent"
)

const (
	snsTime      = 10 * time.Second
	maxSNSAnswer = 64 << 10
)

// snsTransport serves all accounts without an HTTP client of their own. It speaks HTTP/1.1, as one dead
// HTTP/2 connection would stall every sign-in.
var snsTransport = sync.OnceValue(func() http.RoundTripper {
	return &http.Transport{
		Proxy:                  snsProxy,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxIdleConns:           16,
		IdleConnTimeout:        45 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
})

// snsProxy hides the address of a proxy that cannot be parsed: it may hold a password.
func snsProxy(req *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, errors.New("HTTPS_PROXY or HTTP_PROXY is not a valid address")
	}
	return u, nil
}

// client copies the given one. direct says that the transport is net/http's, whose traces can be believed.
func (p OfficialAccount) client() (c http.Client, direct bool) {
	if p.HTTPClient != nil {
		c = *p.HTTPClient
	} else {
		c.Transport = snsTransport()
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	if c.Timeout == 0 {
		c.Timeout = snsTime
	}
	_, direct = c.Transport.(*http.Transport)
	c.Transport = noLocation{c.Transport}
	// A redirect's Referer would carry the secret to another host.
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, direct
}

// noLocation takes Location away before http.Client looks at it: one that cannot be parsed would stand
// in the error.
type noLocation struct{ http.RoundTripper }

func (t noLocation) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.RoundTripper.RoundTrip(req)
	if resp != nil && resp.StatusCode/100 == 3 {
		resp.Header.Del("Location")
	}
	return resp, err
}

// once is an empty body that cannot be got again: without it net/http repeats a GET on its own, after
// the vendor may have taken the code. It sends no body.
type once struct{}

func (once) Read([]byte) (int, error) { return 0, io.EOF }
func (once) Close() error             { return nil }

// get makes one attempt. Its errors hold nothing of the query but names.
func (p OfficialAccount) get(ctx context.Context, path string, query url.Values, out any) error {
	address, err := url.Parse(baseURL(p.APIURL, weixinURL) + path)
	if err != nil {
		return fieldError("OfficialAccount.APIURL", "is not an address")
	}
	address.RawQuery = query.Encode()
	var secrets []string
	for _, name := range []string{"secret", "code", "access_token"} {
		secrets = append(secrets, query[name]...)
	}
	client, direct := p.client()
	watch := unsent.New(direct)
	req := (&http.Request{
		Method: http.MethodGet, URL: address, Host: address.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header), Body: once{},
	}).WithContext(watch.Context(ctx))
	resp, err := client.Do(req) // #nosec G704 -- the address is the operator's setting
	if err != nil {
		return snsBroken(ctx, path, err, watch.Certain(err), secrets)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxSNSAnswer+1))
	if err != nil {
		return snsBroken(ctx, path, err, false, secrets)
	}
	return readSNS(resp.StatusCode, path, data, out, secrets)
}

func readSNS(status int, path string, data []byte, out any, secrets []string) error {
	var refusal struct {
		Code    int    `json:"errcode"`
		Message string `json:"errmsg"`
	}
	none := &Error{Path: path, HTTPStatus: status, Message: "the answer is not one of the API; check APIURL and what is between here and there"}
	if status/100 == 3 {
		none.Message = "the answer is a redirect, which is not followed; check APIURL"
	}
	object := strings.HasPrefix(strings.TrimLeft(string(data[:min(len(data), 64)]), " \t\r\n"), "{")
	if len(data) > maxSNSAnswer || !object || json.Unmarshal(data, &refusal) != nil {
		return none
	}
	if refusal.Code != 0 {
		return &Error{Code: refusal.Code, Path: path, HTTPStatus: status, Message: clean(refusal.Message, secrets...)}
	}
	if status/100 != 2 || json.Unmarshal(data, out) != nil {
		return none
	}
	return nil
}
