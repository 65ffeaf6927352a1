package crypto

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
)

// Sealed is an encrypted and signed message, ready for an envelope.
type Sealed struct {
	Encrypt      string // base64
	MsgSignature string // 40 lower-case hexadecimal digits
	Timestamp    string // as given
	Nonce        string // as given
}

// Seal encrypts and signs a message to the codec's receiver, as the passive
// reply of the vendor's document "被动回复消息格式". timestamp is in Unix
// seconds; nonce is any short text, best a fresh random number. Every call
// draws 16 random bytes, so the same message never looks the same.
//
// It fails for a codec made with [AnyReceiver] and for messages of 4 GiB.
func (c *Codec) Seal(plain []byte, timestamp, nonce string) (Sealed, error) {
	var random [16]byte
	rand.Read(random[:]) // never fails, says its documentation
	return c.seal(random, plain, timestamp, nonce)
}

func (c *Codec) seal(random [16]byte, plain []byte, timestamp, nonce string) (Sealed, error) {
	if c == nil || c.hidden == nil {
		return Sealed{}, errNoCodec
	}
	if c.receiver == AnyReceiver {
		return Sealed{}, errors.New("crypto: cannot seal for AnyReceiver: give New the receiver (CorpID)")
	}
	if uint64(len(plain)) > math.MaxUint32 {
		return Sealed{}, errors.New("crypto: message is too long for its 32 bit length")
	}
	body := headLen + len(plain) + len(c.receiver)
	framed := body + blockSize - body%blockSize

	// One buffer holds the frame and, behind it, its base64 and the signed text in turn.
	signed := base64.StdEncoding.EncodedLen(framed) + len(c.token) + len(timestamp) + len(nonce)
	buf := make([]byte, 0, framed+signed)
	buf = append(buf, random[:]...)
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(plain)))
	buf = append(buf, plain...)
	buf = append(buf, c.receiver...)
	for pad := framed - body; len(buf) < framed; {
		buf = append(buf, byte(pad))
	}
	cipher.NewCBCEncrypter(c.block, c.iv[:]).CryptBlocks(buf, buf)

	s := Sealed{Timestamp: timestamp, Nonce: nonce}
	s.Encrypt = string(base64.StdEncoding.AppendEncode(buf[framed:], buf))
	sig := c.sign(buf[framed:], timestamp, nonce, s.Encrypt)
	s.MsgSignature = string(sig[:])
	return s, nil
}
