// Package realserver starts the programs that tests cannot stand in for: nginx
// and Apache with a site as an operator would write it, and finds Chromium.
//
// A test whose program is missing is skipped with the name of Debian's package,
// and fails where CI=true.
package realserver

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// needs finds a program, also where an ordinary user's PATH does not lead.
func needs(t testing.TB, debian string, programs ...string) string {
	t.Helper()
	dirs := append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/usr/local/sbin", "/sbin")
	for _, program := range programs {
		for _, dir := range dirs {
			if file, err := exec.LookPath(filepath.Join(dir, program)); err == nil {
				return file
			}
		}
	}
	missing(t, programs[0], debian)
	return ""
}

func missing(t testing.TB, what, debian string) {
	t.Helper()
	text := fmt.Sprintf("%s is missing: install Debian's package %s (make test-deps)", what, debian)
	if os.Getenv("CI") == "true" {
		t.Fatal(text)
	}
	t.Skip("SKIP: " + text)
}

// Chromium is the path of the browser.
func Chromium(t testing.TB) string {
	t.Helper()
	return needs(t, "chromium", "chromium", "chromium-browser", "google-chrome")
}

// Addr is a loopback address to put into a configuration. Where the whole of
// 127.0.0.0/8 is loopback it is taken at random from there, so that no outgoing
// connection of this machine can take the port before the server does.
func Addr(t testing.TB) string {
	t.Helper()
	ip := "127.0.0.1"
	if runtime.GOOS == "linux" {
		ip = fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254))
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
