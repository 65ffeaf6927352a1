package toxic

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"
)

// window is how many bytes a blackhole takes before a write has to wait, as the
// buffers of a kernel do.
const window = 64 << 10

var errRefused, errReset = syscall.ECONNREFUSED, syscall.ECONNRESET

func opError(op, network string, err error) error {
	return &net.OpError{Op: op, Net: network, Addr: address{}, Err: err}
}

// conn is the client's end. A request begins with the first write after a read
// that brought something, or on a new connection.
type conn struct {
	net.Conn
	net  *Network
	gone chan struct{}
	once sync.Once

	mu       sync.Mutex
	writing  bool
	path     string
	fault    Fault
	swallows int // by a blackhole

	// Of the one goroutine that reads.
	pending   []byte // of the answer, read from the server
	headEnded bool
	endless   bool
	broken    error
}

func (c *conn) Write(p []byte) (int, error) {
	path, fault, first := c.begin(p)
	var n int
	var err error
	switch fault {
	case ResetBefore:
		_ = c.Close()
		return 0, opError("write", "toxic", errReset)
	case Blackhole:
		n, err = c.swallow(len(p))
	default:
		n, err = c.Conn.Write(p)
	}
	c.net.count(path, n, first)
	return n, err
}

func (c *conn) begin(p []byte) (path string, fault Fault, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first = !c.writing; first {
		c.writing, c.path = true, pathOf(p)
		c.fault = c.net.begin(c.path)
	}
	return c.path, c.fault, first
}

// pathOf reads the request line.
func pathOf(p []byte) string {
	line, _, _ := bytes.Cut(p, []byte("\r\n"))
	fields := strings.Fields(string(line))
	if len(fields) < 2 {
		return ""
	}
	path, _, _ := strings.Cut(fields[1], "?")
	return path
}

func (c *conn) swallow(n int) (int, error) {
	c.mu.Lock()
	room := max(window-c.swallows, 0)
	taken := min(n, room)
	c.swallows += taken
	c.mu.Unlock()
	if taken == n {
		return n, nil
	}
	<-c.gone
	return taken, opError("write", "toxic", net.ErrClosed)
}

// Read may have begun before the request was written: what it does is decided
// when the answer comes.
func (c *conn) Read(p []byte) (int, error) {
	if c.broken != nil {
		return 0, c.broken
	}
	if len(c.pending) == 0 && !c.endless {
		buf := make([]byte, 32<<10)
		n, err := c.Conn.Read(buf)
		if err != nil {
			return 0, err
		}
		c.pending = buf[:n]
	}
	switch c.answering() {
	case ResetAfter:
		return 0, c.end(opError("read", "toxic", errReset))
	case HalfClose:
		return 0, c.end(io.EOF)
	case SlowHeader:
		return c.slowly(p)
	case SlowBody:
		if head := c.head(); head > 0 {
			return c.take(p, head), nil
		}
		return c.slowly(p)
	case CutBody:
		if head := c.head(); head > 0 {
			return c.take(p, head), nil
		}
		n := c.take(p, max(len(c.pending)/2, 1))
		_ = c.end(io.EOF)
		return n, nil
	case Oversize:
		if !c.endless {
			c.endless = true
			c.pending = []byte("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n{\"errcode\":0,\"endless\":\"")
		}
		if len(c.pending) == 0 {
			return c.fill(p)
		}
	}
	return c.take(p, len(c.pending)), nil
}

// answering notes that the request is over.
func (c *conn) answering() Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing = false
	return c.fault
}

// head is how much of what is pending belongs to the header.
func (c *conn) head() int {
	if c.headEnded {
		return 0
	}
	if i := bytes.Index(c.pending, []byte("\r\n\r\n")); i >= 0 {
		c.headEnded = true
		return i + 4
	}
	return len(c.pending)
}

func (c *conn) take(p []byte, most int) int {
	n := copy(p, c.pending[:min(most, len(c.pending))])
	c.pending = c.pending[n:]
	return n
}

func (c *conn) slowly(p []byte) (int, error) {
	timer := time.NewTimer(Pace)
	defer timer.Stop()
	select {
	case <-timer.C:
		return c.take(p, 1), nil
	case <-c.gone:
		return 0, opError("read", "toxic", net.ErrClosed)
	}
}

var endless = strings.Repeat("a", 64<<10)

func (c *conn) fill(p []byte) (int, error) {
	select {
	case <-c.gone:
		return 0, opError("read", "toxic", net.ErrClosed)
	default:
		return copy(p, endless), nil
	}
}

// end makes every further Read fail, and leaves the other direction open.
func (c *conn) end(err error) error {
	c.broken = err
	return err
}

func (c *conn) Close() error {
	c.once.Do(func() { close(c.gone) })
	return c.Conn.Close()
}
