package message_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

// files plays one answer after the other to downloads, and notes the ranges that were asked for.
type files struct {
	answers []fileAnswer
	ranges  []string
}

type fileAnswer struct {
	status       int // 0 is 200
	contentRange string
	body         io.Reader
	length       int64 // -1 is unknown
	disposition  string
	err          error // instead of an answer
}

func (f *files) Call(_ context.Context, _, _ string, _ url.Values, _, out any) error {
	a := f.answers[min(len(f.ranges), len(f.answers)-1)]
	f.ranges = append(f.ranges, out.(interface{ RequestHeader() http.Header }).RequestHeader().Get("Range"))
	if a.err != nil {
		return a.err
	}
	resp := &http.Response{StatusCode: max(a.status, 200), Header: http.Header{}, Body: io.NopCloser(a.body), ContentLength: a.length}
	resp.Header.Set("Content-Range", a.contentRange)
	resp.Header.Set("Content-Disposition", a.disposition)
	resp.Header.Set("Content-Type", "text/plain")
	return out.(interface{ ReadResponse(*http.Response) error }).ReadResponse(resp)
}

func whole(s string) fileAnswer {
	return fileAnswer{body: strings.NewReader(s), length: int64(len(s)), disposition: `attachment; filename="a.txt"`}
}

func chunked(s string) fileAnswer { return fileAnswer{body: strings.NewReader(s), length: -1} }

func partial(contentRange, s string) fileAnswer {
	return fileAnswer{status: 206, contentRange: contentRange, body: strings.NewReader(s), length: int64(len(s))}
}

// broken is an answer of length bytes that breaks off after s.
func broken(contentRange, s string, length int64) fileAnswer {
	a := fileAnswer{contentRange: contentRange, body: io.MultiReader(strings.NewReader(s), iotest.ErrReader(io.ErrUnexpectedEOF)), length: length}
	if contentRange != "" {
		a.status = 206
	}
	return a
}

var errTooLarge = &apiError{text: "too large", code: 830002}

