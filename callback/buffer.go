package callback

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// A buffer is the memory that reading a request needs, the body first and then
// the decryption. It serves one request after another: made anew each time it
// would be a third of the garbage of a long message.
type buffer struct{ bytes.Buffer }

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// maxKept is the largest buffer that waits for another request.
const maxKept = 64 << 10

// read returns a body and leaves at least as much memory as its decryption needs.
func (b *buffer) read(body io.Reader) (string, error) {
	n, err := b.ReadFrom(io.LimitReader(body, maxBody+1))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBody, err)
	}
	if n > maxBody {
		return "", ErrTooLarge
	}
	text := b.String()
	b.Reset()
	return text, nil
}

// free wipes the buffer, which has held a message, and leaves it to the pool.
func (b *buffer) free(pool *sync.Pool) {
	b.Reset()
	if b.Cap() > maxKept {
		return
	}
	space := b.AvailableBuffer()
	clear(space[:cap(space)])
	pool.Put(b)
}
