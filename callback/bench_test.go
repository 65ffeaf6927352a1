package callback_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/callback"
)

// discard is an http.ResponseWriter that costs next to nothing.
type discard struct {
	header http.Header
	code   int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(code int)        { d.code = code }

// BenchmarkCallback is a POST of a text, to an empty answer and to a reply.
// The floor is the bare arithmetic: hash, decode and decrypt in place, and for
// the reply encrypt, encode and hash as well. Every delivery is a new message
// for the duplicate store.
func BenchmarkCallback(b *testing.B) {
	key, _ := base64.StdEncoding.DecodeString(aesKey + "=")
	block, _ := aes.NewCipher(key)
	sealInto := func(frame, encrypted []byte) {
		var sig [40]byte
		cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(frame, frame)
		base64.StdEncoding.Encode(encrypted, frame)
		sum := sha1.Sum(encrypted)
		hex.Encode(sig[:], sum[:])
	}
	for _, size := range []struct {
		name string
		n    int
	}{{"400B", 400 - len(textXML("1", ""))}, {"20KiB", 20 << 10}} {
		plain := textXML("MSGID", strings.Repeat("x", size.n))
		s := seal(b, keys, plain, now())
		for _, reply := range []bool{false, true} {
			name := size.name + "/empty"
			frame := make([]byte, 352)
			out := make([]byte, base64.StdEncoding.EncodedLen(len(frame)))
			if reply {
				name = size.name + "/reply"
			}
			b.Run(name+"/floor", func(b *testing.B) {
				b.ReportAllocs()
				encrypted := []byte(s.Encrypt)
				buf := make([]byte, base64.StdEncoding.DecodedLen(len(encrypted)))
				for b.Loop() {
					bareOpen(block, key, encrypted, buf)
					if reply {
						sealInto(frame, out)
					}
				}
			})
			b.Run(name+"/wecom", func(b *testing.B) {
				b.ReportAllocs()
				h, log := newHandler(b, callback.Config{
					Handle: func(context.Context, callback.Message) (callback.Reply, error) {
						if reply {
							return callback.TextReply("审批成功"), nil
						}
						return nil, nil
					},
				})
				h.SetDuplicates(newRenaming(32768))
				body := envelopeXML(s)
				r := httptest.NewRequest("POST", target(s), nil)
				w := &discard{header: http.Header{}}
				reader := strings.NewReader("")
				r.Body = nopCloser{reader}
				r.ContentLength = int64(len(body))
				for b.Loop() {
					reader.Reset(body)
					h.ServeHTTP(w, r)
				}
				if errs := log.take(); errs != nil {
					b.Fatal(errs)
				}
			})
		}
	}
}

// bareOpen is the least that opening a message takes.
func bareOpen(block cipher.Block, key, encrypted, buf []byte) {
	var sig [40]byte
	sum := sha1.Sum(encrypted)
	hex.Encode(sig[:], sum[:])
	n, _ := base64.StdEncoding.Decode(buf, encrypted)
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(buf[:n], buf[:n])
}

// BenchmarkEnvelope reads the envelope and opens what it holds. The floor is that
// of opening alone.
func BenchmarkEnvelope(b *testing.B) {
	key, _ := base64.StdEncoding.DecodeString(aesKey + "=")
	block, _ := aes.NewCipher(key)
	codec := codecFor(b, keys)
	for _, size := range []struct {
		name string
		n    int
	}{{"400B", 400}, {"20KiB", 20 << 10}} {
		s := seal(b, keys, strings.Repeat("x", size.n), now())
		b.Run(size.name+"/floor", func(b *testing.B) {
			b.ReportAllocs()
			encrypted := []byte(s.Encrypt)
			buf := make([]byte, base64.StdEncoding.DecodedLen(len(encrypted)))
			for b.Loop() {
				bareOpen(block, key, encrypted, buf)
			}
		})
		b.Run(size.name+"/wecom", func(b *testing.B) {
			b.ReportAllocs()
			body := envelopeXML(s)
			for b.Loop() {
				encrypted, err := callback.ReadEnvelope(body)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := codec.Open(s.MsgSignature, s.Timestamp, s.Nonce, encrypted); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkHandOver is what a handler costs that may outlive its request, before it
// does anything: a goroutine, a context with an end, a timer for the
// acknowledgement, and the way back. It is part of every row of BenchmarkCallback.
func BenchmarkHandOver(b *testing.B) {
	b.ReportAllocs()
	parent := context.WithoutCancel(b.Context())
	for b.Loop() {
		ctx, cancel := context.WithTimeout(parent, time.Minute)
		settled := make(chan struct{})
		go func() {
			defer cancel()
			defer time.AfterFunc(4500*time.Millisecond, func() {}).Stop()
			close(settled)
		}()
		select {
		case <-settled:
		case <-ctx.Done():
		}
	}
}

type nopCloser struct{ *strings.Reader }

func (nopCloser) Close() error { return nil }

// renaming makes every delivery a new message for the store behind it, which has
// forgotten a name by the time that it comes again.
type renaming struct {
	callback.Duplicates
	names []string
	n     int
}

func newRenaming(size int) *renaming {
	d := &renaming{Duplicates: callback.NewMemory(size), names: make([]string, 2*size)}
	for i := range d.names {
		sum := sha256.Sum256([]byte(strconv.Itoa(i)))
		d.names[i] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return d
}

func (d *renaming) Begin(ctx context.Context, _ string, lease time.Duration) (mine, done bool, reply []byte, err error) {
	d.n++
	return d.Duplicates.Begin(ctx, d.names[d.n%len(d.names)], lease)
}

func (d *renaming) Done(ctx context.Context, _ string, reply []byte, keep time.Duration) error {
	return d.Duplicates.Done(ctx, d.names[d.n%len(d.names)], reply, keep)
}
