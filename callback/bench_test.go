package callback_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bkwecom/wecom/callback"
)

// BenchmarkCallback is a POST of a text, to an empty answer and to a reply: one at a
// time, on one processor ("single"), and as many at a time as there are processors
// ("parallel"). The floor is
// the bare arithmetic: hash, decode and decrypt in place, and for the reply encrypt,
// encode and hash as well. Every delivery is a new message.
func BenchmarkCallback(b *testing.B) {
	for _, size := range []struct {
		name     string
		n, count int
	}{{"400B", 400 - len(textXML("1234567", "")), 2048}, {"20KiB", 20 << 10, 64}} {
		post := newPostbag(b, size.n, size.count)
		for _, reply := range []bool{false, true} {
			name := size.name + "/empty"
			if reply {
				name = size.name + "/reply"
			}
			floor := func() func() { return post.floor(reply) }
			wecom := func() func() { return post.deliver(b, reply) }
			b.Run(name+"/floor", func(b *testing.B) { serially(b, floor()) })
			b.Run(name+"/wecom", func(b *testing.B) { serially(b, wecom()) })
			b.Run(name+"-single/floor", func(b *testing.B) { alone(b, floor()) })
			b.Run(name+"-single/wecom", func(b *testing.B) { alone(b, wecom()) })
			b.Run(name+"-parallel/floor", func(b *testing.B) { inParallel(b, floor) })
			b.Run(name+"-parallel/wecom", func(b *testing.B) { inParallel(b, wecom) })
			post.handler = nil
		}
	}
}

func serially(b *testing.B, do func()) {
	b.ReportAllocs()
	for b.Loop() {
		do()
	}
}

// alone has one processor: no time goes by until another one wakes up.
func alone(b *testing.B, do func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	serially(b, do)
}

func inParallel(b *testing.B, worker func() func()) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		do := worker()
		for pb.Next() {
			do()
		}
	})
}

// A postbag is messages that are sealed already, twice as many as its handler
// remembers: when one comes again it is new.
type postbag struct {
	bodies, queries []string
	encrypted       string // of one of them
	next            atomic.Int64

	mu      sync.Mutex
	handler *callback.Handler
}

func newPostbag(b *testing.B, size, count int) *postbag {
	p := &postbag{}
	for i := range count {
		s := seal(b, keys, textXML(strconv.Itoa(1000000+i), strings.Repeat("x", size)), now())
		p.bodies, p.queries = append(p.bodies, envelopeXML(s)), append(p.queries, strings.TrimPrefix(target(s), "/wechat/entry/?"))
		p.encrypted = s.Encrypt
	}
	return p
}

// floor returns the bare arithmetic of one delivery, with memory of its own.
func (p *postbag) floor(reply bool) func() {
	key, _ := base64.StdEncoding.DecodeString(aesKey + "=")
	block, _ := aes.NewCipher(key)
	encrypted := []byte(p.encrypted)
	buf := make([]byte, base64.StdEncoding.DecodedLen(len(encrypted)))
	frame := make([]byte, 352)
	out := make([]byte, base64.StdEncoding.EncodedLen(len(frame)))
	return func() {
		bareOpen(block, key, encrypted, buf)
		if reply {
			var sig [40]byte
			cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(frame, frame)
			base64.StdEncoding.Encode(out, frame)
			sum := sha1.Sum(out)
			hex.Encode(sig[:], sum[:])
		}
	}
}

// deliver returns one delivery to the postbag's handler, with a request of its own.
func (p *postbag) deliver(b *testing.B, reply bool) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.handler == nil {
		h, _ := newHandler(b, callback.Config{Skew: time.Hour, Handle: func(context.Context, callback.Message) (callback.Reply, error) {
			if reply {
				return callback.TextReply("审批成功"), nil
			}
			return nil, nil
		}})
		h.SetDuplicates(callback.NewMemory(len(p.bodies) / 2))
		p.handler = h
	}
	h := p.handler
	r := httptest.NewRequest("POST", "/wechat/entry/", nil)
	w := &discard{header: http.Header{}}
	reader := strings.NewReader("")
	r.Body = nopCloser{reader}
	return func() {
		i := int(p.next.Add(1)) % len(p.bodies)
		reader.Reset(p.bodies[i])
		r.URL.RawQuery, r.ContentLength = p.queries[i], int64(len(p.bodies[i]))
		if h.ServeHTTP(w, r); w.code >= 400 {
			b.Errorf("answered %d", w.code)
		}
	}
}

// discard is an http.ResponseWriter that costs next to nothing.
type discard struct {
	header http.Header
	code   int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(code int)        { d.code = code }

type nopCloser struct{ *strings.Reader }

func (nopCloser) Close() error { return nil }

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
