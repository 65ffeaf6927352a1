package callback

import (
	"errors"
	"fmt"
	"time"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

// Keys are what the admin console calls the callback configuration.
type Keys struct{ Token, EncodingAESKey, ReceiverID string }

// Format hides the keys from fmt.
func (Keys) Format(s fmt.State, _ rune) { fmt.Fprint(s, "callback.Keys(secret)") }

// Format hides the keys from fmt.
func (Config) Format(s fmt.State, _ rune) { fmt.Fprint(s, "callback.Config(secret)") }

// An opener is a codec in use until a time; the zero time means for ever.
type opener struct {
	codec *wecomcrypto.Codec
	until time.Time
}

// Rotate makes k the keys for new requests. The keys in use so far stay valid
// for keep, since the vendor changes over when the admin console is saved, and
// still delivers what it encrypted before; 0 ends them at once. A reply is
// sealed with the keys that opened its request.
func (h *Handler) Rotate(k Keys, keep time.Duration) error {
	codec, err := wecomcrypto.New(k.Token, k.EncodingAESKey, k.ReceiverID)
	if err != nil {
		return fmt.Errorf("callback: Rotate: %w", err)
	}
	now := time.Now()
	end := now.Add(keep)
	for {
		old := h.keys.Load()
		next := []opener{{codec: codec}}
		for _, o := range *old {
			if o.until.IsZero() || o.until.After(end) {
				o.until = end
			}
			if o.until.After(now) {
				next = append(next, o)
			}
		}
		if h.keys.CompareAndSwap(old, &next) {
			return nil
		}
	}
}

// open tries the keys in turn. When none fits, the error is that of the keys
// that came furthest: a wrong CorpID says more than a wrong signature.
func (h *Handler) open(q query, encrypted string, now time.Time) (plain []byte, codec *wecomcrypto.Codec, err error) {
	for _, o := range *h.keys.Load() {
		if !o.until.IsZero() && now.After(o.until) {
			continue
		}
		plain, e := o.codec.Open(q.signature, q.timestamp, q.nonce, encrypted)
		if e == nil {
			return plain, o.codec, nil
		}
		if err == nil || stage(e) > stage(err) {
			err = e
		}
	}
	return nil, nil, err
}

func stage(err error) int {
	switch {
	case errors.Is(err, wecomcrypto.ErrReceiver):
		return 2
	case errors.Is(err, wecomcrypto.ErrCiphertext):
		return 1
	}
	return 0
}
