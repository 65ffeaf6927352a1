package oauth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// purpose separates what is sealed, so that one kind never passes for another.
type purpose int

const (
	sessions purpose = iota
	pendings
	notes // failures that are on their way to the clean address
	sealings

	tagSize   = 16
	maxSealed = 3800 // bytes; browsers drop cookies of 4096
)

func (p purpose) String() string {
	return [...]string{"session", "pending", "failure"}[p]
}

// keyring seals with the newest key and opens with any.
type keyring struct {
	sets []keyset // newest first
	aad  [sealings][]byte
	own  []byte
}

// keyset is one key, spread: no two uses share a key.
type keyset struct {
	aead [sealings]cipher.AEAD
	tag  []byte
}

// encoding is strict: one value has one spelling.
var encoding = base64.RawURLEncoding.Strict()

func newKeyring(keys [][]byte, binding []byte) (*keyring, error) {
	k := &keyring{own: binding}
	for p := range sealings {
		k.aad[p] = append([]byte(p.String()+"\x00"), binding...)
	}
	for _, key := range keys {
		set, err := newKeyset(key)
		if err != nil {
			return nil, fmt.Errorf("oauth: keys: %w", err)
		}
		k.sets = append(k.sets, set)
	}
	return k, nil
}

func newKeyset(key []byte) (s keyset, err error) {
	if s.tag, err = derive(key, "state"); err != nil {
		return s, err
	}
	for p := range sealings {
		sub, err := derive(key, p.String())
		if err != nil {
			return s, err
		}
		block, err := aes.NewCipher(sub)
		if err != nil {
			return s, err
		}
		if s.aead[p], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return s, err
		}
	}
	return s, nil
}

func derive(key []byte, use string) ([]byte, error) {
	return hkdf.Key(sha256.New, key, nil, "github.com/bkwecom/wecom/oauth "+use, keySize)
}

// with is the associated data; extra is bound as well.
func (k *keyring) with(p purpose, extra string) []byte {
	if extra == "" {
		return k.aad[p]
	}
	return append(k.aad[p][:len(k.aad[p]):len(k.aad[p])], extra...)
}

func (k *keyring) seal(p purpose, plain []byte, extra string) string {
	return encoding.EncodeToString(k.sets[0].aead[p].Seal(nil, nil, plain, k.with(p, extra)))
}

func (k *keyring) open(p purpose, sealed, extra string) ([]byte, bool) {
	if len(sealed) > maxSealed || strings.ContainsAny(sealed, "\r\n") { // the decoder skips line breaks
		return nil, false
	}
	data, err := encoding.DecodeString(sealed)
	if err != nil {
		return nil, false
	}
	aad := k.with(p, extra)
	for i := range k.sets {
		if plain, err := k.sets[i].aead[p].Open(nil, nil, data, aad); err == nil {
			return plain, true
		}
	}
	return nil, false
}

// tag authenticates a state.
func (k *keyring) tag(body []byte) []byte { return k.tagBy(0, body) }

func (k *keyring) tagBy(set int, body []byte) []byte {
	h := hmac.New(sha256.New, k.sets[set].tag)
	h.Write(k.own) // of fixed length
	h.Write(body)
	return h.Sum(nil)[:tagSize]
}

func (k *keyring) tagged(body, tag []byte) bool {
	for i := range k.sets {
		if hmac.Equal(tag, k.tagBy(i, body)) {
			return true
		}
	}
	return false
}
