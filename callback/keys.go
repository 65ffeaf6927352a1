package callback

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

// Keys are what the admin console calls the callback configuration.
type Keys struct{ Token, EncodingAESKey, ReceiverID string }

// Format hides the keys from fmt.
func (Keys) Format(s fmt.State, _ rune) { io.WriteString(s, "callback.Keys(secret)") }

// MarshalText hides the keys from encoding/json and log/slog.
func (Keys) MarshalText() ([]byte, error) { return []byte("callback.Keys(secret)"), nil }

// Format hides the keys from fmt.
func (Config) Format(s fmt.State, _ rune) { io.WriteString(s, "callback.Config(secret)") }

// MarshalText hides the keys from encoding/json and log/slog.
func (Config) MarshalText() ([]byte, error) { return []byte("callback.Config(secret)"), nil }

// An opener is a codec in use until a time; the zero time means for ever.
type opener struct {
	codec *wecomcrypto.Codec
	keys  [sha256.Size]byte // their hash, to recognise them
	to    string            // ReceiverID
	until time.Time
}

func newOpener(k Keys) (opener, error) {
	codec, err := wecomcrypto.New(k.Token, k.EncodingAESKey, k.ReceiverID)
	return opener{codec: codec, to: k.ReceiverID, keys: sha256.Sum256([]byte(k.Token + "\x00" + k.EncodingAESKey + "\x00" + k.ReceiverID))}, err
}

// Rotate makes k the keys for new requests. The keys in use so far stay valid
// for keep, since the vendor changes over when the admin console is saved, and
// still delivers what it encrypted before; 0 ends them at once. A reply is
// sealed with the keys that opened its request.
func (h *Handler) Rotate(k Keys, keep time.Duration) error {
	current, err := newOpener(k)
	if err != nil {
		return fmt.Errorf("callback: Rotate: %w", err)
	}
	now := time.Now()
	end := now.Add(keep)
	for {
		old := h.keys.Load()
		next := []opener{current}
		for _, o := range *old {
			if o.until.IsZero() || o.until.After(end) {
				o.until = end
			}
			if o.until.After(now) && o.keys != current.keys {
				next = append(next, o)
			}
		}
		if h.keys.CompareAndSwap(old, &next) {
			return nil
		}
	}
}

// openWith tries the keys in turn, in the memory behind scratch. When none fits,
// the error is that of the keys that came furthest: a wrong CorpID says more than
// a wrong signature.
func openWith(scratch []byte, openers []opener, q query, encrypted string, now time.Time) (plain []byte, by opener, err error) {
	for _, o := range openers {
		if !o.until.IsZero() && now.After(o.until) {
			continue
		}
		plain, e := o.codec.AppendOpen(scratch, q.signature, q.timestamp, q.nonce, encrypted)
		if e == nil {
			return plain, o, nil
		}
		if err == nil || stage(e) > stage(err) {
			err = e
		}
	}
	return nil, opener{}, err
}

// reflected tells a reply of this app that somebody sends back as a message: it
// is signed and encrypted like one, and would seem to come from whomever it
// names. A message is addressed to the receiver (vendor's document
// "接收消息格式"), a reply to a member.
func (o opener) reflected(h *Header) bool {
	return o.to != "" && o.to != wecomcrypto.AnyReceiver && h.ToUser != "" && h.ToUser != o.to
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
