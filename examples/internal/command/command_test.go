package command_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/command"
	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/env"
)

// program prints what it was asked to do, and fails as told.
func program(fail error) command.Command {
	more := ""
	return command.Command{
		Name: "prog",
		More: func(set *flag.FlagSet) { set.StringVar(&more, "plans", "", "a `file`") },
		Demo: func(_ context.Context, out io.Writer) error { fmt.Fprint(out, "demo"); return fail },
		Sim: func(_ context.Context, f command.Flags, out, _ io.Writer) error {
			fmt.Fprint(out, "sim ", f.Addr, " ", f.DB)
			return fail
		},
		Live: func(_ context.Context, f command.Flags, _ func(string) string, out, _ io.Writer) error {
			fmt.Fprint(out, "live ", f.Addr, " ", f.DB, " ", more)
			return fail
		},
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	broken := errors.New("it broke")
	for _, tt := range []struct {
		args, port  string
		fail        error
		code        int
		out, errOut string
	}{
		{"-demo", "", nil, 0, "demo", ""},
		{"-sim", "", nil, 0, "sim 127.0.0.1:5000 ", ""},
		{"-sim", "8000", nil, 0, "sim 127.0.0.1:8000 ", ""},
		{"-sim -addr [::1]:1 -db x", "8000", nil, 0, "sim [::1]:1 x", ""},
		{"-sim -addr localhost:1", "", nil, 0, "sim localhost:1 ", ""},
		{"-addr :1 -db y -plans p", "", nil, 0, "live :1 y p", ""},
		{"", "", broken, 1, "live   ", "prog: it broke\n"},
		{"-demo", "", broken, 1, "demo", "prog: it broke\n"},
		{"", "", command.Usage(broken), 2, "live   ", "it broke\n"},
		{"", "", fmt.Errorf("wrapped: %w", command.Usage(broken)), 2, "live   ", "wrapped: it broke\n"},
		{"-sim -addr 0.0.0.0:1", "", nil, 2, "", "loopback"},
		{"-sim -addr :1", "", nil, 2, "", "loopback"},
		{"-sim -addr evil.example.com:1", "", nil, 2, "", "loopback"},
		{"-sim -addr nonsense", "", nil, 2, "", "-addr"},
		{"-demo -sim", "", nil, 2, "", "either"},
		{"demo", "", nil, 2, "", "flags only"},
		{"-fly", "", nil, 2, "", "-fly"},
		{"-help", "", nil, 0, "", "prog-sim.db"},
	} {
		var out, errOut bytes.Buffer
		code := program(tt.fail).Run(t.Context(), strings.Fields(tt.args), func(string) string { return tt.port }, &out, &errOut)
		if code != tt.code || out.String() != tt.out || !strings.Contains(errOut.String(), tt.errOut) || tt.errOut == "" && errOut.Len() > 0 {
			t.Errorf("%q: exit %d, out %q, err %q", tt.args, code, &out, &errOut)
		}
		if strings.Count(errOut.String(), "it broke") > 1 {
			t.Errorf("%q: said twice: %q", tt.args, &errOut)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		flags    command.Flags
		paas     bool
		addr, db string
		wrong    string
	}{
		{command.Flags{}, false, ":5000", "prog.db", ""},
		{command.Flags{Addr: "127.0.0.1:1", DB: "x"}, true, "127.0.0.1:1", "x", ""},
		{command.Flags{}, true, ":5000", "", "-db: "},
		{command.Flags{Addr: "nonsense", DB: "x"}, false, "nonsense", "x", "-addr: "},
	} {
		r := env.NewReader(func(string) string { return "" })
		c := env.Common{Addr: ":5000", PaaS: tt.paas}
		db := tt.flags.Read(r, &c, "prog.db")
		got := ""
		if err := r.Err(); err != nil {
			got = err.Error()
		}
		if c.Addr != tt.addr || db != tt.db || !strings.HasPrefix(got, tt.wrong) || tt.wrong == "" && got != "" {
			t.Errorf("%+v: %s, %s, %s", tt.flags, c.Addr, db, got)
		}
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	var wrong *command.UsageError
	for _, err := range []error{
		database.ErrInUse, database.ErrKind, database.ErrNewer, database.ErrNotDatabase, &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist},
	} {
		if got := command.Start(fmt.Errorf("x: %w", err)); !errors.As(got, &wrong) || !errors.Is(got, err) {
			t.Errorf("%v is no usage error", err)
		}
	}
	if other := errors.New("x"); command.Start(other) != other || command.Start(nil) != nil || command.Usage(nil) != nil {
		t.Error("other errors are changed")
	}
}

func TestListenBeside(t *testing.T) {
	t.Parallel()
	// The ports of a busy machine may be taken: then any other will do, but one
	// there must be.
	for range 3 {
		first, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		beside, err := command.ListenBeside(t.Context(), first.Addr())
		if err != nil {
			t.Fatal(err)
		}
		again, err := command.ListenBeside(t.Context(), first.Addr())
		if err != nil || again.Addr().String() == beside.Addr().String() {
			t.Errorf("in use: %v, %v", again, err)
		}
		for _, l := range []net.Listener{first, beside, again} {
			if l.Addr().(*net.TCPAddr).IP.IsLoopback() == false {
				t.Errorf("%s is seen from outside", l.Addr())
			}
			_ = l.Close()
		}
	}
	if l, err := command.ListenBeside(t.Context(), &net.UnixAddr{Name: "x"}); err != nil {
		t.Error(err)
	} else {
		_ = l.Close()
	}
}
