package leak

import (
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) { Main(m) }

type tests func() int

func (f tests) Run() int { return f() }

// TestFinds: a goroutine that goes on is found and named, and is no longer once it has ended.
func TestFinds(t *testing.T) {
	for _, tt := range []struct {
		name  string
		code  int
		leaks bool
		want  int
		told  bool
	}{
		{"clean", 0, false, 0, false},
		{"leaking", 0, true, 1, true},
		{"failed already", 2, true, 2, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			release, ended := make(chan bool), make(chan bool)
			var w strings.Builder
			code := run(tests(func() int {
				if tt.leaks {
					go waitFor(release, ended)
				}
				return tt.code
			}), 100*time.Millisecond, &w)
			if code != tt.want {
				t.Errorf("exit code %d, want %d: %s", code, tt.want, &w)
			}
			if told := strings.Contains(w.String(), "leak.waitFor("); told != tt.told {
				t.Errorf("the leak is named: %v\n%s", told, &w)
			}
			if tt.leaks {
				close(release)
				<-ended
			}
			if left := Left(time.Minute); len(left) > 0 {
				t.Errorf("left after its end: %s", left)
			}
		})
	}
}

// TestWaits: what is about to end is no leak.
func TestWaits(t *testing.T) {
	release, ended := make(chan bool), make(chan bool)
	go waitFor(release, ended)
	time.AfterFunc(50*time.Millisecond, func() { close(release) })
	go func() { <-ended }()
	if left := Left(time.Minute); len(left) > 0 {
		t.Errorf("left: %s", left)
	}
}

func waitFor(release, ended chan bool) {
	<-release
	close(ended)
}
