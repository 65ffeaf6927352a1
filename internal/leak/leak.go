// Package leak finds goroutines that the tests of a package leave behind.
//
//	func TestMain(m *testing.M) { leak.Main(m) }
package leak

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// patience is for goroutines that are about to end, such as those of a
// connection whose other side was closed.
const patience = 10 * time.Second

// Main runs the tests and exits; it fails those that passed but left goroutines.
func Main(m interface{ Run() int }) { os.Exit(run(m, patience, os.Stderr)) }

func run(m interface{ Run() int }, patience time.Duration, w io.Writer) int {
	code := m.Run()
	if code != 0 || fuzzing() { // a failed test may have left anything
		return code
	}
	if left := Left(patience); len(left) > 0 {
		fmt.Fprintf(w, "leak: %d goroutines outlive the tests:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
		return 1
	}
	return 0
}

// fuzzing has workers of its own.
func fuzzing() bool {
	f := flag.Lookup("test.fuzz")
	return f != nil && f.Value.String() != ""
}

// Left returns the stacks of goroutines that still run when patience is over,
// except for the caller's and those of the runtime and of package testing.
func Left(patience time.Duration) []string {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t.CloseIdleConnections() // shared by all tests, and so nobody's to close
	}
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		left := running()
		if len(left) == 0 || time.Now().After(end) {
			return left
		}
	}
}

// running leaves out the first one, which is the caller's.
func running() []string {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	stacks := strings.Split(strings.TrimSpace(string(buf)), "\n\n")
	return slices.DeleteFunc(stacks[1:], expected)
}

// expected are goroutines that nobody can end.
func expected(stack string) bool {
	for _, mark := range []string{
		"\ntesting.(*M).", "\ntesting.runTests(", "\ntesting.(*T).Run(", "\ntesting.tRunner(",
		"\nos/signal.signal_recv(", "\nos/signal.loop(", "\nruntime.ensureSigM",
	} {
		if strings.Contains("\n"+stack, mark) {
			return true
		}
	}
	return false
}
