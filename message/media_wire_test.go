package message_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bkwecom/wecom/message"
)

// takeUpload reads the form as it comes and answers its length and sum.
func takeUpload(w http.ResponseWriter, r *http.Request, sum *[32]byte) {
	parts, err := r.MultipartReader()
	if err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	part, err := parts.NextPart()
	if err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	h := sha256.New()
	n, err := io.CopyBuffer(h, part, make([]byte, 32<<10))
	if err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	h.Sum(sum[:0])
	fmt.Fprintf(w, `{"errcode":0,"media_id":"M%d","created_at":"1700000000"}`, n)
}

// 20 MB go out over a real connection and cost less than 4 MiB, server included.
func TestUploadIsStreamed(t *testing.T) { // not parallel: it counts allocations of the process
	const size = 20 << 20
	var sum [32]byte
	var length atomic.Int64
	api := connected(t, func(w http.ResponseWriter, r *http.Request) {
		length.Store(r.ContentLength)
		takeUpload(w, r, &sum)
	})
	m := &message.Media{API: api}
	if _, err := m.Upload(t.Context(), message.MediaFile, "warm.bin", strings.NewReader("123456"), 6); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "plan.bin")
	want := fill(t, path, size)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := m.Upload(t.Context(), message.MediaFile, "plan.bin", file, size)
	runtime.ReadMemStats(&after)
	if err != nil || got.MediaID != fmt.Sprintf("M%d", size) || sum != want {
		t.Fatalf("%+v, %v; sum %x, want %x", got, err, sum, want)
	}
	if n := length.Load(); n <= size || n > size+1000 {
		t.Errorf("Content-Length %d", n)
	}
	if spent := after.TotalAlloc - before.TotalAlloc; spent >= 4<<20 {
		t.Errorf("%d bytes allocated", spent)
	} else {
		t.Logf("%d KiB allocated", spent>>10)
	}
}

func fill(t testing.TB, path string, size int64) (sum [32]byte) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(file, h), io.LimitReader(&blocks{}, size)); err != nil {
		t.Fatal(err)
	}
	h.Sum(sum[:0])
	return sum
}

// blocks has no two blocks alike, so that a mix-up is seen.
type blocks struct{ n uint64 }

func (r *blocks) Read(p []byte) (int, error) {
	for i := range p {
		if i%512 == 0 {
			r.n = r.n*6364136223846793005 + 1442695040888963407
		}
		p[i] = byte(r.n >> (i % 56))
	}
	return len(p), nil
}

func BenchmarkUpload(b *testing.B) {
	const size = 20 << 20
	var sum [32]byte
	m := &message.Media{API: connected(b, func(w http.ResponseWriter, r *http.Request) { takeUpload(w, r, &sum) })}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Upload(b.Context(), message.MediaFile, "a.bin", io.LimitReader(zero{}, size), size); err != nil {
			b.Fatal(err)
		}
	}
}

// The token expires on the way: a file rewinds, a stream says why it does not.
func TestUploadWhoseTokenExpires(t *testing.T) {
	t.Parallel()
	const size = 3 << 20
	for _, early := range []bool{false, true} { // the vendor checks the token before the body
		for _, rewinds := range []bool{true, false} {
			t.Run(fmt.Sprintf("early=%v/rewinds=%v", early, rewinds), func(t *testing.T) {
				t.Parallel()
				var calls atomic.Int32
				var sum [32]byte
				api := connected(t, func(w http.ResponseWriter, r *http.Request) {
					if calls.Add(1) > 1 {
						takeUpload(w, r, &sum)
						return
					}
					if !early {
						io.Copy(io.Discard, r.Body)
					}
					io.WriteString(w, `{"errcode":42001,"errmsg":"access_token expired"}`)
				})
				path := filepath.Join(t.TempDir(), "a")
				want := fill(t, path, size)
				file, err := os.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				var r io.Reader = file
				if !rewinds {
					r = stream{file}
				}
				got, err := (&message.Media{API: api}).Upload(t.Context(), message.MediaFile, "a", r, size)
				// Of a stream nothing may have been read before the early answer: then it goes out whole.
				if rewinds || early && err == nil {
					if err != nil || sum != want || got.MediaID != fmt.Sprintf("M%d", size) {
						t.Errorf("%+v, %v", got, err)
					}
					return
				}
				var code interface{ ErrCode() int }
				if !errors.As(err, &code) || code.ErrCode() != 42001 || !strings.Contains(err.Error(), "cannot rewind") {
					t.Errorf("got %v", err)
				}
				noCanary(t, err)
			})
		}
	}
}

