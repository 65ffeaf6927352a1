package wecom

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/bkwecom/wecom/internal/lend"
)

// streamer is an in that is not JSON. Body is called once per attempt; an error on
// the second call says that the stream cannot be read again.
type streamer interface {
	Body() (r io.Reader, contentType string, size int64, err error)
}

// body is what a call sends, again if it is repeated.
type body struct {
	json   []byte
	stream streamer
	lent   *lend.Reader // of the last attempt
	spent  bool         // the stream cannot be read (again)
}

func newBody(in any) (*body, error) {
	if in == nil {
		return &body{}, nil
	}
	if s, ok := in.(streamer); ok {
		return &body{stream: s}, nil
	}
	data, err := encodeJSON(in)
	return &body{json: data}, err
}

// attach gives the request its body. net/http repeats by itself what it believes
// to be idempotent, even after the server may have acted on it, unless there is a
// body that it cannot get again: a GET has an empty one (net/http reads it and
// sends none), and GetBody is set for POST only, which is repeated only if nothing
// was written.
func (b *body) attach(ctx context.Context, req *http.Request) error {
	switch {
	case b.stream != nil:
		return b.lend(ctx, req)
	case b.json != nil:
		req.Header["Content-Type"] = jsonType
		req.ContentLength = int64(len(b.json))
		req.Body = io.NopCloser(bytes.NewReader(b.json))
		if req.Method == http.MethodPost {
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.json)), nil }
		}
	case req.Method != http.MethodPost:
		req.Body = empty{}
	}
	return nil
}

func (b *body) lend(ctx context.Context, req *http.Request) error {
	if b.lent != nil {
		if err := b.lent.TakeBack(ctx); err != nil {
			return err
		}
	}
	r, contentType, size, err := b.stream.Body()
	if err != nil {
		b.spent = true
		return err
	}
	if contentType != "" {
		req.Header["Content-Type"] = []string{contentType}
	}
	if r == nil || size == 0 {
		req.Body = empty{}
		if req.Method == http.MethodPost {
			req.Body = http.NoBody
		}
		return nil
	}
	b.lent = lend.New(r)
	req.Body, req.ContentLength = b.lent, max(size, -1)
	return nil
}

// end tells a transport that still reads to stop, and waits for a Read that is
// under way: then the reader is its owner's again.
func (b *body) end(ctx context.Context) {
	if b.lent != nil {
		_ = b.lent.TakeBack(ctx) // if ctx has ended, so has the owner's patience
	}
}

// jsonType is shared by all requests: net/http does not change header values.
var jsonType = []string{"application/json"}

type empty struct{}

func (empty) Read([]byte) (int, error) { return 0, io.EOF }
func (empty) Close() error             { return nil }
