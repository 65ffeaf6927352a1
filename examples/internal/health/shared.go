package health

import (
	"context"
	"time"
)

// keep is how long the answer of a shared check stands for the next page.
const keep = time.Second

// Shared are the checks, each asked once at a time and once a second, however many
// ask: the page is open to everybody, and a check that reads a database keeps those
// waiting who work with it. Who asks meanwhile gets the same answer.
func Shared(checks []Check) []Check {
	shared := make([]Check, len(checks))
	for i, c := range checks {
		s := &share{of: c, turn: make(chan struct{}, 1)}
		shared[i] = Check{Name: c.Name, Fatal: c.Fatal, Ask: s.ask}
	}
	return shared
}

type share struct {
	of   Check
	turn chan struct{} // holds one while somebody reads or writes what follows
	when time.Time     // of the answer; zero: there is none
	err  error
}

func (s *share) ask(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	if since := time.Since(s.when); !s.when.IsZero() && since >= 0 && since < keep {
		return s.err
	}
	// The answer is for others too: who asked first may have gone by then.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	s.when = time.Time{} // if the check panics, the next one asks again
	s.err = s.of.Ask(ctx)
	s.when = time.Now()
	return s.err
}