func TestDownloadOverTheWire(t *testing.T) {
	t.Parallel()
	const total = 45 << 20
	path := filepath.Join(t.TempDir(), "a.mp4")
	want := fill(t, path, total)
	var ranges []string
	m := &message.Media{API: connected(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/cgi-bin/media/get" || r.URL.Query().Get("media_id") != "MID" || r.Method != "GET" {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
		ranges = append(ranges, r.Header.Get("Range"))
		var first, last int64
		if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last); err != nil || last-first >= 20e6 {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"errcode":830002,"errmsg":"too large"}`)
			return
		}
		w.Header().Set("Content-Disposition", `attachment; filename="会议.mp4"`)
		w.Header().Set("Content-Type", "video/mp4")
		http.ServeFile(w, r, path)
	})}
	h := sha256.New()
	got, err := m.Download(t.Context(), "MID", h, total)
	if err != nil || [32]byte(h.Sum(nil)) != want {
		t.Fatalf("%+v, %v", got, err)
	}
	if got != (message.Downloaded{Name: "会议.mp4", ContentType: "video/mp4", Written: total, Total: total}) {
		t.Errorf("%+v", got)
	}
	if len(ranges) != 4 || ranges[0] != "" || ranges[1] != "bytes=0-16777215" || ranges[3] != "bytes=33554432-47185919" {
		t.Errorf("ranges %q", ranges)
	}
	// A limit is told before the second chunk.
	ranges = nil
	var limit *message.LimitError
	got, err = m.Download(t.Context(), "MID", io.Discard, total-1)
	if !errors.As(err, &limit) || limit.Limit != total-1 || limit.Size != total || got.Written != 0 || len(ranges) != 2 {
		t.Errorf("%v after %q", err, ranges)
	}
	noCanary(t, err)
	// Ranges of any length, also over 20 MB.
	for _, tt := range []struct{ first, length, written int64 }{{0, 10, 10}, {7, 1, 1}, {total - 3, 10, 3}, {100, 30 << 20, 30 << 20}} {
		h := sha256.New()
		got, err := m.DownloadRange(context.Background(), "MID", h, tt.first, tt.length)
		if err != nil || got.Written != tt.written || got.Total != total {
			t.Errorf("%+v: %+v, %v", tt, got, err)
		}
		if sum := section(t, path, tt.first, tt.written); [32]byte(h.Sum(nil)) != sum {
			t.Errorf("%+v: other bytes", tt)
		}
	}
	_, err = m.DownloadRange(t.Context(), "MID", io.Discard, total, 1)
	wantField(t, err, "range", "nothing at byte")
}

func section(t *testing.T, path string, first, length int64) (sum [32]byte) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(file, first, length)); err != nil {
		t.Fatal(err)
	}
	h.Sum(sum[:0])
	return sum
}

// noCanary looks for what an error must not hold.
func noCanary(t *testing.T, err error) {
	t.Helper()
	for e := range unwrapped(err) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
			if text := fmt.Sprintf(verb, e); strings.Contains(text, "canary") {
				t.Errorf("%s of %T holds a secret: %s", verb, e, text)
			}
		}
	}
}

// unwrapped are err and all that it wraps.
func unwrapped(err error) func(func(error) bool) {
	return func(yield func(error) bool) {
		for todo := []error{err}; len(todo) > 0; todo = todo[1:] {
			e := todo[0]
			if e == nil {
				continue
			}
			if !yield(e) {
				return
			}
			switch e := e.(type) {
			case interface{ Unwrap() error }:
				todo = append(todo, e.Unwrap())
			case interface{ Unwrap() []error }:
				todo = append(todo, e.Unwrap()...)
			}
		}
	}
}