func TestDownload(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		answers []fileAnswer
		limit   int64
		want    string // what was written
		ranges  []string
		err     string // "" is a success
	}{
		{"whole", []fileAnswer{whole("1234567890")}, 10, "1234567890", []string{""}, ""},
		{"empty", []fileAnswer{whole("")}, 10, "", []string{""}, ""},
		{"no length", []fileAnswer{chunked("1234567890")}, 10, "1234567890", []string{""}, ""},
		{"longer", []fileAnswer{whole("12345678901")}, 10, "", []string{""}, "media has 11 bytes, the limit is 10"},
		{"no length, longer", []fileAnswer{chunked("12345678901")}, 10, "1234567890", []string{""}, "the limit is 10"},
		{"large", []fileAnswer{{err: errTooLarge}, partial("bytes 0-5/10", "123456"), partial("bytes 6-9/10", "7890")}, 10, "1234567890", []string{"", "bytes=0-16777215", "bytes=6-9"}, ""},
		{"large and longer", []fileAnswer{{err: errTooLarge}, partial("bytes 0-5/11", "123456")}, 10, "", []string{"", "bytes=0-16777215"}, "media has 11 bytes"},
		{"too large twice", []fileAnswer{{err: errTooLarge}}, 10, "", []string{"", "bytes=0-16777215"}, "too large"},
		{"breaks off", []fileAnswer{broken("", "123", 10), partial("bytes 3-9/10", "4567890")}, 10, "1234567890", []string{"", "bytes=3-9"}, ""},
		{"breaks off twice", []fileAnswer{broken("", "123", 10), broken("bytes 3-9/10", "45", 7), partial("bytes 5-9/10", "67890")}, 10, "1234567890", []string{"", "bytes=3-9", "bytes=5-9"}, ""},
		{"breaks off always", []fileAnswer{broken("", "123", 10), {err: errLost}}, 10, "123", []string{"", "bytes=3-9", "bytes=3-9"}, "connection reset"},
		{"ends early", []fileAnswer{{body: strings.NewReader("123"), length: 10}, partial("bytes 3-9/10", "4567890")}, 10, "1234567890", []string{"", "bytes=3-9"}, ""},
		{"breaks off at once", []fileAnswer{broken("", "", 10), whole("1234567890")}, 10, "1234567890", []string{"", ""}, ""},
		{"breaks off without length", []fileAnswer{broken("", "123", -1), partial("bytes 3-9/10", "4567890")}, 10, "1234567890", []string{"", "bytes=3-16777218"}, ""},
		{"lost", []fileAnswer{{err: errLost}, whole("12")}, 10, "12", []string{"", ""}, ""},
		{"unknown id", []fileAnswer{{err: &apiError{text: "invalid media_id", code: 40007}}}, 10, "", []string{""}, "invalid media_id"},
		{"range that is not passed on", []fileAnswer{broken("", "123", 10), whole("1234567890")}, 10, "123", []string{"", "bytes=3-9"}, "does not pass on ranges"},
		{"another range", []fileAnswer{{err: errTooLarge}, partial("bytes 1-5/10", "12345")}, 10, "", []string{"", "bytes=0-16777215"}, "begins at byte 1 instead of 0"},
		{"another file", []fileAnswer{broken("", "123", 10), partial("bytes 3-9/11", "4567890")}, 10, "123", []string{"", "bytes=3-9"}, "had 10 bytes, and has 11"},
		{"contradiction", []fileAnswer{partial("bytes 0-9/10", "123")}, 10, "", []string{""}, "contradict"},
		{"beyond its own end", []fileAnswer{partial("bytes 0-3/3", "1234")}, 10, "", []string{""}, "Content-Range"},
		{"never goes on", []fileAnswer{{body: strings.NewReader(""), length: 10}}, 10, "", []string{"", "", ""}, "unexpected EOF"},
		{"no range", []fileAnswer{partial("", "123")}, 10, "", []string{""}, "Content-Range"},
		{"416", []fileAnswer{{status: 416, body: strings.NewReader("")}}, 10, "", []string{""}, "nothing at byte 0"},
		{"204", []fileAnswer{{status: 204, body: strings.NewReader("")}}, 10, "", []string{""}, "HTTP 204"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &files{answers: tt.answers}
				var out bytes.Buffer
				got, err := (&message.Media{API: api}).Download(t.Context(), "MID", &out, tt.limit)
				if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				if out.String() != tt.want || got.Written != int64(len(tt.want)) || err == nil && got.Total != got.Written {
					t.Errorf("wrote %q, %+v", out.String(), got)
				}
				if diff := cmp.Diff(tt.ranges, api.ranges); diff != "" {
					t.Errorf("ranges (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestDownloadRange(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		first, length int64
		answers       []fileAnswer
		want          string
		total         int64
		ranges        []string
		err           string
	}{
		{"a part", 2, 3, []fileAnswer{partial("bytes 2-4/10", "345")}, "345", 10, []string{"bytes=2-4"}, ""},
		{"the last bytes", 8, 5, []fileAnswer{partial("bytes 8-9/10", "90")}, "90", 10, []string{"bytes=8-12"}, ""},
		{"in two", 2, 3, []fileAnswer{partial("bytes 2-2/10", "3"), partial("bytes 3-4/10", "45")}, "345", 10, []string{"bytes=2-4", "bytes=3-4"}, ""},
		{"breaks off", 2, 3, []fileAnswer{broken("bytes 2-4/10", "3", 3), partial("bytes 3-4/10", "45")}, "345", 10, []string{"bytes=2-4", "bytes=3-4"}, ""},
		{"more than was asked for", 2, 3, []fileAnswer{partial("bytes 2-9/10", "34567890")}, "345", 10, []string{"bytes=2-4"}, ""},
		{"the whole file, from its beginning", 0, 3, []fileAnswer{whole("1234567890")}, "123", 10, []string{"bytes=0-2"}, ""},
		{"the same without a length", 0, 3, []fileAnswer{chunked("1234567890")}, "123", -1, []string{"bytes=0-2"}, ""},
		{"the same, shorter", 0, 3, []fileAnswer{chunked("12")}, "12", 2, []string{"bytes=0-2"}, ""},
		{"the whole file", 2, 3, []fileAnswer{whole("1234567890")}, "", 10, []string{"bytes=2-4"}, "does not pass on ranges"},
		{"over 20 MB", 1, 20 << 20, []fileAnswer{{err: errLost}}, "", -1, []string{"bytes=1-16777216", "bytes=1-16777216", "bytes=1-16777216"}, "connection reset"},
		{"refused", 1, 2, []fileAnswer{{err: errTooLarge}}, "", -1, []string{"bytes=1-2"}, "too large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &files{answers: tt.answers}
				var out bytes.Buffer
				got, err := (&message.Media{API: api}).DownloadRange(t.Context(), "MID", &out, tt.first, tt.length)
				if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				if out.String() != tt.want || got.Written != int64(len(tt.want)) || got.Total != tt.total {
					t.Errorf("wrote %q, %+v", out.String(), got)
				}
				if diff := cmp.Diff(tt.ranges, api.ranges); diff != "" {
					t.Errorf("ranges (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestDownloadsThatAreRefused(t *testing.T) {
	t.Parallel()
	api := &files{answers: []fileAnswer{whole("1")}}
	m, ctx := &message.Media{API: api}, t.Context()
	second := func(_ message.Downloaded, err error) error { return err }
	wantField(t, second(m.Download(ctx, "M", io.Discard, 0)), "limit", "not positive")
	wantField(t, second(m.Download(ctx, "", io.Discard, 1)), "media_id", "required")
	wantField(t, second(m.Download(ctx, "M", nil, 1)), "media", "nil")
	wantField(t, second(m.DownloadRange(ctx, "M", io.Discard, -1, 1)), "range", "begin at -1")
	wantField(t, second(m.DownloadRange(ctx, "M", io.Discard, 1<<62, 1)), "range", "begin at")
	wantField(t, second(m.DownloadRange(ctx, "M", io.Discard, 0, 0)), "range", "0 bytes")
	wantField(t, second(m.DownloadRange(ctx, "M", io.Discard, 0, 1<<62)), "range", "bytes")
	wantField(t, second((&message.Media{}).Download(ctx, "M", io.Discard, 1)), "API", "nil")
	if len(api.ranges) > 0 {
		t.Errorf("%d calls", len(api.ranges))
	}
}

// A writer that fails is no trouble of the network: nothing is asked for again.
func TestDownloadToAFullDisk(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	for _, w := range []io.Writer{failingWriter{full}, failingWriter{nil}} {
		api := &files{answers: []fileAnswer{whole("1234567890")}}
		got, err := (&message.Media{API: api}).Download(t.Context(), "MID", w, 10)
		want := full
		if w == (failingWriter{}) {
			want = io.ErrShortWrite
		}
		if !errors.Is(err, want) || len(api.ranges) != 1 || got.Written != 3 {
			t.Errorf("%v after %d calls, %+v", err, len(api.ranges), got)
		}
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 3, w.err }

func TestFileNames(t *testing.T) {
	t.Parallel()
	for disposition, want := range map[string]string{
		`attachment; filename="a.jpg"`:                               "a.jpg",
		`attachment; filename="会议 1.mp4"`:                            "会议 1.mp4",
		`attachment; filename=会议.mp4`:                                "会议.mp4",
		`attachment; filename*=UTF-8''%E4%BC%9A.mp4`:                 "会.mp4",
		`attachment; filename="../../etc/passwd"`:                    "passwd",
		`attachment; filename="C:\\Windows\\a.exe"`:                  "a.exe",
		`attachment; filename=".bashrc"`:                             "bashrc",
		`attachment; filename=".."`:                                  "",
		`attachment; filename="a."`:                                  "a",
		"attachment; filename=\"exe\u202efdp.\"":                     "exefdp",
		`attachment; filename="a:b|c?.txt"`:                          "a_b_c_.txt",
		"attachment; filename=\"a\xff.txt\"":                         "a_.txt",
		`attachment; filename="CON"`:                                 "_CON",
		`attachment; filename="nul.txt"`:                             "_nul.txt",
		`attachment; filename="console.txt"`:                         "console.txt",
		`attachment; filename="-rf"`:                                 "_-rf",
		`attachment; filename="~root"`:                               "_~root",
		`attachment`:                                                 "",
		``:                                                           "",
		`attachment; filename="` + strings.Repeat("字", 90) + `.pdf"`: strings.Repeat("字", 83) + ".pdf",
		`attachment; filename="` + strings.Repeat("x", 256) + `"`:    strings.Repeat("x", 255),
		`attachment; filename="` + strings.Repeat("x", 255) + `"`:    strings.Repeat("x", 255),
	} {
		answer := whole("1")
		answer.disposition = disposition
		got, err := (&message.Media{API: &files{answers: []fileAnswer{answer}}}).Download(t.Context(), "M", io.Discard, 1)
		if err != nil || got.Name != want {
			t.Errorf("%s: %q, want %q (%v)", disposition, got.Name, want, err)
		}
	}
}

// What an answer made wrong was sent, and will not be right the next time.
func TestDownloadErrorsAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer fileAnswer
		w      io.Writer
		limit  int64
	}{
		"a file over the limit":      {whole("12345"), io.Discard, 4},
		"an answer of another place": {fileAnswer{status: 206, contentRange: "bytes 7-8/9", body: strings.NewReader("12"), length: 2}, io.Discard, 9},
		"a writer that fails":        {whole("12345"), full{}, 9},
	} {
		_, err := (&message.Media{API: &files{answers: []fileAnswer{tt.answer}}}).Download(t.Context(), "M", tt.w, tt.limit)
		var q interface {
			ErrCode() int
			Retryable() bool
			NotSent() bool
		}
		if !errors.As(err, &q) || q.ErrCode() != 0 || q.Retryable() || q.NotSent() {
			t.Errorf("%s: %#v, %v", name, q, err)
		}
	}
}

// full is a disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// Whatever the header holds, the name is one element of a path and can be seen.
func FuzzFileName(f *testing.F) {
	for _, s := range []string{`attachment; filename="a.jpg"`, `x; filename=..\..`, "a; filename=\"\\\"/\"", `;filename=. . .`, "a;filename*=utf-8''%2e%2e%2f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, disposition string) {
		answer := whole("1")
		answer.disposition = disposition
		got, err := (&message.Media{API: &files{answers: []fileAnswer{answer}}}).Download(t.Context(), "M", io.Discard, 1)
		if err != nil {
			t.Fatal(err)
		}
		name := got.Name
		if strings.ContainsAny(name, "/\\:\r\n\x00\u202e") || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || len(name) > 255 || strings.ToValidUTF8(name, "") != name {
			t.Errorf("%q is %q", disposition, name)
		}
	})
}
