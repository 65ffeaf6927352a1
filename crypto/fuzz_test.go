package crypto_test

import (
	"bytes"
	"errors"
	"testing"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

const (
	fuzzToken    = "SimToken2024"
	fuzzKey      = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	fuzzReceiver = "ww1234567890abcdef"
)

func newCodec(tb testing.TB, receiver string) *wecomcrypto.Codec {
	tb.Helper()
	codec, err := wecomcrypto.New(fuzzToken, fuzzKey, receiver)
	if err != nil {
		tb.Fatal(err)
	}
	return codec
}

// FuzzFrame signs and encrypts arbitrary frames, as a peer with the token and
// the key could, and holds Open against the reference.
func FuzzFrame(f *testing.F) {
	for _, v := range vectors(f) {
		if v.Result == "valid" && len(v.Plain) < 1000 {
			f.Add(reference(f, v.EncodingAESKey, v.Encrypt))
		}
	}
	codec := newCodec(f, fuzzReceiver)
	f.Fuzz(func(t *testing.T, frame []byte) {
		frame = frame[:len(frame)/32*32]
		encrypted := referenceEncrypt(t, fuzzKey, frame)
		got, err := codec.Open(referenceSign(fuzzToken, "1700000000", "n", encrypted), "1700000000", "n", encrypted)
		if len(frame) == 0 {
			if !errors.Is(err, wecomcrypto.ErrCiphertext) {
				t.Fatalf("empty frame: %v", err)
			}
			return
		}
		want, wantErr := referenceUnframe(frame, fuzzReceiver)
		if !errors.Is(err, wantErr) || !bytes.Equal(got, want) {
			t.Fatalf("Open = %q, %v, want %q, %v", got, err, want, wantErr)
		}
		scratch := append(bytes.Repeat([]byte{0xff}, len(frame)), "before"...)
		again, againErr := codec.AppendOpen(scratch[len(frame):], referenceSign(fuzzToken, "1700000000", "n", encrypted), "1700000000", "n", encrypted)
		if !errors.Is(againErr, wantErr) || string(again) != "before"+string(want) {
			t.Fatalf("AppendOpen = %q, %v, want %q, %v", again, againErr, want, wantErr)
		}
		if err != nil {
			return
		}
		// Whatever Open accepts has one form only: Seal makes it again.
		sealed, err := wecomcrypto.SealWith(codec, [16]byte(frame[:16]), got, "1700000000", "n")
		if err != nil || sealed.Encrypt != encrypted {
			t.Fatalf("not canonical: %v", err)
		}
	})
}

// FuzzOpen gives all four values to the peer: only what carries the right
// signature may pass, and never with an unknown error.
func FuzzOpen(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Signature, v.Timestamp, v.Nonce, v.Encrypt)
	}
	codec := newCodec(f, wecomcrypto.AnyReceiver)
	f.Fuzz(func(t *testing.T, signature, timestamp, nonce, encrypted string) {
		_, err := codec.Open(signature, timestamp, nonce, encrypted)
		if signature != referenceSign(fuzzToken, timestamp, nonce, encrypted) {
			if !errors.Is(err, wecomcrypto.ErrSignature) {
				t.Fatalf("a wrong signature gives %v", err)
			}
			signature = codec.Sign(timestamp, nonce, encrypted)
			_, err = codec.Open(signature, timestamp, nonce, encrypted)
		}
		if err != nil && !errors.Is(err, wecomcrypto.ErrCiphertext) {
			t.Fatalf("unknown error %v", err)
		}
	})
}

// FuzzSeal round-trips every message for every receiver.
func FuzzSeal(f *testing.F) {
	f.Add([]byte("<xml/>"), "1700000000", "nonce", fuzzReceiver)
	f.Add([]byte(nil), "", "", "")
	f.Add(bytes.Repeat([]byte("中"), 11), "9", "\x00", "\xff")
	f.Fuzz(func(t *testing.T, plain []byte, timestamp, nonce, receiver string) {
		codec := newCodec(t, receiver)
		sealed, err := codec.Seal(plain, timestamp, nonce)
		if receiver == wecomcrypto.AnyReceiver {
			if err == nil {
				t.Fatal("sealed for any receiver")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := codec.Open(sealed.MsgSignature, sealed.Timestamp, sealed.Nonce, sealed.Encrypt)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("Open(Seal(x)) = %q, %v", got, err)
		}
	})
}
