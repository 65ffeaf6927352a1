package lend_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/internal/lend"
)

type slow struct{ io.Reader }

func (s slow) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	return s.Reader.Read(p)
}

func TestTakeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := lend.New(slow{strings.NewReader("abc")})
		ended := false
		go func() {
			if _, err := l.Read(make([]byte, 2)); err != nil {
				t.Error(err)
			}
			ended = true
		}()
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := l.TakeBack(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("TakeBack of a reader in use: %v", err)
		}
		if err := l.TakeBack(t.Context()); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if !ended {
			t.Error("taken back during a Read")
		}
		if _, err := l.Read(make([]byte, 2)); !errors.Is(err, lend.ErrOver) {
			t.Errorf("Read after the loan: %v", err)
		}
	})
}

func TestClose(t *testing.T) {
	t.Parallel()
	l := lend.New(strings.NewReader("abc"))
	if got, err := io.ReadAll(io.LimitReader(l, 2)); string(got) != "ab" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := l.Read(make([]byte, 1)); !errors.Is(err, lend.ErrOver) {
		t.Errorf("Read after Close: %v", err)
	}
}
