package vault_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/vault"
	"github.com/google/go-cmp/cmp"
)

func newVault(t testing.TB, secret string, log *slog.Logger) *vault.Vault {
	t.Helper()
	v, err := vault.New(env.NewSecret(secret), log)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func open(t *testing.T, file string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{Path: file, Kind: "vault test", Schemas: []database.Schema{vault.Schema}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestSeal(t *testing.T) {
	t.Parallel()
	v := newVault(t, "a secret of the app", nil)
	plain := []byte("hunter2")
	sealed, err := v.Seal("settings/secret", plain)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := v.Seal("settings/secret", plain); bytes.Equal(again, sealed) || bytes.Contains(sealed, plain) {
		t.Error("the same plain gives the same bytes, or shows")
	}
	// The same secret opens it in another process.
	if got, err := newVault(t, "a secret of the app", nil).Open("settings/secret", sealed); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%q, %v", got, err)
	}
	for name, other := range map[string]struct {
		secret, purpose string
		sealed          []byte
	}{
		"another secret":  {"another secret", "settings/secret", sealed},
		"another purpose": {"a secret of the app", "settings/token", sealed},
		"nothing":         {"a secret of the app", "settings/secret", nil},
		"version alone":   {"a secret of the app", "settings/secret", sealed[:1]},
		"another version": {"a secret of the app", "settings/secret", append([]byte{2}, sealed[1:]...)},
		"cut":             {"a secret of the app", "settings/secret", sealed[:len(sealed)-1]},
		"altered":         {"a secret of the app", "settings/secret", append(bytes.Clone(sealed[:len(sealed)-1]), sealed[len(sealed)-1]^1)},
	} {
		got, err := newVault(t, other.secret, nil).Open(other.purpose, other.sealed)
		if !errors.Is(err, vault.ErrSealed) || got != nil || !strings.Contains(err.Error(), vault.Variable) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	key := func(secret, purpose string) string {
		k, err := newVault(t, secret, nil).Key(purpose)
		if err != nil || len(k) != 32 {
			t.Fatalf("%d bytes, %v", len(k), err)
		}
		return string(k)
	}
	if first, again := key("a", "audit"), key("a", "audit"); first != again {
		t.Error("the key of a purpose changes")
	}
	if key("a", "audit") == key("b", "audit") || key("a", "audit") == key("a", "other") {
		t.Error("keys are shared")
	}
}

func TestHidden(t *testing.T) {
	t.Parallel()
	v := newVault(t, "hunter2", nil)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(verb, v); got != "vault.Vault(hidden)" {
			t.Errorf("%s shows %s", verb, got)
		}
	}
	if _, err := vault.New(env.Secret{}, nil); err == nil || !strings.Contains(err.Error(), "BKPAAS_APP_SECRET") {
		t.Errorf("an empty secret: %v", err)
	}
}

func TestSessionKeys(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.db")
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	keys := func(secret string, given ...[]byte) [][]byte {
		db := open(t, file)
		defer func() { _ = db.Close() }()
		keys, err := newVault(t, secret, logger).SessionKeys(t.Context(), db, given)
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
	given := [][]byte{[]byte("1"), []byte("2")}
	if diff := cmp.Diff(given, keys("a", given...)); diff != "" {
		t.Error(diff)
	}
	first := keys("a")
	if len(first) != 1 || len(first[0]) != 32 || bytes.Equal(first[0], make([]byte, 32)) {
		t.Fatalf("%d keys", len(first))
	}
	if diff := cmp.Diff(first, keys("a")); diff != "" || log.Len() > 0 {
		t.Errorf("the key does not stay: %s\n%s", diff, &log)
	}
	second := keys("b")
	if cmp.Equal(first, second) || !strings.Contains(log.String(), vault.Variable) || !strings.Contains(log.String(), "signs in again") {
		t.Errorf("after another secret: log %s", &log)
	}
	log.Reset()
	if diff := cmp.Diff(second, keys("b")); diff != "" || log.Len() > 0 {
		t.Errorf("the new key does not stay: %s\n%s", diff, &log)
	}
}

// TestSessionKeysInTheFile: a copy of the file tells nothing, and one that was
// altered makes no weak key.
func TestSessionKeysInTheFile(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "x.db"))
	v := newVault(t, "a", slog.New(slog.DiscardHandler))
	keys, err := v.SessionKeys(t.Context(), db, nil)
	if err != nil {
		t.Fatal(err)
	}
	exchange := func(sealed []byte) (old []byte) {
		err := db.Tx(t.Context(), func(tx *sql.Tx) error {
			if err := tx.QueryRow(`SELECT sealed FROM vault_secret WHERE name = 'session-keys'`).Scan(&old); err != nil {
				return err
			}
			_, err := tx.Exec(`UPDATE vault_secret SET sealed = ?`, sealed)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return old
	}
	short, err := v.Seal("session-keys", []byte("short"))
	if err != nil {
		t.Fatal(err)
	}
	if stored := exchange(short); bytes.Contains(stored, keys[0]) {
		t.Error("the key stands in the file")
	}
	again, err := v.SessionKeys(t.Context(), db, nil)
	if err != nil || len(again[0]) != 32 || cmp.Equal(again, keys) {
		t.Errorf("a short key was taken: %v", err)
	}
	_ = db.Close()
	if _, err := v.SessionKeys(t.Context(), db, nil); err == nil {
		t.Error("a closed database gives a key")
	}
}

// FuzzOpen: nothing opens but what was sealed, and that gives its plain.
func FuzzOpen(f *testing.F) {
	v := newVault(f, "a secret of the app", nil)
	good, err := v.Seal("p", []byte("plain"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, []byte("plain"))
	f.Add([]byte{1}, []byte(""))
	f.Fuzz(func(t *testing.T, sealed, plain []byte) {
		if got, err := v.Open("p", sealed); err == nil && (!bytes.Equal(sealed, good) || string(got) != "plain") {
			t.Errorf("%x opens as %q", sealed, got)
		}
		made, err := v.Seal("p", plain)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Open("p", made); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%q comes back as %q, %v", plain, got, err)
		}
	})
}
