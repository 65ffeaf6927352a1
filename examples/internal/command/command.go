// Package command is the command line that both reference deployments have:
// -demo plays everything and ends, -sim stays up with a simulated WeCom, and
// without either the program runs for real.
package command

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/env"
)

// The exit codes: 1 is a failure while running, 2 a setting that is wrong.
const (
	ExitFailed = 1
	ExitUsage  = 2
)

// Flags that both programs take.
type Flags struct {
	Demo, Sim bool
	Addr      string // "" is :$PORT, and with -sim 127.0.0.1:$PORT
	DB        string // "" is the program's own name
}

// Command is a program.
type Command struct {
	Name string // of the program, such as selfhealing

	// More adds flags of the program's own. nil is allowed.
	More func(*flag.FlagSet)

	Demo func(ctx context.Context, out io.Writer) error
	Sim  func(ctx context.Context, f Flags, out, errOut io.Writer) error
	Live func(ctx context.Context, f Flags, getenv func(string) string, out, errOut io.Writer) error
}

// Run runs the program and returns its exit code. It prints the error.
func (c Command) Run(ctx context.Context, args []string, getenv func(string) string, out, errOut io.Writer) int {
	f, err := c.parse(args, errOut)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil: // package flag has printed its own
	case f.Demo:
		err = c.Demo(ctx, out)
	case f.Sim:
		f.Addr = cmp.Or(f.Addr, net.JoinHostPort("127.0.0.1", cmp.Or(getenv("PORT"), "5000")))
		if err = Loopback(f.Addr); err == nil {
			err = c.Sim(ctx, f, out, errOut)
		}
	default:
		err = c.Live(ctx, f, getenv, out, errOut)
	}
	var wrong *UsageError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &wrong):
		fmt.Fprintln(errOut, c.Name+":", err)
		return ExitFailed
	case wrong.Err != nil:
		fmt.Fprintln(errOut, err)
	}
	return ExitUsage
}

func (c Command) parse(args []string, errOut io.Writer) (f Flags, err error) {
	set := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	set.SetOutput(errOut)
	set.BoolVar(&f.Demo, "demo", false, "play the guide from end to end with a simulated WeCom, and end")
	set.BoolVar(&f.Sim, "sim", false, "stay up with a simulated WeCom, on loopback only")
	set.StringVar(&f.Addr, "addr", "", "listen on `host:port` (default :$PORT, or :5000; with -sim 127.0.0.1:5000)")
	set.StringVar(&f.DB, "db", "", fmt.Sprintf("SQLite `file` (default %[1]s.db, with -sim %[1]s-sim.db)", c.Name))
	if c.More != nil {
		c.More(set)
	}
	if err := set.Parse(args); errors.Is(err, flag.ErrHelp) {
		return f, err
	} else if err != nil {
		return f, &UsageError{}
	}
	if set.NArg() > 0 || f.Demo && f.Sim {
		return f, Usage(fmt.Errorf("%s takes flags only, and either -demo or -sim; see -help", c.Name))
	}
	return f, nil
}

// Read puts the flags into what a real run has read from the environment, and
// names the database: fallback without -db, outside of BlueKing PaaS.
func (f Flags) Read(r *env.Reader, c *env.Common, fallback string) (database string) {
	if f.Addr != "" {
		c.Addr = f.Addr
		if _, _, err := net.SplitHostPort(f.Addr); err != nil {
			r.Fail("-addr", "is not host:port, such as 127.0.0.1:5000")
		}
	}
	database, err := c.DatabaseFile(f.DB, fallback)
	if err != nil {
		r.Fail("-db", err.Error())
	}
	return database
}

// UsageError is something that the operator must set right before a start: the
// exit code is 2.
type UsageError struct{ Err error }

// Usage makes a UsageError; nil stays nil.
func Usage(err error) error {
	if err == nil {
		return nil
	}
	return &UsageError{err}
}

func (e *UsageError) Error() string {
	if e.Err == nil {
		return "the command line is wrong"
	}
	return e.Err.Error()
}

func (e *UsageError) Unwrap() error { return e.Err }

// Start tells a database that is in use or of another kind, and a file that
// cannot be made, which the operator must set right, from other failures of a
// start.
func Start(err error) error {
	for _, wrong := range []error{database.ErrInUse, database.ErrKind, database.ErrNewer, database.ErrNotDatabase} {
		if errors.Is(err, wrong) {
			return Usage(err)
		}
	}
	var path *fs.PathError // a folder that is not there, a file that may not be written
	if errors.As(err, &path) {
		return Usage(err)
	}
	return err
}
