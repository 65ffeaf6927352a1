package message

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
)

const (
	unknown   = -1
	maxOffset = math.MaxInt64 / 4
)

// transfer is a download, the out of one call or of several that go on where the last one ended.
type transfer struct {
	w      io.Writer
	first  int64 // offset that the caller wants to begin at
	next   int64 // offset of the next byte to write
	end    int64 // offset behind the last byte that is wanted; unknown for the whole file
	total  int64 // of the file
	limit  int64 // of what may be written
	ranges bool  // the file must be asked for in parts

	name, contentType string
	wrong             error // that another attempt would not change
}

func (t *transfer) done() bool { return t.end != unknown && t.next >= t.end }

func (t *transfer) result() Downloaded {
	return Downloaded{Name: t.name, ContentType: t.contentType, Written: t.next - t.first, Total: t.total}
}

// RequestHeader asks for what is missing. A whole file is asked for without a range first: most are
// small, and what the vendor answers to a range beyond the end is not documented.
func (t *transfer) RequestHeader() http.Header {
	if !t.ranges && t.next == t.first {
		return nil
	}
	end := t.next + chunkSize
	if t.end != unknown {
		end = min(end, t.end)
	}
	return http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", t.next, end-1)}}
}

// ReadResponse writes what resp holds of the wanted bytes.
func (t *transfer) ReadResponse(resp *http.Response) error {
	begin, end, err := t.extent(resp)
	if err != nil {
		t.wrong = err
		return err
	}
	if begin != t.next {
		t.wrong = fmt.Errorf("the answer begins at byte %d instead of %d: something on the way does not pass on ranges", begin, t.next)
		return t.wrong
	}
	t.name = cmp.Or(t.name, fileName(resp.Header.Get("Content-Disposition")))
	t.contentType = cmp.Or(t.contentType, resp.Header.Get("Content-Type"))
	if t.total != unknown {
		if t.end == unknown && t.total > t.limit {
			return t.tooLong(t.total)
		}
		if t.end == unknown || t.end > t.total {
			t.end = t.total
		}
	}
	return t.copy(resp.Body, end)
}

// extent is where the bytes of resp stand in the file; end is unknown if it does not say.
func (t *transfer) extent(resp *http.Response) (begin, end int64, err error) {
	var total int64
	switch resp.StatusCode {
	case http.StatusOK:
		total = resp.ContentLength
		end = total
	case http.StatusPartialContent:
		if begin, end, total, err = parseContentRange(resp.Header.Get("Content-Range")); err != nil {
			return 0, 0, err
		}
		if resp.ContentLength >= 0 && resp.ContentLength != end-begin {
			return 0, 0, errors.New("Content-Range and Content-Length of the answer contradict each other")
		}
	case http.StatusRequestedRangeNotSatisfiable:
		return 0, 0, &FieldError{Field: "range", Problem: fmt.Sprintf("there is nothing at byte %d of the file", t.next)}
	default:
		return 0, 0, fmt.Errorf("HTTP %d is no answer to a download", resp.StatusCode)
	}
	if t.total != unknown && total != unknown && t.total != total {
		return 0, 0, fmt.Errorf("the file had %d bytes, and has %d now", t.total, total)
	}
	if total != unknown {
		t.total = total
	}
	return begin, end, nil
}

// copy writes no more than is wanted and than the limit allows.
func (t *transfer) copy(body io.Reader, end int64) error {
	room := t.first + t.limit - t.next
	if t.end != unknown {
		room = min(room, t.end-t.next)
	}
	if end != unknown {
		room = min(room, end-t.next)
	}
	n, err := io.Copy(sink{t}, io.LimitReader(body, room))
	switch {
	case err != nil:
		return err // sink has kept its own
	case end != unknown && n < room:
		return io.ErrUnexpectedEOF
	case end == unknown:
		return t.atEnd(body, n < room)
	}
	return nil
}

// atEnd is for an answer without any length: the file ends where the answer does.
func (t *transfer) atEnd(body io.Reader, ended bool) error {
	if !ended && t.end != unknown {
		return nil // what was wanted is there
	}
	if n, err := io.ReadFull(body, make([]byte, 1)); n > 0 {
		return t.tooLong(t.limit + 1)
	} else if err != io.EOF {
		return err
	}
	t.total, t.end = t.next, t.next
	return nil
}

func (t *transfer) tooLong(size int64) error {
	t.wrong = &LimitError{Field: "media", Limit: int(t.limit), Size: int(size), Unit: "bytes"}
	return t.wrong
}

// sink tells a failing writer from a failing network.
type sink struct{ t *transfer }

func (s sink) Write(p []byte) (int, error) {
	n, err := s.t.w.Write(p)
	s.t.next += int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		s.t.wrong = fmt.Errorf("writing: %w", err)
	}
	return n, err
}

// parseContentRange reads "bytes 0-1023/2048"; end is behind the last byte.
func parseContentRange(s string) (begin, end, total int64, err error) {
	s, unit := strings.CutPrefix(s, "bytes ")
	span, size, slash := strings.Cut(s, "/")
	from, to, dash := strings.Cut(span, "-")
	begin, err1 := offset(from)
	last, err2 := offset(to)
	total, err3 := offset(size)
	if !unit || !slash || !dash || errors.Join(err1, err2, err3) != nil || last < begin || last >= total {
		return 0, 0, 0, errors.New("the Content-Range of the answer is none")
	}
	return begin, last + 1, total, nil
}

func offset(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 62)
	return int64(n), err
}
