package crypto_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, token, key, want string }{
		{"no token", "", fuzzKey, "Token has 0 characters"},
		{"long token", strings.Repeat("a", 33), fuzzKey, "Token has 33 characters"},
		{"space in token", "FTA Token", fuzzKey, "neither a letter nor a digit"},
		{"wide token", "令牌", fuzzKey, "neither a letter nor a digit"},
		{"short key", "t", fuzzKey[1:], "EncodingAESKey has 42 characters"},
		{"padded key", "t", fuzzKey + "=", "EncodingAESKey has 44 characters"},
		{"key with a line break", "t", fuzzKey[:42] + "\n", "not base64"},
		{"key of other characters", "t", fuzzKey[:42] + "!", "not base64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := wecomcrypto.New(tt.token, tt.key, "")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("New error %v, want one with %q", err, tt.want)
			}
			if tt.token != "" && len(tt.token) > 1 && strings.Contains(err.Error(), tt.token) || strings.Contains(err.Error(), tt.key[:20]) {
				t.Errorf("error tells a secret: %v", err)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, fuzzReceiver)
	sealed, err := codec.Seal([]byte("<xml/>"), "1700000000", "n")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		encrypted string
		want      error
	}{
		{"line break in base64", sealed.Encrypt[:4] + "\r\n\r\n" + sealed.Encrypt[4:], wecomcrypto.ErrCiphertext},
		{"half a block pair", referenceEncrypt(t, fuzzKey, make([]byte, 48)), wecomcrypto.ErrCiphertext},
		{"surplus bits", func() string {
			s := []byte(referenceEncrypt(t, fuzzKey, make([]byte, 32))) // ends in "x=": one surplus pair of bits
			s[len(s)-2]++
			return string(s)
		}(), wecomcrypto.ErrCiphertext},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sig := codec.Sign("1700000000", "n", tt.encrypted)
			if _, err := codec.Open(sig, "1700000000", "n", tt.encrypted); !errors.Is(err, tt.want) {
				t.Fatalf("Open error %v, want %v", err, tt.want)
			}
		})
	}
	for _, sig := range []string{"", "0", strings.ToUpper(sealed.MsgSignature), sealed.MsgSignature + "0", sealed.MsgSignature[:39]} {
		_, err := codec.Open(sig, sealed.Timestamp, sealed.Nonce, sealed.Encrypt)
		if !errors.Is(err, wecomcrypto.ErrSignature) {
			t.Errorf("signature %q: %v", sig, err)
		}
		if strings.Contains(err.Error(), sealed.MsgSignature) {
			t.Error("the error tells the right signature")
		}
	}
}

// TestReceiver: "" asks for an empty receiver, AnyReceiver for none in particular.
func TestReceiver(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		sealer, opener string
		want           error
	}{
		{fuzzReceiver, fuzzReceiver, nil},
		{fuzzReceiver, wecomcrypto.AnyReceiver, nil},
		{fuzzReceiver, "", wecomcrypto.ErrReceiver},
		{"", fuzzReceiver, wecomcrypto.ErrReceiver},
		{"", "", nil},
		{"", wecomcrypto.AnyReceiver, nil},
	} {
		sealed, err := newCodec(t, tt.sealer).Seal([]byte("x"), "1700000000", "n")
		if err != nil {
			t.Fatal(err)
		}
		_, err = newCodec(t, tt.opener).Open(sealed.MsgSignature, sealed.Timestamp, sealed.Nonce, sealed.Encrypt)
		if !errors.Is(err, tt.want) {
			t.Errorf("sealed for %q, opened by %q: %v, want %v", tt.sealer, tt.opener, err, tt.want)
		}
	}
}

// TestConcurrent would see a CBC state carried from one message to the next.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, fuzzReceiver)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 200 {
				want := fmt.Sprintf("message %d of %d", j, i)
				s, err := codec.Seal([]byte(want), "1700000000", "n")
				if err != nil {
					t.Error(err)
					return
				}
				got, err := codec.Open(s.MsgSignature, s.Timestamp, s.Nonce, s.Encrypt)
				if err != nil || string(got) != want {
					t.Errorf("Open = %q, %v, want %q", got, err, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestFmtHidesSecrets(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, fuzzReceiver)
	holder := struct{ C wecomcrypto.Codec }{*codec}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%08b"} {
		for _, v := range []any{codec, *codec, holder, &holder} {
			// What is neither text nor type name may not be there.
			s := strings.ReplaceAll(fmt.Sprintf(verb, v), "crypto.Codec(secret)", "")
			if strings.Contains(s, "[") || strings.Contains(s, fuzzToken) || len(s) > len("&struct { C crypto.Codec }{C:}") {
				t.Errorf("%s of %T tells the insides: %s", verb, v, s)
			}
		}
	}
}

// TestNoSharedNames: a file may import the standard crypto beside this one
// without guessing which of the two a name comes from.
func TestNoSharedNames(t *testing.T) {
	t.Parallel()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	std := exported(t, filepath.Join(strings.TrimSpace(string(root)), "src", "crypto"))
	if len(std) < 10 {
		t.Fatalf("found only %d names in the standard package crypto", len(std))
	}
	for name := range exported(t, ".") {
		if std[name] {
			t.Errorf("the standard crypto exports %s too", name)
		}
	}
}

// exported lists the package-level names of the Go files in dir.
func exported(t *testing.T, dir string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for name := range file.Scope.Objects {
			if ast.IsExported(name) {
				names[name] = true
			}
		}
	}
	return names
}
