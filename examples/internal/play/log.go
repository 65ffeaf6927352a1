package play

import (
	"bytes"
	"strings"
	"sync"
)

// Log keeps what a program logs, to be shown when something breaks. It may be
// written and read at once.
type Log struct {
	mu    sync.Mutex
	lines [][]byte
}

// keep bounds a log: what went wrong stands at its end.
const keep = 10_000

// Write takes one line, as slog's handlers give it.
func (l *Log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) == keep {
		l.lines = append(l.lines[:0], l.lines[keep/2:]...)
	}
	l.lines = append(l.lines, bytes.Clone(line))
	return len(line), nil
}

// String is the whole log.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(bytes.Join(l.lines, nil))
}

// Last returns up to n lines, the newest last.
func (l *Log) Last(n int) (lines []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines[max(len(l.lines)-n, 0):] {
		lines = append(lines, strings.TrimSpace(string(line)))
	}
	return lines
}
