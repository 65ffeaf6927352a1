package crypto

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"slices"
)

// strictBase64 refuses surplus bits; an additional count of the decoded bytes
// refuses the line breaks that encoding/base64 skips in silence.
var strictBase64 = base64.StdEncoding.Strict()

// Open verifies the signature, decrypts, checks the receiver, and returns the
// message. The four values are the query's msg_signature, timestamp and nonce,
// and the text of <Encrypt> (of echostr for a URL check), decoded once.
//
// The error is [ErrSignature], [ErrCiphertext] or [ErrReceiver]. The caller may
// keep and change the returned bytes.
func (c *Codec) Open(msgSignature, timestamp, nonce, encrypted string) ([]byte, error) {
	return c.open(nil, msgSignature, timestamp, nonce, encrypted)
}

// AppendOpen is [Codec.Open] for callers that have the memory already: it appends
// the message to dst. With a capacity of len(dst) + len(encrypted) + 128 it needs
// none, if timestamp and nonce are not over 96 bytes together. What lies behind
// the returned bytes is overwritten, with plaintext among other things, also where
// there is an error: clear dst[:cap(dst)] before it serves another message.
func (c *Codec) AppendOpen(dst []byte, msgSignature, timestamp, nonce, encrypted string) ([]byte, error) {
	plain, err := c.open(dst[len(dst):], msgSignature, timestamp, nonce, encrypted)
	if err != nil {
		return dst, err
	}
	return append(dst, plain...), nil
}

// open takes its memory from scratch[:cap(scratch)], where that is large enough.
func (c *Codec) open(scratch []byte, msgSignature, timestamp, nonce, encrypted string) ([]byte, error) {
	if c == nil || c.hidden == nil {
		return nil, errNoCodec
	}
	// One buffer serves three times: the signed text, the ciphertext, the plaintext.
	buf := slices.Grow(scratch[:0], len(c.token)+len(timestamp)+len(nonce)+len(encrypted))
	sig := c.sign(buf, timestamp, nonce, encrypted)
	if subtle.ConstantTimeCompare(sig[:], []byte(msgSignature)) != 1 {
		return nil, ErrSignature
	}
	if len(encrypted) == 0 || len(encrypted)%4 != 0 {
		return nil, ErrCiphertext
	}
	buf = buf[:base64.StdEncoding.DecodedLen(len(encrypted))]
	n, err := strictBase64.Decode(buf, []byte(encrypted))
	if err != nil || base64.StdEncoding.EncodedLen(n) != len(encrypted) || n%blockSize != 0 {
		return nil, ErrCiphertext
	}
	plain := buf[:n]
	cipher.NewCBCDecrypter(c.block, c.iv[:]).CryptBlocks(plain, plain)
	return c.unframe(plain)
}

// unframe takes off padding, random, length and receiver. The peer knows the
// token when it comes this far, so these checks need no constant time; they
// must still not tell it which of them failed.
func (c *Codec) unframe(plain []byte) ([]byte, error) {
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > blockSize {
		return nil, ErrCiphertext
	}
	body := len(plain) - pad
	for _, b := range plain[body:] {
		if int(b) != pad {
			return nil, ErrCiphertext
		}
	}
	if body < headLen {
		return nil, ErrCiphertext
	}
	// Compared as unsigned 64 bits: a length over 1<<31 must not wrap.
	size := uint64(binary.BigEndian.Uint32(plain[16:headLen]))
	if size > uint64(body-headLen) {
		return nil, ErrCiphertext
	}
	end := headLen + int(size)
	if c.receiver != AnyReceiver && string(plain[end:body]) != c.receiver {
		return nil, ErrReceiver
	}
	return plain[headLen:end:end], nil
}
