package wecomtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Verify does what the admin console does when the callback is saved (vendor's
// document: "验证URL有效性"): a GET with a new number encrypted in echostr, which
// must be answered with status 200 and that number, byte for byte, within a
// second. A redirect is a failure.
func (a *Agent) Verify(ctx context.Context) error {
	r, err := a.receiving()
	if err != nil {
		return err
	}
	if err := a.verify(ctx, r); err != nil {
		return fmt.Errorf("wecomtest: %w", err)
	}
	return nil
}

func (a *Agent) verify(ctx context.Context, to *receiving) error {
	req, number, err := to.newVerification(ctx)
	if err != nil {
		return err
	}
	status, body, err := to.exchange(req, a.srv.currentRules().VerifyTimeout)
	switch {
	case err != nil:
		return fmt.Errorf("callback address cannot be verified: %w", err)
	case status != http.StatusOK:
		return fmt.Errorf("callback address cannot be verified: status %d, want 200", status)
	case string(body) != number:
		return fmt.Errorf("callback address cannot be verified: %d bytes answered, beginning %.30q, want the %d decrypted ones and nothing else",
			len(body), body, len(number))
	}
	return nil
}

// NewVerification returns a GET as [Agent.Verify] sends it, and the number that
// must be answered, for tests that change it first.
func (a *Agent) NewVerification(ctx context.Context) (req *http.Request, number string, err error) {
	r, err := a.receiving()
	if err != nil {
		return nil, "", err
	}
	return r.newVerification(ctx)
}

func (to *receiving) newVerification(ctx context.Context) (*http.Request, string, error) {
	number := strconv.FormatInt(1e18+randomBelow(8e18), 10) // 19 digits, as in the vendor's sample
	sealed, err := to.codec.Seal([]byte(number), timestamp(), nonce())
	if err != nil {
		return nil, "", err
	}
	u := to.signed(sealed.MsgSignature, sealed.Timestamp, sealed.Nonce)
	u.RawQuery += "&echostr=" + url.QueryEscape(sealed.Encrypt)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	return req, number, err
}

// signed adds the three values to the callback URL, which may have a query of
// its own.
func (to *receiving) signed(signature, timestamp, nonce string) *url.URL {
	u := *to.url
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += "msg_signature=" + signature + "&timestamp=" + timestamp + "&nonce=" + nonce
	return &u
}

const maxReply = 1 << 20

// exchange sends one request and reads the whole answer within the limit. Its
// errors do not show the URL, which carries a valid signature.
func (to *receiving) exchange(req *http.Request, limit time.Duration) (status int, body []byte, err error) {
	ctx, cancel := context.WithTimeout(req.Context(), limit)
	defer cancel()
	res, err := to.client.Do(req.WithContext(ctx))
	if err == nil {
		defer res.Body.Close()
		status = res.StatusCode
		body, err = io.ReadAll(io.LimitReader(res.Body, maxReply))
	}
	if err == nil {
		return status, body, nil
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) && req.Context().Err() == nil {
		return 0, nil, fmt.Errorf("no complete answer within %v: %w", limit, context.DeadlineExceeded)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return 0, nil, err
}

// timestamp has ten digits in a synctest bubble too, whose clock begins in 2000.
func timestamp() string { return fmt.Sprintf("%010d", time.Now().Unix()) }

// nonce is ten decimal digits, as in the vendor's samples.
func nonce() string { return strconv.FormatInt(1e9+randomBelow(9e9), 10) }

func randomBelow(limit int64) int64 {
	n, err := rand.Int(rand.Reader, big.NewInt(limit))
	if err != nil {
		return 0 // cannot happen: crypto/rand does not fail
	}
	return n.Int64()
}
