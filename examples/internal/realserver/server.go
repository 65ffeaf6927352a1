package realserver

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is for a start and for a stop, on a machine that is busy.
const patience = 30 * time.Second

// A Server runs until its test ends.
type Server struct {
	Dir string // its configuration and its logs
}

// start runs cmd until the test ends, and returns once it has written its pid
// file and accepts connections at every address.
func (s *Server) start(t testing.TB, addrs []string, program string, args []string, env ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())                  // t's own ends before the test's clean-ups, which may still talk to the server
	cmd := exec.CommandContext(ctx, program, args...)                        // #nosec G204 -- a server of this package
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // Apache's children go with it
	cmd.WaitDelay = patience
	cmd.Env = append(append(os.Environ(), env...), "OPENSSL_CONF="+write(t, filepath.Join(s.Dir, "openssl.cnf"), openssl))
	out, err := os.Create(filepath.Join(s.Dir, "output.log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		_ = out.Close()
		close(ended)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	for end := time.Now().Add(patience); !s.ready(ctx, addrs); time.Sleep(10 * time.Millisecond) {
		select {
		case <-ended:
			t.Fatalf("%s ended at once:\n%s", program, s.Logs())
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not answer:\n%s", program, s.Logs())
		}
	}
}

// Debian's OpenSSL refuses old TLS whatever a site says. Here it does not, so that
// it is the site that is tested.
const openssl = `
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = lenient
[lenient]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
`

// pidFile is written once a configuration was found good.
const pidFile = "server.pid"

func (s *Server) ready(ctx context.Context, addrs []string) bool {
	if pid, err := os.ReadFile(filepath.Join(s.Dir, pidFile)); err != nil || len(pid) == 0 {
		return false
	}
	for _, addr := range addrs {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return false
		}
		_ = conn.Close()
	}
	return true
}

// Logs is what all log files of the server hold by now. A line about a request
// may come a moment after its answer.
func (s *Server) Logs() string {
	files, _ := filepath.Glob(filepath.Join(s.Dir, "*.log")) // the pattern is a good one
	var b strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		b.WriteString("== " + filepath.Base(file) + "\n" + string(text))
	}
	return b.String()
}

func write(t testing.TB, file, text string) string {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
