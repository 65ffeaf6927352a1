package message

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/bkwecom/wecom/internal/retry"
)

// Downloaded says what was written.
type Downloaded struct {
	// Name is the file's own, safe as the last part of a path, and "" if there was none. It is a
	// member's choice: do not overwrite what has that name, and do not trust its ending.
	Name        string
	ContentType string // as the vendor says
	Written     int64  // bytes
	Total       int64  // bytes of the whole file, -1 if the vendor did not say
}

const (
	// chunkSize is below the vendor's limit of one answer, 20 MB, in both readings of MB.
	chunkSize = 16 * mb
	// codeNeedsRange is the vendor's "file or range too large", over 20 MB.
	codeNeedsRange = 830002
)

// Download writes the file of mediaID to w, at most limit bytes of it. A file over 20 MB comes in
// ranges. What breaks off is asked for again from there, three attempts at most; after an error w
// holds a part of the file.
//
// Errors: [*LimitError] when the file has more than limit bytes; [*FieldError]; from the vendor
// 40007 when mediaID is unknown or older than three days. Source: vendor's document media/get.
func (m *Media) Download(ctx context.Context, mediaID string, w io.Writer, limit int64) (Downloaded, error) {
	if limit <= 0 {
		return Downloaded{}, &FieldError{Field: "limit", Problem: "is not positive: say how many bytes you are ready for"}
	}
	return m.download(ctx, mediaID, &transfer{w: w, end: unknown, total: unknown, limit: limit})
}

// DownloadRange writes length bytes of the file, from the one at offset first (0 is the first of
// all), or what there is of them: [Downloaded] tells how many, and how long the file is. The rest is
// as in [Media.Download].
func (m *Media) DownloadRange(ctx context.Context, mediaID string, w io.Writer, first, length int64) (Downloaded, error) {
	switch {
	case first < 0 || first > maxOffset:
		return Downloaded{}, &FieldError{Field: "range", Problem: fmt.Sprintf("cannot begin at %d", first)}
	case length <= 0 || length > maxOffset:
		return Downloaded{}, &FieldError{Field: "range", Problem: fmt.Sprintf("cannot have %d bytes", length)}
	}
	return m.download(ctx, mediaID, &transfer{w: w, first: first, next: first, end: first + length, total: unknown, limit: length, ranges: true})
}

func (m *Media) download(ctx context.Context, mediaID string, t *transfer) (Downloaded, error) {
	if m == nil || m.API == nil {
		return Downloaded{}, &FieldError{Field: "API", Problem: "is nil: set Media.API to a *wecom.Client"}
	}
	if absent(t.w) {
		return Downloaded{}, &FieldError{Field: "media", Problem: "is nil: pass a writer"}
	}
	var f fields
	f.required("media_id", mediaID)
	if f.err != nil {
		return Downloaded{}, f.err
	}
	query := url.Values{"media_id": {mediaID}}
	for !t.done() {
		before := t.next
		err := retry.Do(ctx, func() error {
			return m.API.Call(ctx, http.MethodGet, "/cgi-bin/media/get", query, nil, t)
		}, func(error, time.Duration) bool { return t.wrong == nil })
		if retry.ErrCode(err) == codeNeedsRange && !t.ranges {
			t.ranges = true
			continue
		}
		if t.wrong != nil {
			err = &wrongAnswer{t.wrong}
		}
		if err != nil {
			return t.result(), fmt.Errorf("message: download: %w", err)
		}
		if t.next == before && !t.done() {
			return t.result(), &wrongAnswer{fmt.Errorf("message: download: the answer brought nothing at byte %d", before)}
		}
	}
	return t.result(), nil
}

// wrongAnswer is an answer that another attempt would not change, or a writer that
// failed. Its cause may be one of the errors that otherwise come before the call.
type wrongAnswer struct{ cause error }

func (e *wrongAnswer) Error() string { return e.cause.Error() }
func (e *wrongAnswer) Unwrap() error { return e.cause }
func (*wrongAnswer) ErrCode() int    { return 0 }
func (*wrongAnswer) NotSent() bool   { return false }
func (*wrongAnswer) Retryable() bool { return false }
