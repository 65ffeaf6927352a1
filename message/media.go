package message

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bkwecom/wecom/internal/retry"
)

// Media uploads the files that [Image], [Voice], [Video], [File] and [MPNews] name, and downloads
// what members sent. It is safe for concurrent use.
//
// Nothing is kept in memory: files are streamed both ways.
type Media struct{ API Caller }

// Uploaded is what the vendor keeps for three days. Every app of the company can send it.
type Uploaded struct {
	MediaID string    // for a message of the type that it was uploaded as
	Created time.Time // zero if the answer did not say
}

// mediaLife is how long a media_id is valid (vendor's document: media/upload).
const mediaLife = 72 * time.Hour

// Expires is when the vendor forgets the file: three days after Created.
func (u Uploaded) Expires() time.Time {
	if u.Created.IsZero() {
		return time.Time{}
	}
	return u.Created.Add(mediaLife)
}

// Upload sends size bytes of r, which members will see under name (of a [MediaFile]).
//
// An attempt that fails is repeated, three attempts at most, if r is an [io.Seeker] or nothing was
// read of it; a copy that the vendor has already does no harm. r is read from where it stands, by
// another goroutine, and not closed.
//
// Errors: [*LimitError] and [*FieldError] before the call, also for a file of another format than t
// takes, and for an r that has fewer or more than size bytes: its upload is broken off. From the
// vendor 40004 (format), 40006 and 45001 (size). Source: vendor's document media/upload.
func (m *Media) Upload(ctx context.Context, t MediaType, name string, r io.Reader, size int64) (Uploaded, error) {
	rule, err := t.rule()
	if err != nil {
		return Uploaded{}, err
	}
	var got uploadAnswer
	err = m.upload(ctx, "/cgi-bin/media/upload", url.Values{"type": {string(t)}}, rule, name, r, size, &got)
	if err != nil {
		return Uploaded{}, err
	}
	return got.uploaded()
}

// UploadImage sends a picture, JPG or PNG of at most 2 MB, and returns an address that never
// expires: for the content of [MPNews], and for texts. The company may upload 1000 a day and 3000 a
// month. What is said of r and of repeating at [Media.Upload] holds.
//
// Source: vendor's document media/uploadimg.
func (m *Media) UploadImage(ctx context.Context, name string, r io.Reader, size int64) (string, error) {
	var got uploadAnswer
	err := m.upload(ctx, "/cgi-bin/media/uploadimg", nil, pictureRule, name, r, size, &got)
	if err == nil && got.URL == "" {
		err = errors.New("message: upload: the answer holds no url")
	}
	return got.URL, err
}

func (m *Media) upload(ctx context.Context, path string, query url.Values, rule mediaRule, name string, r io.Reader, size int64, out *uploadAnswer) error {
	if m.API == nil {
		return &FieldError{Field: "API", Problem: "is nil: set Media.API to a *wecom.Client"}
	}
	form, err := newForm(rule, name, r, size)
	if err != nil {
		return err
	}
	return form.send(ctx, func() error {
		*out = uploadAnswer{} // an attempt that failed may have left something
		return m.API.Call(ctx, "POST", path, query, form, out)
	})
}

// send calls once until the form is uploaded. What is wrong with the file itself is its own error,
// which a Caller may have turned into one of the network.
func (f *form) send(ctx context.Context, once func() error) error {
	err := retry.Do(ctx, once, func(error, time.Duration) bool { return f.fault() == nil && f.canRewind() })
	if err == nil {
		return nil
	}
	if fault := f.fault(); fault != nil {
		return fault
	}
	return fmt.Errorf("message: upload: %w", err)
}

// uploadAnswer is that of media/upload, media/uploadimg and webhook/upload_media.
type uploadAnswer struct {
	MediaID string          `json:"media_id"`
	Created json.RawMessage `json:"created_at"` // a number in a string, where the rest of the API has numbers
	URL     string          `json:"url"`
}

func (a uploadAnswer) uploaded() (Uploaded, error) {
	if a.MediaID == "" {
		return Uploaded{}, errors.New("message: upload: the answer holds no media_id")
	}
	u := Uploaded{MediaID: a.MediaID}
	if at, err := strconv.ParseInt(strings.Trim(string(a.Created), `"`), 10, 64); err == nil && at > 0 {
		u.Created = time.Unix(at, 0)
	}
	return u, nil
}
