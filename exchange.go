package wecom

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/bkwecom/wecom/internal/unsent"
)

// request is one call as it goes over the wire, once or again.
type request struct {
	method, path string
	query        string // encoded, without the token
	body         *body
	secrets      []string // hidden in errors, besides Secret and token
}

// exchange makes one attempt. Its errors hold no secret.
func (c *core) exchange(ctx context.Context, r *request, token, query string, out any) error {
	hide := func() []string { return append([]string{c.secret(), token}, r.secrets...) }
	req := &http.Request{
		Method: r.method,
		URL:    &url.URL{Scheme: c.base.Scheme, Host: c.base.Host, Path: c.base.Path + r.path, RawQuery: query},
		Proto:  "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header, 2),
		Host:   c.base.Host,
	}
	if !takeRange(req, out) {
		return misuse(r.path, "the Range header of out is none, such as bytes=0-1023")
	}
	if err := r.body.attach(ctx, req); err != nil {
		e := broken(ctx, r.path+": the request body", err, hide())
		e.notSent, e.retryable, e.as = true, false, leafAs(err)
		return e
	}
	watch := unsent.New(c.direct)
	ctx = watch.Context(ctx)
	defer r.body.end(ctx) // not before the answer is read: a body cut short would cut the connection
	resp, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		e := broken(ctx, r.path, err, hide())
		e.notSent = watch.Certain(err)
		return e
	}
	defer resp.Body.Close()
	return c.sanitize(ctx, r, readAnswer(resp, r.path, out), hide)
}

// ranger is an out that wants a part of a file.
type ranger interface {
	RequestHeader() http.Header
}

// takeRange takes Range and nothing else: no caller can overwrite what the client
// itself sends. It is asked for each attempt, since out may have read a part.
func takeRange(req *http.Request, out any) (ok bool) {
	if out, is := out.(ranger); is {
		if part := out.RequestHeader().Get("Range"); part != "" {
			req.Header.Set("Range", part)
			return strings.HasPrefix(part, "bytes=") && strings.Trim(part[len("bytes="):], "0123456789-, ") == ""
		}
	}
	return true
}

// sanitize turns what readAnswer found into an error without secrets.
func (c *core) sanitize(ctx context.Context, r *request, err error, hide func() []string) error {
	if err == nil {
		return nil
	}
	if e, ok := err.(*Error); ok {
		e.Message = oneLine(redact(e.Message, hide()...), 1024)
		return e
	}
	cause, retryable := err, false
	switch found := err.(type) {
	case unreadable:
		cause, retryable = found.error, true
	case fromLeaf:
		cause, retryable = found.error, isRetryable(found.error) || isNetwork(found.error)
	}
	e := broken(ctx, r.path+": the answer", cause, hide())
	e.retryable = e.retryable && retryable
	if _, ok := err.(fromLeaf); ok {
		e.as = leafAs(cause)
	}
	return e
}

func leafAs(err error) func(any) bool {
	return func(target any) bool { return errors.As(err, target) }
}

// isNetwork recognises an answer that broke off while its reader read it.
func isNetwork(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &op) || isTimeout(err)
}
