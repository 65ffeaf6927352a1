// Package vault keeps secrets in a deployment's database, sealed with keys that
// are derived from the app's secret (BKPAAS_APP_SECRET): a copy of the file alone
// tells nothing.
//
// Each use has a purpose of its own, such as "session-keys" or
// "settings/BKAPP_WECHAT_SECRET", and each purpose a key of its own: what is
// sealed for one cannot be opened as another.
package vault

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/bkwecom/wecom/examples/internal/env"
)

// Variable names the setting that all keys are derived from.
const Variable = "BKPAAS_APP_SECRET"

// ErrSealed means that something cannot be opened.
var ErrSealed = errors.New("a stored secret cannot be opened: " + Variable +
	" is not the one that sealed it, or the database was altered; set the old " + Variable + " again, or enter the secret anew")

// label separates these keys from whatever else is derived from the same secret.
const label = "github.com/bkwecom/wecom/examples/internal/vault: "

// version stands in front of what is sealed, so that another way to seal can
// follow.
const version = 1

// Vault seals and opens. It is safe for concurrent use.
type Vault struct {
	root []byte // pseudorandom key of RFC 5869
	log  *slog.Logger
}

// New needs the app's secret; a log of nil is slog.Default.
func New(appSecret env.Secret, log *slog.Logger) (*Vault, error) {
	if !appSecret.Set() {
		return nil, errors.New("vault: " + Variable + " is missing: what is stored is sealed with keys derived from it")
	}
	root, err := hkdf.Extract(sha256.New, []byte(appSecret.Reveal()), nil)
	if err != nil { // where FIPS 140 is enforced, for a secret of less than 112 bits
		return nil, fmt.Errorf("vault: %s: %w", Variable, err)
	}
	return &Vault{root: root, log: cmp.Or(log, slog.Default())}, nil
}

// Format shows nothing, for every verb of fmt.
func (*Vault) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "vault.Vault(hidden)") }

// Key derives the 32 bytes of a purpose: the same for the same secret, and
// unrelated between purposes and to what seals.
func (v *Vault) Key(purpose string) ([]byte, error) { return v.derive("key/" + purpose) }

func (v *Vault) derive(use string) ([]byte, error) {
	key, err := hkdf.Expand(sha256.New, v.root, label+use, 32)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return key, nil
}

// Seal encrypts plain so that only the same purpose opens it. The same plain
// gives other bytes each time.
func (v *Vault) Seal(purpose string, plain []byte) ([]byte, error) {
	box, err := v.box(purpose)
	if err != nil {
		return nil, err
	}
	return box.Seal([]byte{version}, nil, plain, []byte(purpose)), nil
}

// Open undoes Seal, or fails with [ErrSealed].
func (v *Vault) Open(purpose string, sealed []byte) ([]byte, error) {
	box, err := v.box(purpose)
	if err != nil {
		return nil, err
	}
	if len(sealed) == 0 || sealed[0] != version {
		return nil, fmt.Errorf("vault: %s: %w", purpose, ErrSealed)
	}
	plain, err := box.Open(nil, nil, sealed[1:], []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("vault: %s: %w", purpose, ErrSealed)
	}
	return plain, nil
}

// box is AES-256-GCM with a random nonce in front of each sealed text.
func (v *Vault) box(purpose string) (cipher.AEAD, error) {
	key, err := v.derive("seal/" + purpose)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	box, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return box, nil
}
