package message_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bkwecom/wecom/message"
)

func TestUploadWritesTheDocumentedForm(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		t                       message.MediaType
		name, data, contentType string
	}{
		{message.MediaImage, "a.jpg", aJPG, "image/jpeg"},
		{message.MediaImage, "a", aPNG, "image/png"},
		{message.MediaVoice, "a.amr", anA, "audio/amr"},
		{message.MediaVideo, "a.mp4", anM, "video/mp4"},
		{message.MediaFile, "计划 2.pdf", "%PDF-1", "application/octet-stream"},
		{message.MediaFile, `a";name="x`, "--\r\n--\r\n\r\n", "application/octet-stream"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := &mediaAPI{answer: `{"errcode":0,"errmsg":"","type":"file","media_id":"MID","created_at":"1700000000"}`}
			got, err := (&message.Media{API: api}).Upload(t.Context(), tt.t, tt.name, stream{strings.NewReader(tt.data)}, int64(len(tt.data)))
			if err != nil {
				t.Fatal(err)
			}
			want := message.Uploaded{MediaID: "MID", Created: time.Unix(1700000000, 0)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if end := got.Expires(); !end.Equal(time.Unix(1700000000+3*24*3600, 0)) {
				t.Errorf("expires %v", end)
			}
			sent := []uploaded{{
				Path: "/cgi-bin/media/upload", Query: "type=" + string(tt.t), Name: strings.ReplaceAll(tt.name, `"`, "%22"),
				ContentType: tt.contentType, Length: fmt.Sprint(len(tt.data)), Data: tt.data,
			}}
			if diff := cmp.Diff(sent, api.got, cmpopts.IgnoreUnexported(uploaded{})); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUploadImage(t *testing.T) {
	t.Parallel()
	api := &mediaAPI{answer: `{"errcode":0,"url":"https://p.example.com/x"}`}
	url, err := (&message.Media{API: api}).UploadImage(t.Context(), "a.png", strings.NewReader(aPNG), int64(len(aPNG)))
	if err != nil || url != "https://p.example.com/x" || api.got[0].Path != "/cgi-bin/media/uploadimg" || api.got[0].Query != "" || api.got[0].Data != aPNG {
		t.Errorf("%q, %v, %+v", url, err, api.got)
	}
	_, err = (&message.Media{API: &mediaAPI{answer: `{}`}}).UploadImage(t.Context(), "a.png", strings.NewReader(aPNG), int64(len(aPNG)))
	if err == nil {
		t.Error("an answer without a url is a success")
	}
}

// An answer is read as far as it can be: the file is there.
func TestUploadAnswers(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]message.Uploaded{
		`{"media_id":"M","created_at":1700000000}`: {MediaID: "M", Created: time.Unix(1700000000, 0)},
		`{"media_id":"M","created_at":"soon"}`:     {MediaID: "M"},
		`{"media_id":"M"}`:                         {MediaID: "M"},
		`{"created_at":"1700000000"}`:              {},
	} {
		got, err := (&message.Media{API: &mediaAPI{answer: answer}}).Upload(t.Context(), message.MediaFile, "a", strings.NewReader("123456"), 6)
		if diff := cmp.Diff(want, got); diff != "" || (err == nil) != (want.MediaID != "") {
			t.Errorf("%s: %v\n%s", answer, err, diff)
		}
		if got.Created.IsZero() != got.Expires().IsZero() {
			t.Errorf("%s: expires %v", answer, got.Expires())
		}
	}
}

// zeros is a file of any size that costs no memory.
func zeros(head string, size int64) io.Reader {
	return io.MultiReader(strings.NewReader(head), io.LimitReader(zero{}, size-int64(len(head))))
}

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestUploadLimits(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	m := &message.Media{API: &mediaAPI{answer: `{"media_id":"M","url":"u"}`}}
	for _, tt := range []struct {
		name, head string
		limit      int64
		upload     func(io.Reader, int64) error
	}{
		{"image", aJPG, 10 * mb, uploads(t, m, message.MediaImage)},
		{"voice", anA, 2 * mb, uploads(t, m, message.MediaVoice)},
		{"video", anM, 10 * mb, uploads(t, m, message.MediaVideo)},
		{"file", "", 20 * mb, uploads(t, m, message.MediaFile)},
		{"uploadimg", aPNG, 2 * mb, func(r io.Reader, size int64) error {
			_, err := m.UploadImage(t.Context(), "a", r, size)
			return err
		}},
	} {
		if err := tt.upload(zeros(tt.head, tt.limit), tt.limit); err != nil {
			t.Errorf("%s at the limit: %v", tt.name, err)
		}
		err := tt.upload(zeros(tt.head, tt.limit+1), tt.limit+1)
		var got *message.LimitError
		if !errors.As(err, &got) || got.Field != "media" || got.Limit != int(tt.limit) || got.Size != int(tt.limit)+1 || got.Unit != "bytes" {
			t.Errorf("%s past the limit: %v", tt.name, err)
		}
		wantField(t, tt.upload(strings.NewReader(tt.head[:min(5, len(tt.head))]+"12345"[:5-min(5, len(tt.head))]), 5), "media", "more than 5")
	}
	if err := uploads(t, m, message.MediaFile)(strings.NewReader("123456"), 6); err != nil {
		t.Errorf("6 bytes: %v", err)
	}
}

func uploads(t *testing.T, m *message.Media, kind message.MediaType) func(io.Reader, int64) error {
	return func(r io.Reader, size int64) error {
		_, err := m.Upload(t.Context(), kind, "a", r, size)
		return err
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	api := &mediaAPI{answer: `{"media_id":"M"}`}
	m := &message.Media{API: api}
	for _, tt := range []struct {
		kind           message.MediaType
		name, data     string
		field, problem string
	}{
		{"audio", "a", anA, "type", "MediaVoice"},
		{"", "a", anA, "type", "MediaVoice"},
		{message.MediaImage, "a.jpg", "GIF89a a picture", "media", "JPG or PNG"},
		{message.MediaImage, "a.jpg", "\xff\xd8GIF89", "media", "JPG or PNG"},
		{message.MediaVoice, "a.amr", "ID3 mp3", "media", "AMR"},
		{message.MediaVideo, "a.mp4", "ftyp avi", "media", "MP4"},
		{message.MediaVideo, "a.mp4", "RIFF avi  ", "media", "MP4"},
		{message.MediaFile, "", "123456", "filename", "required"},
		{message.MediaFile, "..", "123456", "filename", "required"},
		{message.MediaFile, "a/b", "123456", "filename", "path"},
		{message.MediaFile, `a\b`, "123456", "filename", "path"},
		{message.MediaFile, "a\r\nb", "123456", "filename", "not seen"},
		{message.MediaFile, "exe\u202efdp.", "123456", "filename", "not seen"},
		{message.MediaFile, "a\xff", "123456", "filename", "UTF-8"},
	} {
		_, err := m.Upload(t.Context(), tt.kind, tt.name, strings.NewReader(tt.data), int64(len(tt.data)))
		wantField(t, err, tt.field, tt.problem)
	}
	_, err := m.Upload(t.Context(), message.MediaFile, "a", nil, 6)
	wantField(t, err, "media", "nil")
	_, err = (&message.Media{}).Upload(t.Context(), message.MediaFile, "a", strings.NewReader("123456"), 6)
	wantField(t, err, "API", "nil")
	x := strings.Repeat("x", 256)
	_, err = m.Upload(t.Context(), message.MediaFile, x, strings.NewReader("123456"), 6)
	var limit *message.LimitError
	if !errors.As(err, &limit) || limit.Field != "filename" || limit.Limit != 255 {
		t.Errorf("a name of 256 bytes: %v", err)
	}
	if len(api.got) > 0 {
		t.Errorf("%d calls", len(api.got))
	}
	if _, err = m.Upload(t.Context(), message.MediaFile, x[1:], strings.NewReader("123456"), 6); err != nil {
		t.Errorf("a name of 255 bytes: %v", err)
	}
}

// A size that is not true ends the upload before its end, and no other attempt is made.
func TestSizeThatIsNotTrue(t *testing.T) {
	t.Parallel()
	disk := errors.New("disk failed")
	for _, tt := range []struct {
		name    string
		r       io.Reader
		size    int64
		problem string
		cause   error
	}{
		{"empty", strings.NewReader(""), 6, "ended after 0 of 6", nil},
		{"short head", strings.NewReader("12345"), 7, "ended after 5 of 7", nil},
		{"short", strings.NewReader("123456789"), 10, "ended after 9 of 10", nil},
		{"short, EOF with data", iotest.DataErrReader(strings.NewReader("123456789")), 10, "ended after 9 of 10", nil},
		{"long", strings.NewReader("12345678901"), 10, "more than the 10", nil},
		{"long head", strings.NewReader("12345678"), 7, "more than the 7", nil},
		{"fails at once", iotest.ErrReader(disk), 10, "", disk},
		{"fails later", io.MultiReader(strings.NewReader("123456789"), iotest.ErrReader(disk)), 20, "", disk},
		{"fails at the end", io.MultiReader(strings.NewReader("1234567890"), iotest.ErrReader(disk)), 10, "", disk},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := &mediaAPI{answer: `{"media_id":"M"}`}
			_, err := (&message.Media{API: api}).Upload(t.Context(), message.MediaFile, "a", tt.r, tt.size)
			if tt.cause == nil {
				wantField(t, err, "media", tt.problem)
			} else if !errors.Is(err, tt.cause) || !questions(err) {
				t.Errorf("got %v", err)
			}
			if len(api.got) > 0 || api.attempt > 1 {
				t.Errorf("%d uploads of %d attempts", len(api.got), api.attempt)
			}
		})
	}
}

// questions are the answers of an error by which nothing was sent and nothing is to be repeated.
func questions(err error) bool {
	var e interface {
		ErrCode() int
		Retryable() bool
		NotSent() bool
	}
	return errors.As(err, &e) && e.ErrCode() == 0 && !e.Retryable() && e.NotSent()
}

func TestUploadsAreRepeated(t *testing.T) {
	t.Parallel()
	const data = "behind: 1234567890"
	for _, tt := range []struct {
		name     string
		api      mediaAPI
		plain    bool // no Seeker
		attempts int
		err      error
		text     string
	}{
		{name: "lost", api: mediaAPI{fails: []error{errLost, errBusy}}, attempts: 3},
		{name: "always lost", api: mediaAPI{fails: []error{errLost, errLost, errLost}}, attempts: 3, err: errLost},
		{name: "refused", api: mediaAPI{fails: []error{errInvalid}}, attempts: 1, err: errInvalid},
		{name: "token", api: mediaAPI{renews: true}, attempts: 1},
		{name: "lost stream", plain: true, api: mediaAPI{fails: []error{errLost}}, attempts: 1, err: errLost},
		{name: "stream of which nothing was read", plain: true, api: mediaAPI{fails: []error{errNotSent}, leaves: true}, attempts: 2},
		{name: "stream and token", plain: true, api: mediaAPI{renews: true}, attempts: 1, err: errInvalid, text: "cannot rewind"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := tt.api
				api.answer = `{"media_id":"M"}`
				s := strings.NewReader(data)
				s.Seek(8, io.SeekStart) // a reader is read from where it stands
				var r io.Reader = s
				if tt.plain {
					r = stream{s}
				}
				_, err := (&message.Media{API: &api}).Upload(t.Context(), message.MediaFile, "a", r, 10)
				if !errors.Is(err, tt.err) || api.attempt != tt.attempts || err != nil && !strings.Contains(err.Error(), tt.text) {
					t.Errorf("%d attempts, %v; want %d, %v", api.attempt, err, tt.attempts, tt.err)
				}
				for _, u := range api.got {
					if u.Data != "1234567890" {
						t.Errorf("sent %q", u.Data)
					}
				}
			})
		})
	}
}

// A pipe is an *os.File, and has a Seek that fails.
func TestPipesCannotRewind(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w.WriteString("1234567890")
	w.Close()
	_, err = (&message.Media{API: &mediaAPI{renews: true, answer: `{}`}}).Upload(t.Context(), message.MediaFile, "a", r, 10)
	if !errors.Is(err, errInvalid) || !strings.Contains(err.Error(), "cannot rewind") {
		t.Errorf("got %v", err)
	}
	// A Seek that fails when it is needed.
	_, err = (&message.Media{API: &mediaAPI{renews: true, answer: `{}`}}).Upload(t.Context(), message.MediaFile, "a", &onceSeeker{Reader: bytes.NewReader(make([]byte, 10))}, 10)
	if err == nil || !strings.Contains(err.Error(), "cannot rewind: no more") || !questions(err) {
		t.Errorf("got %v", err)
	}
}

type onceSeeker struct{ *bytes.Reader }

func (s *onceSeeker) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekStart {
		return 0, errors.New("no more")
	}
	return s.Reader.Seek(offset, whence)
}
