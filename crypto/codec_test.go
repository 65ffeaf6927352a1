package crypto_test

import (
	"bytes"
	"encoding/binary"
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
	// frame is a right one but for its padding.
	frame := func(total, pad int) string {
		message := total - 20 - len(fuzzReceiver) - pad
		f := make([]byte, 16, total)
		f = binary.BigEndian.AppendUint32(f, uint32(message))
		f = append(f, bytes.Repeat([]byte("x"), message)...)
		f = append(f, fuzzReceiver...)
		return referenceEncrypt(t, fuzzKey, append(f, bytes.Repeat([]byte{byte(pad)}, pad)...))
	}
	// sized says that its message has so many bytes; there is room for 39.
	sized := func(size uint32) string {
		f := binary.BigEndian.AppendUint32(make([]byte, 16, 64), size)
		f = append(f, bytes.Repeat([]byte("x"), 39)...)
		return referenceEncrypt(t, fuzzKey, append(f, 5, 5, 5, 5, 5))
	}
	surplus := []byte(frame(64, 5)) // 64 bytes leave two characters and "==", the last with four surplus bits
	surplus[len(surplus)-3]++
	for _, tt := range []struct {
		name      string
		encrypted string
		want      error
	}{
		{"line break in base64", sealed.Encrypt[:4] + "\r\n\r\n" + sealed.Encrypt[4:], wecomcrypto.ErrCiphertext},
		{"no multiple of 32 bytes", frame(80, 5), wecomcrypto.ErrCiphertext},
		{"padding of 33 bytes", frame(96, 33), wecomcrypto.ErrCiphertext},
		{"surplus bits", string(surplus), wecomcrypto.ErrCiphertext},
		{"message that takes the receiver in", sized(39), wecomcrypto.ErrReceiver},
		{"message that reaches into the padding", sized(40), wecomcrypto.ErrCiphertext},
		{"message up to the end", sized(44), wecomcrypto.ErrCiphertext},
		{"message beyond the end", sized(45), wecomcrypto.ErrCiphertext},
		{"message of 2 GiB", sized(1 << 31), wecomcrypto.ErrCiphertext},
		{"message of 4 GiB", sized(1<<32 - 1), wecomcrypto.ErrCiphertext},
		{"whole block of padding", frame(96, 32), nil},
		{"one byte of padding", frame(96, 1), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sig := codec.Sign("1700000000", "n", tt.encrypted)
			plain, err := codec.Open(sig, "1700000000", "n", tt.encrypted)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Open error %v, want %v", err, tt.want)
			}
			if cap(plain) != len(plain) {
				t.Error("appending to the message would write over the receiver")
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

// TestAppendOpen: behind what stands there already, in the caller's memory where it
// is enough, whatever that holds.
func TestAppendOpen(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, fuzzReceiver)
	plain := strings.Repeat("审批", 100)
	s, err := codec.Seal([]byte(plain), "1700000000", "n")
	if err != nil {
		t.Fatal(err)
	}
	enough := len(s.Encrypt) + 128
	for _, size := range []int{0, 1, len(plain), enough, 10 * enough} {
		dst := append(bytes.Repeat([]byte{0xff}, size), "before "...)
		dst = append(dst[:0], dst[size:]...) // capacity size and a little, dirty
		got, err := codec.AppendOpen(dst, s.MsgSignature, s.Timestamp, s.Nonce, s.Encrypt)
		if err != nil || string(got) != "before "+plain {
			t.Errorf("capacity %d: %q, %v", cap(dst), got, err)
		}
		if own := cap(dst)-len(dst) >= enough; own != (&got[0] == &dst[0]) {
			t.Errorf("capacity %d: in the caller's memory: %v", cap(dst), !own)
		}
		got, err = codec.AppendOpen(dst, s.MsgSignature, "1700000001", s.Nonce, s.Encrypt)
		if !errors.Is(err, wecomcrypto.ErrSignature) || string(got) != "before " {
			t.Errorf("capacity %d, wrong signature: %q, %v", cap(dst), got, err)
		}
	}
}

// TestAnyReceiverCannotSeal: a reply must be addressed.
func TestAnyReceiverCannotSeal(t *testing.T) {
	t.Parallel()
	s, err := newCodec(t, wecomcrypto.AnyReceiver).Seal([]byte("x"), "1700000000", "n")
	if err == nil || !strings.Contains(err.Error(), "AnyReceiver") || s != (wecomcrypto.Sealed{}) {
		t.Errorf("Seal = %v, %v", s, err)
	}
}

// TestSealDiffers: the same message never looks the same.
func TestSealDiffers(t *testing.T) {
	t.Parallel()
	codec := newCodec(t, fuzzReceiver)
	seen := map[string]bool{}
	for range 100 {
		s, err := codec.Seal([]byte("TY 1_1"), "1700000000", "n")
		if err != nil || seen[s.Encrypt] || seen[s.MsgSignature] {
			t.Fatalf("sealed alike, or %v", err)
		}
		seen[s.Encrypt], seen[s.MsgSignature] = true, true
	}
}

// TestZeroCodec: what New has not made neither opens nor panics.
func TestZeroCodec(t *testing.T) {
	t.Parallel()
	for _, c := range []*wecomcrypto.Codec{nil, {}} {
		if _, err := c.Open("", "", "", ""); err == nil {
			t.Error("opened")
		}
		if _, err := c.Seal(nil, "", ""); err == nil {
			t.Error("sealed")
		}
		if c.Sign("", "", "") != "" {
			t.Error("signed")
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
	iv := fmt.Sprint([]byte{105, 183, 29, 121}) // the first bytes of the key
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%08b"} {
		for _, v := range []any{
			codec, *codec, struct{ C wecomcrypto.Codec }{*codec}, struct{ c wecomcrypto.Codec }{*codec},
			struct{ c *wecomcrypto.Codec }{codec}, &struct{ c wecomcrypto.Codec }{*codec},
		} {
			s := fmt.Sprintf(verb, v)
			for _, secret := range []string{fuzzToken, fuzzReceiver, fmt.Sprintf("%x", fuzzToken), strings.Trim(iv, "[]"), "69b71d79"} {
				if strings.Contains(s, secret) {
					t.Errorf("%s of %T tells the insides: %s", verb, v, s)
				}
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
