package webhook

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	attemptTimeout = 10 * time.Second
	// maxAnswer is read so that the connection can be used again; what an answer
	// says is not of interest.
	maxAnswer = 4 << 10
)

// Sender posts. Make one with NewSender.
type Sender struct {
	key    Key
	client *http.Client
}

// NewSender checks the secret. client is copied, nil is one with the default
// transport; redirects are never followed and an attempt takes at most 10 s.
func NewSender(secret string, client *http.Client) (*Sender, error) {
	key, err := ParseKey(secret)
	if err != nil {
		return nil, err
	}
	c := *cmp.Or(client, &http.Client{})
	c.Timeout = attemptTimeout
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Sender{key: key, client: &c}, nil
}

// Post sends a JSON body once. id names the event and is the same whenever it
// is repeated: a receiver that keeps ids, under either header, acts once. nil
// means a 2xx answer. The error names scheme and host alone: path and query may
// hold a token.
func (s *Sender) Post(ctx context.Context, target, id string, body []byte) error {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return errors.New("webhook: the stored URL cannot be used")
	}
	where := u.Scheme + "://" + u.Host
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("webhook: POST %s cannot be made", where)
	}
	// net/http repeats a request with an Idempotency-Key by itself when a kept
	// connection turns out dead; with the same id that is one event still.
	now := time.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(HeaderIdempotency, id)
	req.Header.Set(HeaderID, id)
	req.Header.Set(HeaderTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(HeaderSignature, s.key.Sign(id, now, body))
	resp, err := s.client.Do(req)
	if err != nil {
		var wrapped *url.Error // prints the whole URL
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return fmt.Errorf("webhook: POST %s: %w", where, err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer)
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		return nil
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return fmt.Errorf("webhook: POST %s: answered %d: redirects are not followed, name the final URL", where, resp.StatusCode)
	}
	return fmt.Errorf("webhook: POST %s: answered %d", where, resp.StatusCode)
}
