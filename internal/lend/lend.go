// Package lend gives a caller's reader to an HTTP transport for the length of
// one attempt. A transport may read on after the answer has come; by then the
// reader is its owner's again, or the next attempt rewinds it.
package lend

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
)

// ErrOver is what a transport reads when the request is over.
var ErrOver = errors.New("the request is over")

// Reader is a reader on loan.
type Reader struct {
	r       io.Reader
	reading chan struct{} // holds one element during a Read
	over    atomic.Bool
}

// New lends r.
func New(r io.Reader) *Reader { return &Reader{r: r, reading: make(chan struct{}, 1)} }

// Read reads until the loan is over.
func (l *Reader) Read(p []byte) (int, error) {
	l.reading <- struct{}{}
	defer func() { <-l.reading }()
	if l.over.Load() {
		return 0, ErrOver
	}
	return l.r.Read(p)
}

// Close ends the loan for the transport, and leaves r open: who opened it closes
// it.
func (l *Reader) Close() error {
	l.over.Store(true)
	return nil
}

// TakeBack ends the loan and waits for a Read that is under way.
func (l *Reader) TakeBack(ctx context.Context) error {
	l.over.Store(true)
	select {
	case l.reading <- struct{}{}:
		<-l.reading
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
