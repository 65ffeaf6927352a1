package crypto_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"sort"
	"strings"
	"testing"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

// reference decrypts without looking at what comes out.
func reference(tb testing.TB, encodingAESKey, encrypted string) []byte {
	tb.Helper()
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil {
		tb.Fatal(err)
	}
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil {
		tb.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		tb.Fatal(err)
	}
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(data, data)
	return data
}

// referenceEncrypt turns any frame of whole blocks into a ciphertext.
func referenceEncrypt(tb testing.TB, encodingAESKey string, frame []byte) string {
	tb.Helper()
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil {
		tb.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		tb.Fatal(err)
	}
	out := make([]byte, len(frame))
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(out, frame)
	return base64.StdEncoding.EncodeToString(out)
}

func referenceSign(parts ...string) string {
	sort.Strings(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// referenceUnframe says what a decrypted frame means, by building every frame
// that the scheme allows for the message it names and comparing.
func referenceUnframe(frame []byte, receiver string) ([]byte, error) {
	for pad := 1; pad <= 32; pad++ {
		tail := bytes.Repeat([]byte{byte(pad)}, pad)
		body, ok := bytes.CutSuffix(frame, tail)
		if !ok || frame[len(frame)-1] != byte(pad) || len(body) < 20 {
			continue
		}
		size := int64(binary.BigEndian.Uint32(body[16:20]))
		if size > int64(len(body)-20) {
			return nil, wecomcrypto.ErrCiphertext
		}
		if string(body[20+size:]) != receiver {
			return nil, wecomcrypto.ErrReceiver
		}
		return body[20 : 20+size], nil
	}
	return nil, wecomcrypto.ErrCiphertext
}
