// Package webhook posts signed events as Standard Webhooks describes them
// (standardwebhooks.com, specification 1.0.0): webhook-id, webhook-timestamp and
// a webhook-signature over "id.timestamp.body". The same key signs and verifies,
// so that a receiver in Go and the tests need no second implementation.
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Names of the headers that a post carries.
const (
	HeaderID          = "webhook-id"
	HeaderTimestamp   = "webhook-timestamp"
	HeaderSignature   = "webhook-signature"
	HeaderIdempotency = "Idempotency-Key"
)

// Tolerance is how far a post's timestamp may be from the receiver's clock.
const Tolerance = 5 * time.Minute

// Key signs and verifies. fmt and slog show nothing of it.
type Key struct{ secret []byte }

// ParseKey reads a secret: "whsec_" and base64, or any other text as it is.
func ParseKey(secret string) (Key, error) {
	if secret == "" {
		return Key{}, errors.New("webhook: the signing secret is empty")
	}
	encoded, ok := strings.CutPrefix(secret, "whsec_")
	if !ok {
		return Key{[]byte(secret)}, nil
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(raw) == 0 {
		return Key{}, errors.New("webhook: the signing secret begins with whsec_ but no base64 follows")
	}
	return Key{raw}, nil
}

// Format hides the secret from every verb; String alone would leave %d.
func (Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "webhook.Key(hidden)") }

// Sign returns the value of webhook-signature.
func (k Key) Sign(id string, at time.Time, body []byte) string {
	return "v1," + base64.StdEncoding.EncodeToString(k.mac(id, strconv.FormatInt(at.Unix(), 10), body))
}

func (k Key) mac(id, timestamp string, body []byte) []byte {
	h := hmac.New(sha256.New, k.secret)
	h.Write([]byte(id + "." + timestamp + "."))
	h.Write(body)
	return h.Sum(nil)
}

// ErrSignature means that a post is not from who holds the key, or not of now.
var ErrSignature = errors.New("webhook: the signature is not valid")

// Verify checks a post's headers and body at the receiver's time. Of several
// signatures, separated by spaces, one must be right: a sender that changes its
// key sends two.
func (k Key) Verify(header http.Header, body []byte, now time.Time) error {
	id, timestamp := header.Get(HeaderID), header.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil || len(k.secret) == 0 {
		return ErrSignature
	}
	want := k.mac(id, timestamp, body)
	for signature := range strings.FieldsSeq(header.Get(HeaderSignature)) {
		encoded, ok := strings.CutPrefix(signature, "v1,")
		got, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil || !hmac.Equal(got, want) {
			continue
		}
		if off := now.Sub(time.Unix(seconds, 0)).Abs(); off > Tolerance {
			return fmt.Errorf("%w: it is %v off", ErrSignature, off.Round(time.Second))
		}
		return nil
	}
	return ErrSignature
}
