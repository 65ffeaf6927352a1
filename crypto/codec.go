package crypto

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// AnyReceiver as the receiverID of [New] accepts messages to whomever they are
// addressed. Use it only where the right receiver is not known yet, such as
// the URL check before the CorpID is configured: without the receiver, a
// message to another company that has the same token and key passes. A codec
// that does not know its receiver cannot seal.
const AnyReceiver = "\x00any receiver"

// The stages at which [Codec.Open] refuses. The errors hold nothing of the
// message and never the signature that would have been right.
var (
	// ErrSignature: not signed with this token, or changed on the way.
	// Compare the Token in the admin console with the configured one.
	ErrSignature = errors.New("crypto: signature does not match: check the Token, and that timestamp, nonce and ciphertext are URL-decoded exactly once")
	// ErrCiphertext: rightly signed, but not what the EncodingAESKey decrypts.
	ErrCiphertext = errors.New("crypto: ciphertext is damaged or made with another key: check the EncodingAESKey")
	// ErrReceiver: rightly signed and encrypted, but for somebody else.
	ErrReceiver = errors.New("crypto: message is for another receiver: check the CorpID (SuiteID for third-party apps); an empty one accepts only what is addressed to nobody")
)

const (
	keyLen    = 43 // characters of an EncodingAESKey
	blockSize = 32 // PKCS#7 pads to 32 bytes here, not to AES's 16
	headLen   = 16 + 4
	sigLen    = 2 * sha1.Size
)

// A Codec opens and seals the messages of one callback configuration: one
// Token, EncodingAESKey and receiver. It holds the prepared AES key and no
// state between messages; all its methods may be called concurrently. Make one
// with [New].
type Codec struct{ *hidden }

// hidden keeps the secrets two pointers away: fmt calls no method on an
// unexported field that holds a Codec, and with %s it follows one pointer.
type hidden struct{ *secrets }

type secrets struct {
	token    string
	receiver string
	iv       [aes.BlockSize]byte
	block    cipher.Block
}

var errNoCodec = errors.New("crypto: this Codec was not made by New")

// New returns the codec for a callback configuration.
//
// token is 1 to 32 ASCII letters and digits. encodingAESKey is 43 characters
// of base64; its last character may carry surplus bits, as the keys of the
// vendor's and of BlueKing's guides do. receiverID is the CorpID for a
// self-built app and the SuiteID for a third-party app's events; "" means that
// the receiver must be empty, as for smart bots; [AnyReceiver] that it is not
// checked.
func New(token, encodingAESKey, receiverID string) (*Codec, error) {
	if len(token) < 1 || len(token) > 32 {
		return nil, fmt.Errorf("crypto: Token has %d characters, want 1 to 32", len(token))
	}
	for i := range len(token) {
		if c := token[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return nil, errors.New("crypto: Token has a character that is neither a letter nor a digit")
		}
	}
	if len(encodingAESKey) != keyLen {
		return nil, fmt.Errorf("crypto: EncodingAESKey has %d characters, want %d", len(encodingAESKey), keyLen)
	}
	// Not Strict: 43 characters carry 258 bits, and real keys set the last two.
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil || len(key) != 32 {
		return nil, errors.New("crypto: EncodingAESKey is not base64")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	c := &Codec{&hidden{&secrets{token: token, receiver: receiverID, block: block}}}
	copy(c.iv[:], key)
	return c, nil
}

// Sign returns the msg_signature of an encrypted message, as 40 lower-case
// hexadecimal digits.
func (c *Codec) Sign(timestamp, nonce, encrypted string) string {
	if c == nil || c.hidden == nil {
		return ""
	}
	sig := c.sign(nil, timestamp, nonce, encrypted)
	return string(sig[:])
}

// sign uses the space of buf for the text to be hashed, if it is large enough.
func (c *Codec) sign(buf []byte, timestamp, nonce, encrypted string) (sig [sigLen]byte) {
	parts := [...]string{c.token, timestamp, nonce, encrypted}
	slices.Sort(parts[:])
	buf = buf[:0]
	for _, p := range parts {
		buf = append(buf, p...)
	}
	sum := sha1.Sum(buf)
	hex.Encode(sig[:], sum[:])
	return sig
}

// Format hides the token and the key from every verb of fmt.
func (c Codec) Format(s fmt.State, _ rune) { fmt.Fprint(s, "crypto.Codec(secret)") }
