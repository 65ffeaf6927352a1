package message

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"sync"
)

// form is a file as multipart/form-data, the in of a call: header, file and trailer one after the
// other, with the whole size known before.
type form struct {
	header, trailer string
	contentType     string
	head            []byte // of the file, read to know its format
	r               io.Reader
	size            int64 // of the file
	start           int64 // offset of r behind head, if it can rewind
	rewinds         bool

	mu    sync.Mutex // Read is called by the transport; not held while r is read, which may block
	wrong error      // with the file itself
	begun bool       // r was read behind head
}

var errCannotRewind = errors.New("message: upload: cannot rewind: the reader is no io.Seeker")

func newForm(rule mediaRule, name string, r io.Reader, size int64) (*form, error) {
	if err := checkFileName(name); err != nil {
		return nil, err
	}
	if err := rule.checkSize("media", size); err != nil {
		return nil, err
	}
	if absent(r) {
		return nil, &FieldError{Field: "media", Problem: "is nil: pass a reader"}
	}
	f := &form{r: r, size: size}
	head := make([]byte, magicSize)
	n, err := io.ReadFull(r, head[:min(size, magicSize)])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, tooShort(int64(n), size)
	}
	if err != nil {
		return nil, &readError{err}
	}
	f.head = head[:n]
	kind, err := rule.contentType("media", f.head)
	if err != nil {
		return nil, err
	}
	if s, ok := r.(io.Seeker); ok {
		f.start, err = s.Seek(0, io.SeekCurrent)
		f.rewinds = err == nil // a pipe is an *os.File too
	}
	boundary := multipart.NewWriter(io.Discard).Boundary()
	// A quote is written as browsers do; the vendor does not understand RFC 2231's filename*.
	f.header = fmt.Sprintf("--%s\r\nContent-Disposition: form-data; name=\"media\"; filename=\"%s\"; filelength=%d\r\nContent-Type: %s\r\n\r\n",
		boundary, strings.ReplaceAll(name, `"`, "%22"), size, kind)
	f.trailer = "\r\n--" + boundary + "--\r\n"
	f.contentType = "multipart/form-data; boundary=" + boundary
	return f, nil
}

// Body is called once per attempt.
func (f *form) Body() (r io.Reader, contentType string, size int64, err error) {
	if !f.canRewind() {
		return nil, "", 0, errCannotRewind
	}
	if f.hasBegun() {
		if _, err := f.r.(io.Seeker).Seek(f.start, io.SeekStart); err != nil {
			return nil, "", 0, f.fail(&readError{fmt.Errorf("cannot rewind: %w", err)})
		}
	}
	file := &exactly{form: f, left: f.size - int64(len(f.head))}
	size = int64(len(f.header)) + f.size + int64(len(f.trailer))
	return io.MultiReader(strings.NewReader(f.header), bytes.NewReader(f.head), file, strings.NewReader(f.trailer)), f.contentType, size, nil
}

func (f *form) canRewind() bool { return f.rewinds || !f.hasBegun() }

func (f *form) hasBegun() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.begun
}

func (f *form) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begun = true
}

func (f *form) fail(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wrong = err
	return err
}

// fault is what is wrong with the file, and would be wrong the next time.
func (f *form) fault() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.wrong
}

// exactly is the rest of the file. A size that is not true breaks the upload off before the
// trailer: the vendor must not keep half of a file.
type exactly struct {
	form *form
	left int64
}

func (e *exactly) Read(p []byte) (int, error) {
	e.form.begin()
	if e.left == 0 {
		return 0, e.atEnd()
	}
	n, err := e.form.r.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	switch {
	case err == io.EOF && e.left > 0:
		return n, e.form.fail(tooShort(e.form.size-e.left, e.form.size))
	case err != nil && err != io.EOF:
		return n, e.form.fail(&readError{err})
	}
	return n, nil // the end is looked for at the next Read
}

// atEnd is io.EOF if r has no more than was said.
func (e *exactly) atEnd() error {
	n, err := io.ReadFull(e.form.r, make([]byte, 1))
	switch {
	case n > 0:
		return e.form.fail(&FieldError{Field: "media", Problem: fmt.Sprintf("has more than the %d bytes that were announced: pass its true size", e.form.size)})
	case err != io.EOF:
		return e.form.fail(&readError{err})
	}
	return io.EOF
}

func tooShort(got, size int64) error {
	return &FieldError{Field: "media", Problem: fmt.Sprintf("ended after %d of %d bytes: pass its true size", got, size)}
}

// readError is the error of the file's own reader. The upload was broken off.
type readError struct{ cause error }

func (e *readError) Error() string { return "message: upload: reading the file: " + e.cause.Error() }
func (e *readError) Unwrap() error { return e.cause }
func (*readError) ErrCode() int    { return 0 }
func (*readError) NotSent() bool   { return true }
func (*readError) Retryable() bool { return false }
