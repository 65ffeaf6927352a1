// Package database opens the one SQLite file of a reference deployment.
//
// The file has one writer: this process, through one connection that holds
// SQLite's exclusive lock from [Open] to [DB.Close]. The operating system drops
// that lock when the process dies, however it dies, so a kill leaves nothing to
// clean up; a second process gets [ErrInUse]. What a transaction has committed
// is on the disk (WAL, synchronous FULL).
//
// Packages that keep tables in the file export a [Schema]; Open brings every
// schema to its newest version inside one transaction.
package database
