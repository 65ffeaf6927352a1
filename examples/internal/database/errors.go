package database

import (
	"errors"
	"fmt"
)

var (
	// ErrInUse means that another process has the file open.
	ErrInUse = errors.New("the file is in use by another process: stop that one, or name another file with -db")

	// ErrKind means that the file belongs to another program or to a simulation.
	ErrKind = errors.New("the file is of another kind")

	// ErrNewer means that a newer version of the program has changed the tables.
	ErrNewer = errors.New("the file was written by a newer version of this program: run that version, or name another file with -db")

	// ErrNotDatabase means that the file is something else.
	ErrNotDatabase = errors.New("the file is not an SQLite database: name another file with -db")
)

// SQLite's primary result codes, the low byte of what the driver reports
// (sqlite.org/rescode.html).
const (
	codeBusy  = 5
	codeNotDB = 26
)

// explain puts the error that tells what to do in front of SQLite's own.
func explain(err error) error {
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return err
	}
	switch coded.Code() & 0xff {
	case codeBusy:
		return fmt.Errorf("%w (%w)", ErrInUse, err)
	case codeNotDB:
		return fmt.Errorf("%w (%w)", ErrNotDatabase, err)
	}
	return err
}
