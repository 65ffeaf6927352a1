package crypto_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"testing"
)

var sizes = []struct {
	name string
	n    int
}{{"400B", 400}, {"20KiB", 20 << 10}}

// BenchmarkOpen stands beside the least that any implementation must do: hash
// the ciphertext, decode and decrypt it in place. A CBC mode is made for each
// message, since carrying one over would be a bug.
func BenchmarkOpen(b *testing.B) {
	codec := newCodec(b, fuzzReceiver)
	key, _ := base64.StdEncoding.DecodeString(fuzzKey + "=")
	block, _ := aes.NewCipher(key)
	for _, size := range sizes {
		sealed, err := codec.Seal(bytes.Repeat([]byte("x"), size.n), "1700000000", "88112233")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(size.name+"/floor", func(b *testing.B) {
			b.ReportAllocs()
			encrypted := []byte(sealed.Encrypt)
			buf := make([]byte, base64.StdEncoding.DecodedLen(len(encrypted)))
			var sig [40]byte
			for b.Loop() {
				sum := sha1.Sum(encrypted)
				hex.Encode(sig[:], sum[:])
				subtle.ConstantTimeCompare(sig[:], []byte(sealed.MsgSignature))
				n, _ := base64.StdEncoding.Decode(buf, encrypted)
				cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(buf[:n], buf[:n])
			}
		})
		b.Run(size.name+"/wecom", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := codec.Open(sealed.MsgSignature, sealed.Timestamp, sealed.Nonce, sealed.Encrypt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSeal(b *testing.B) {
	codec := newCodec(b, fuzzReceiver)
	key, _ := base64.StdEncoding.DecodeString(fuzzKey + "=")
	block, _ := aes.NewCipher(key)
	for _, size := range sizes {
		plain := bytes.Repeat([]byte("x"), size.n)
		b.Run(size.name+"/floor", func(b *testing.B) {
			b.ReportAllocs()
			frame := make([]byte, (20+size.n+18+31)/32*32)
			copy(frame[20:], plain)
			encrypted := make([]byte, base64.StdEncoding.EncodedLen(len(frame)))
			var sig [40]byte
			for b.Loop() {
				cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(frame, frame)
				base64.StdEncoding.Encode(encrypted, frame)
				sum := sha1.Sum(encrypted)
				hex.Encode(sig[:], sum[:])
			}
		})
		b.Run(size.name+"/wecom", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := codec.Seal(plain, "1700000000", "88112233"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
