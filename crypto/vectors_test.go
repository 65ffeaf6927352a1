package crypto_test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"regexp"
	"testing"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

//go:embed testdata/vectors.json
var vectorsJSON []byte

// vector is one message made by another implementation.
type vector struct {
	Name, Maker, Token, EncodingAESKey, Receiver string
	Timestamp, Nonce, Encrypt, Signature, Result string
	Plain                                        []byte `json:"plain_b64"`
}

func vectors(tb testing.TB) []vector {
	tb.Helper()
	var all []vector
	if err := json.Unmarshal(vectorsJSON, &all); err != nil {
		tb.Fatal(err)
	}
	if len(all) < 90 {
		tb.Fatalf("%d vectors, want all 90", len(all))
	}
	return all
}

// reason gives the stage that must refuse an invalid vector, by its name.
var reason = map[string]error{
	"bad-signature":        wecomcrypto.ErrSignature,
	"bad-signature-empty":  wecomcrypto.ErrSignature,
	"bad-other-token":      wecomcrypto.ErrSignature,
	"bad-receiver":         wecomcrypto.ErrReceiver,
	"bad-receiver-prefix":  wecomcrypto.ErrReceiver,
	"bad-receiver-suffix":  wecomcrypto.ErrReceiver,
	"bad-empty":            wecomcrypto.ErrCiphertext,
	"bad-length-over":      wecomcrypto.ErrCiphertext,
	"bad-length-wrap":      wecomcrypto.ErrCiphertext,
	"bad-not-b64":          wecomcrypto.ErrCiphertext,
	"bad-not-block":        wecomcrypto.ErrCiphertext,
	"bad-pad-33plus":       wecomcrypto.ErrCiphertext,
	"bad-pad-inconsistent": wecomcrypto.ErrCiphertext,
	"bad-pad-zero":         wecomcrypto.ErrCiphertext,
	"bad-short":            wecomcrypto.ErrCiphertext,
	"bad-truncated-b64":    wecomcrypto.ErrCiphertext,
	// The length is one short: the message's last byte counts as the receiver's first.
	"bad-length-short": wecomcrypto.ErrReceiver,
}

// serial is the number that ends a vector's name.
var serial = regexp.MustCompile(`-[0-9]+$`)

func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			codec, err := wecomcrypto.New(v.Token, v.EncodingAESKey, v.Receiver)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := codec.Open(v.Signature, v.Timestamp, v.Nonce, v.Encrypt)
			if v.Result != "valid" {
				want := reason[serial.ReplaceAllString(v.Name, "")]
				if want == nil {
					t.Fatalf("no reason is known for %s", v.Name)
				}
				if !errors.Is(err, want) {
					t.Fatalf("Open error %v, want %v", err, want)
				}
				if plain != nil {
					t.Error("Open returned bytes with an error")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(plain, v.Plain) {
				t.Errorf("Open = %q, want %q", plain, v.Plain)
			}
			if got := codec.Sign(v.Timestamp, v.Nonce, v.Encrypt); got != v.Signature {
				t.Errorf("Sign = %s, want %s", got, v.Signature)
			}
			// With the same random bytes the same message is made again, byte for byte.
			random := [16]byte(reference(t, v.EncodingAESKey, v.Encrypt)[:16])
			sealed, err := wecomcrypto.SealWith(codec, random, v.Plain, v.Timestamp, v.Nonce)
			if err != nil {
				t.Fatal(err)
			}
			if sealed.Encrypt != v.Encrypt || sealed.MsgSignature != v.Signature {
				t.Error("Seal makes other bytes than the vector's maker")
			}
		})
	}
}
